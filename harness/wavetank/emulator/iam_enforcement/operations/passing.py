"""Roles that a call passes to a service: AWS requires `iam:PassRole` on each of them.

[IAM user guide, id_roles_use_passrole; Service Authorization Reference, dependent actions]
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.iam_enforcement.operations.names import function_arn, identity_arn
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction

EVENTS, FIREHOSE, LAMBDA = "events.amazonaws.com", "firehose.amazonaws.com", "lambda.amazonaws.com"
CLOUDFORMATION, LOGS = "cloudformation.amazonaws.com", "logs.amazonaws.com"
SES, S3, SNS = "ses.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"
SCHEDULER = "scheduler.amazonaws.com"
STREAMS = "streams.metrics.cloudwatch.amazonaws.com"
PASSED_TO: Mapping[str, Mapping[str, str]] = {
    "cloudformation": dict.fromkeys(
        [
            *("ActivateType", "ContinueUpdateRollback", "CreateChangeSet", "CreateStack"),
            *("CreateStackSet", "DeleteStack", "RegisterType", "RollbackStack", "UpdateStack"),
            "UpdateStackSet",
        ],
        CLOUDFORMATION,
    ),
    "cloudwatch": {"PutMetricStream": STREAMS},
    "events": dict.fromkeys(["CreateEndpoint", "PutRule", "PutTargets", "UpdateEndpoint"], EVENTS),
    "firehose": dict.fromkeys(["CreateDeliveryStream", "UpdateDestination"], FIREHOSE),
    "iam": {"AddRoleToInstanceProfile": "ec2.amazonaws.com"},
    "lambda": dict.fromkeys(
        ["CreateCapacityProvider", "CreateFunction", "UpdateFunctionConfiguration"], LAMBDA
    ),
    "logs": dict.fromkeys(
        [
            *("CreateImportTask", "CreateScheduledQuery", "PutDestination", "PutIntegration"),
            *("PutSubscriptionFilter", "UpdateScheduledQuery"),
        ],
        LOGS,
    ),
    "s3": {"PutBucketReplication": S3},
    "scheduler": dict.fromkeys(["CreateSchedule", "UpdateSchedule"], SCHEDULER),
    "ses": dict.fromkeys(
        [
            *("CreateConfigurationSetEventDestination", "CreateReceiptRule"),
            *("UpdateConfigurationSetEventDestination", "UpdateReceiptRule"),
        ],
        SES,
    ),
    "sns": dict.fromkeys(
        ["CreateTopic", "SetTopicAttributes", "Subscribe", "SetSubscriptionAttributes"], SNS
    ),
}
"""By service and operation, the service principal that the call passes roles to."""
ROLE_PARAMETER_ENDINGS = ("rolearn", "role")
ROLE_ARN = ":role/"
NAMED_BY = {"AttributeValue": "AttributeName", "ParameterValue": "ParameterName"}
"""The members whose name is the value of another: SNS's attributes, a Firehose processor's."""
NAMED_BY_THE_CALLER = frozenset({"Environment", "Tags"})
"""The members whose own members have names that the caller chooses."""


@dataclass(frozen=True)
class PassedRole:
    """A role that a call passes to a service, and the resource that it is for, if known."""

    arn: str
    service: str
    resource: str | None = None


def passed_roles(call: Call) -> Iterator[PassedRole]:
    """Each role that the call passes to a service, once."""
    service = PASSED_TO.get(call.service, {}).get(call.operation)
    if service is None:
        return
    resource = None
    if call.service == "lambda" and call.parameters.get("FunctionName"):
        resource = function_arn(call, str(call.parameters["FunctionName"]))
    if call.operation == "AddRoleToInstanceProfile":
        role = identity_arn(call, "role", str(call.parameters.get("RoleName")))
        yield PassedRole(str(role), service)
        return
    for arn in dict.fromkeys(_roles_in(call.parameters)):
        yield PassedRole(arn, service, resource)


def _roles_in(value: Any, name: str = "") -> Iterator[str]:
    """ARNs of roles in parameters of these names; SNS and Firehose have names as values, too."""
    if isinstance(value, Mapping):
        names = {of: str(value.get(member, "")) for of, member in NAMED_BY.items()}
        for key, inner in value.items():
            if key not in NAMED_BY_THE_CALLER:
                yield from _roles_in(inner, names.get(str(key), str(key)))
    elif isinstance(value, list):
        for inner in value:
            yield from _roles_in(inner, name)
    elif name.lower().endswith(ROLE_PARAMETER_ENDINGS) and ROLE_ARN in str(value):
        yield str(value)


def actions_to_pass(call: Call) -> Iterator[RequiredAction]:
    """`iam:PassRole` on each role."""
    for role in passed_roles(call):
        context = {"iam:PassedToService": (role.service,)}
        if role.resource:
            context["iam:AssociatedResourceArn"] = (role.resource,)
        yield RequiredAction("iam:PassRole", role.arn, context)
