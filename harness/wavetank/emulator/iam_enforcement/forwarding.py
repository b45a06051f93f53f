"""CloudFormation acts with the permissions of its caller, or of the stack's service role.

LocalStack's resource providers call the other services as the account's administrator. Here their
clients sign as the stack's caller or role, so that every call is checked like one of its own.
[CloudFormation user guide, using-iam-servicerole; IAM user guide, aws:CalledVia in
reference_policies_condition-keys; LocalStack 4.14: cloudformation/resource_provider.py]
"""

import threading
from dataclasses import dataclass
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.connect import connect_to

from wavetank.emulator.credential_scope import scope_of
from wavetank.emulator.iam_enforcement.caller_credentials import ADMINISTRATOR, Credentials
from wavetank.emulator.iam_enforcement.principal_resolution import Caller, is_administrator

SESSION = "AWSCloudFormation"
"""The session name with which CloudFormation assumes a role, as on AWS."""
CHANGING = frozenset(
    {
        *("CancelUpdateStack", "ContinueUpdateRollback", "CreateStack", "DeleteStack"),
        *("ExecuteChangeSet", "RollbackStack", "UpdateStack"),
    }
)
GIVING_A_ROLE = CHANGING | {"CreateChangeSet"}
CREATING = frozenset({"CreateStack", "CreateChangeSet"})
READS = ("Describe", "Get", "List")
DATA = ("s3:GetObject", "secretsmanager:GetSecretValue", "ssm:GetParameter")
"""Read actions that are checked, because they return the account's data and not a description."""
STACK_SETS = frozenset(
    {
        *("CreateStackInstances", "DeleteStackInstances", "ImportStacksToStackSet"),
        *("UpdateStackInstances", "UpdateStackSet"),
    }
)
"""Stack set operations use two roles on AWS, in each named account. LocalStack has neither."""
ONLY_ADMINISTRATORS = (
    "stack sets need the two roles that AWS requires, which a sandbox does not have: only the "
    "account's administrator can use them here"
)
DELETED = "DELETE_COMPLETE"
_ATTRIBUTE = "wavetank_acting_for"
"""The key of the credentials in a request's context."""


@dataclass(frozen=True)
class StackName:
    """Identifies a stack by account, region and name; a later stack may reuse the name."""

    account: str
    region: str
    name: str


_LOCK = threading.Lock()
_ROLES: dict[StackName, str] = {}
"""The service role of each stack, which CloudFormation keeps using."""


def forward_caller(context: RequestContext, caller: Caller | None) -> None:
    """Decide which credentials CloudFormation handles the call with; see `acting_for`.

    Raises:
        CommonServiceException: ValidationError if the stack's role cannot be assumed; AccessDenied
            if a caller who is no administrator uses a stack set.
    """
    assert context.service is not None  # the call is already parsed
    assert context.operation is not None
    operation = context.operation.name
    if context.service.service_name != "cloudformation":
        return
    own = _own(context, caller)
    if operation in STACK_SETS and own != ADMINISTRATOR:
        raise CommonServiceException("AccessDenied", ONLY_ADMINISTRATORS, 403, sender_fault=True)
    role = _role_of(context, operation) if operation in GIVING_A_ROLE else None
    credentials = _assume(role) if role and operation in CHANGING else own
    setattr(context, _ATTRIBUTE, credentials)


def acting_for(context: RequestContext) -> Credentials:
    """The credentials chosen by `forward_caller`; the administrator's if policies are off."""
    found: Credentials = getattr(context, _ATTRIBUTE, ADMINISTRATOR)
    return found


def _role_of(context: RequestContext, operation: str) -> str | None:
    """The role of the stack, or the one that the call gives it."""
    parameters: Any = context.service_request or {}
    name = _stack_of(context, parameters)
    if name is None:
        given: str | None = parameters.get("RoleARN")
        return given
    with _LOCK:
        if role := parameters.get("RoleARN"):
            _ROLES[name] = role
        elif operation in CREATING and not _exists(name):
            _ROLES.pop(name, None)
        return _ROLES.get(name)


def _own(context: RequestContext, caller: Caller | None) -> Credentials:
    if caller is None or is_administrator(caller):
        return ADMINISTRATOR
    headers: Any = context.request.headers
    return Credentials(scope_of(headers).access_key, headers.get("X-Amz-Security-Token"))


def _assume(role: str) -> Credentials:
    client: Any = connect_to().sts
    sts = client.request_metadata(service_principal="cloudformation")
    try:
        answer = sts.assume_role(RoleArn=role, RoleSessionName=SESSION)["Credentials"]
    except sts.exceptions.ClientError as error:
        message = f"Role {role} is invalid or cannot be assumed"
        raise CommonServiceException("ValidationError", message, sender_fault=True) from error
    return Credentials(answer["AccessKeyId"], answer["SessionToken"])


def _stack_of(context: RequestContext, parameters: Any) -> StackName | None:
    """The stack that the call names; a change set's ARN takes precedence over a stack's name."""
    store = _store(context.account_id, context.region)
    change_set = store.change_sets.get(str(parameters.get("ChangeSetName") or ""))
    named = str(parameters.get("StackName") or "")
    by_arn = change_set.stack if change_set is not None else store.stacks_v2.get(named)
    name = str(by_arn.stack_name) if by_arn is not None else named
    return StackName(context.account_id, context.region, name) if name else None


def _exists(name: StackName) -> bool:
    """Whether a stack of the name exists and is not deleted."""
    stacks = list(_store(name.account, name.region).stacks_v2.values())
    return any(it.stack_name == name.name and it.status != DELETED for it in stacks)


def _store(account: str, region: str) -> Any:
    from localstack.services.cloudformation.stores import (  # noqa: PLC0415 - loaded with the service, and not before
        get_cloudformation_store,
    )

    return get_cloudformation_store(account, region)


def is_unchecked(caller: Caller, action: str) -> bool:
    """Whether a resource provider of LocalStack's calls the action although AWS's might not.

    The providers' reads differ from those of AWS's, so policies are not applied to them.
    """
    if not caller.called_via:
        return False
    is_read = action.partition(":")[2].startswith(READS) and not action.startswith(DATA)
    return is_read or action in caller.unchecked
