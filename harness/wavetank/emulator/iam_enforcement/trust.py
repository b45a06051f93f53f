"""Roles that a call passes to a service must trust the service: AWS tries to assume them.

[Lambda API reference, CreateFunction, InvalidParameterValueException; Firehose API reference,
CreateDeliveryStream, InvalidArgumentException; EventBridge API reference, PutTargets]
"""

from collections.abc import Mapping

from localstack.aws.api import CommonServiceException, RequestContext

from wavetank.emulator.iam_enforcement.decision_cache import Applying, decision
from wavetank.emulator.iam_enforcement.incoming import call_of
from wavetank.emulator.iam_enforcement.operations.passing import PASSED_TO, PassedRole, passed_roles
from wavetank.emulator.iam_enforcement.required_action import Call
from wavetank.emulator.iam_enforcement.resource_policies import find_role
from wavetank.iam.evaluation import DecisionReason
from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.request import AccessRequest, service

ANSWERS: Mapping[str, tuple[str, str]] = {
    "cloudformation": ("ValidationError", "Role {role} is invalid or cannot be assumed"),
    "events": (
        "ValidationException",
        "Provided role '{role}' cannot be assumed by principal '{service}'.",
    ),
    "firehose": (
        "InvalidArgumentException",
        "Firehose is unable to assume role {role}. Please check the role provided.",
    ),
    "lambda": (
        "InvalidParameterValueException",
        "The role defined for the function cannot be assumed by Lambda.",
    ),
    "scheduler": (
        "ValidationException",
        "The execution role you provide must allow AWS EventBridge Scheduler to assume the role.",
    ),
}
"""By service, the error's code and message. The other services fail when they use the role."""
LATER = frozenset({"CreateEndpoint", "UpdateEndpoint", "CreateCapacityProvider", "DeleteStack"})
"""Operations whose role is not assumed when they are called."""


def check_trust(context: RequestContext) -> None:
    """Raises an error if the service cannot assume a role that the call passes to it.

    Raises:
        CommonServiceException: the service's own error in that case.
    """
    assert context.service is not None  # the call is already parsed
    assert context.operation is not None
    name, operation = context.service.service_name, context.operation.name
    if name not in ANSWERS or operation not in PASSED_TO[name] or operation in LATER:
        return
    call = call_of(context)
    for role in passed_roles(call):
        if not trusts(role, call):
            code, message = ANSWERS[name]
            raise CommonServiceException(
                code, message.format(role=role.arn, service=role.service), sender_fault=True
            )


def trusts(role: PassedRole, call: Call) -> bool:
    """Whether the role's trust policy lets the service assume it; False if it does not exist."""
    return _is_trusted(role.arn, role.service, call.account)


def is_trusted_in_its_account(role_arn: str, principal: str) -> bool:
    """Whether the role's trust policy lets the service assume it for a resource of its account."""
    return _is_trusted(role_arn, principal, role_arn.split(":")[4])


def _is_trusted(role_arn: str, principal: str, account: str) -> bool:
    """Whether the role's trust policy lets the service assume it for a resource of the account.

    A condition on something unknown here, such as the ARN of the source, is no reason to refuse.
    """
    resource = find_role(role_arn, account)
    if resource.policy is None:
        return False
    request = AccessRequest(
        principal=service(principal),
        action="sts:AssumeRole",
        resource=role_arn,
        context={"aws:SourceAccount": (account,), "sts:ExternalId": (account,)},
    )
    try:
        found = decision(request, Applying(()), resource)
    except MalformedPolicyError:  # stored before policies were validated
        return False
    return found.allowed or found.reason is DecisionReason.UNKNOWN
