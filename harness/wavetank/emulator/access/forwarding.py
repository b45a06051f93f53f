"""CloudFormation acts with the rights of its caller, or of the role that the caller gave the stack.

LocalStack's resource providers call the other services as the account's administrator. Here their
clients sign as the stack's caller or role, so that every call is checked like one of its own.
[CloudFormation user guide, using-iam-servicerole; IAM user guide, aws:CalledVia in
reference_policies_condition-keys; LocalStack 4.14: cloudformation/resource_provider.py]
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.connect import connect_to

from wavetank.emulator.access.callers import CALLED_VIA, UNCHECKED, Caller, is_administrator
from wavetank.emulator.scope import scope_of

PRINCIPAL = "cloudformation.amazonaws.com"
SESSION = "AWSCloudFormation"
"""The name of a session that CloudFormation takes a role by, as on AWS."""
CHANGING = frozenset(
    {
        *("CancelUpdateStack", "ContinueUpdateRollback", "CreateStack", "DeleteStack"),
        *("ExecuteChangeSet", "RollbackStack", "UpdateStack"),
    }
)
GIVING_A_ROLE = CHANGING | {"CreateChangeSet"}
CREATING = frozenset({"CreateStack", "CreateChangeSet"})
READS = ("Describe", "Get", "List")
DATA = ("s3:GetObject",)
"""Reads that are checked: what they give is the account's data and not a resource's description."""
UNCHECKED_OF_TYPES: Mapping[str, Mapping[str, str]] = {
    "AWS::S3::Bucket": {"s3:PutBucketAcl": "AccessControl"},
}
"""What LocalStack's providers of a type call and AWS's do not, unless the property is set."""
IN_PROGRESS, REVIEWED, DELETED = "_IN_PROGRESS", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE"


@dataclass(frozen=True)
class StackName:
    """A stack's place; a deleted stack's name may be another's."""

    account: str
    region: str
    name: str


@dataclass(frozen=True)
class Credentials:
    """What the clients of a stack sign with."""

    access_key: str
    token: str | None = None


_LOCK = threading.Lock()
_ACTING: dict[StackName, Credentials | None] = {}
"""Of each stack that is changed, the rights it is changed with; None for an administrator's."""
_ROLES: dict[StackName, str] = {}
"""The role that a stack was given, which CloudFormation goes on using."""


def forward_caller(context: RequestContext, caller: Caller | None) -> None:
    """Keeps whose rights the stack is changed with, where the call changes one.

    Raises:
        CommonServiceException: ValidationError, where the stack's role cannot be assumed.
    """
    assert context.service is not None  # a call that is parsed
    assert context.operation is not None
    operation = context.operation.name
    if context.service.service_name != "cloudformation" or operation not in GIVING_A_ROLE:
        return
    parameters: Any = context.service_request or {}
    name = _stack_of(context, parameters)
    if name is None:
        return  # the service answers that there is no such stack
    role, statuses = parameters.get("RoleARN"), _statuses(name)
    with _LOCK:
        if role:
            _ROLES[name] = role
        elif operation in CREATING and not statuses:
            _ROLES.pop(name, None)
        role = _ROLES.get(name)
    if operation not in CHANGING:
        return
    in_progress = any(status.endswith(IN_PROGRESS) for status in statuses - {REVIEWED})
    _act_as(name, _assume(role) if role else _own(context, caller), in_progress=in_progress)


def _act_as(name: StackName, found: Credentials | None, *, in_progress: bool) -> None:
    """A stack that is being changed keeps the lesser rights: an administrator's add none."""
    with _LOCK:
        if in_progress and found is None and _ACTING.get(name) is not None:
            return
        _ACTING[name] = found
    if found is not None:
        _sign_as_callers()


def _own(context: RequestContext, caller: Caller | None) -> Credentials | None:
    if caller is None or is_administrator(caller):
        return None
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
    """The stack that the call names; a change set's ARN counts before a stack's name."""
    store = _store(context.account_id, context.region)
    change_set = store.change_sets.get(str(parameters.get("ChangeSetName") or ""))
    named = str(parameters.get("StackName") or "")
    given = str(change_set.stack.stack_name) if change_set is not None else named
    if not given:
        return None
    name = given.split("/")[1] if given.startswith("arn:") else given
    return StackName(context.account_id, context.region, name)


def _statuses(name: StackName) -> set[str]:
    """Of the stack of the name; none where there is none that is not deleted."""
    stacks = list(_store(name.account, name.region).stacks_v2.values())
    return {str(stack.status) for stack in stacks if stack.stack_name == name.name} - {DELETED}


def _store(account: str, region: str) -> Any:
    from localstack.services.cloudformation.stores import (  # noqa: PLC0415 - loaded with the service, and not before
        get_cloudformation_store,
    )

    return get_cloudformation_store(account, region)


@cache
def _sign_as_callers() -> None:
    """Has LocalStack's resource providers sign as the stack's caller, from the first time on."""
    from localstack.services.cloudformation import resource_provider  # noqa: PLC0415 - as above

    class CallersClientFactory(resource_provider.ConvertingInternalClientFactory):
        """Clients that say on whose behalf they call."""

        def __init__(self, unchecked: tuple[str, ...]) -> None:
            super().__init__(use_ssl=False)
            self._unchecked = unchecked

        def _get_client_post_hook(self, client: Any) -> Any:
            client = super()._get_client_post_hook(client)
            say = partial(_say_called_via, self._unchecked)
            client.meta.events.register_last("provide-client-params.*.*", say)
            return client

    factories = cache(CallersClientFactory)
    stock: Any = resource_provider.ResourceRequest.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        stock(self, *args, **kwargs)
        acting = _ACTING.get(StackName(self.account_id, self.region_name, self.stack_name))
        if acting is not None:
            self.aws_client_factory = factories(_unchecked(self))(
                aws_access_key_id=acting.access_key,
                aws_session_token=acting.token,
                region_name=self.region_name,
            )

    resource_provider.ResourceRequest.__init__ = init  # type: ignore[method-assign]  # on purpose


def _unchecked(request: Any) -> tuple[str, ...]:
    """What the provider of the resource's type calls by itself."""
    properties = request.desired_state or {}
    of_type = UNCHECKED_OF_TYPES.get(request.resource_type, {})
    return tuple(action for action, name in of_type.items() if name not in properties)


def _say_called_via(unchecked: tuple[str, ...], context: Any, **_: Any) -> None:
    context["_localstack"] |= {CALLED_VIA: PRINCIPAL, UNCHECKED: list(unchecked)}


def is_unchecked(caller: Caller, action: str) -> bool:
    """Whether a resource provider of LocalStack's calls it where AWS's might not.

    Their reads are not those that AWS's make, so neither can be held against a policy.
    """
    if not caller.called_via:
        return False
    is_read = action.partition(":")[2].startswith(READS) and not action.startswith(DATA)
    return is_read or action in caller.unchecked
