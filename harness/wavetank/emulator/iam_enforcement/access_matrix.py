"""Finds who can read and write a bucket, or publish to a topic, by deciding hypothetical calls.

The decisions use the same policies and the same functions as real calls, and leave no trace: no
object in the bucket, nothing in the record of what a role has used.
"""

from collections.abc import Iterable, Iterator

from wavetank.core.iam_report import AccessRow
from wavetank.emulator.iam_enforcement.call_actions import required_actions
from wavetank.emulator.iam_enforcement.checking import (
    check_action,
    is_own_of_administrator,
    resource_of,
)
from wavetank.emulator.iam_enforcement.condition_keys.action_context import Origin
from wavetank.emulator.iam_enforcement.principal_resolution import (
    Caller,
    administrator_of,
    caller_in_role,
)
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction
from wavetank.emulator.iam_enforcement.role_grants import role_named
from wavetank.emulator.services import ACCOUNT, REGION
from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.request import ANONYMOUS

OTHER_ACCOUNT = "111122223333"
LISTING = "ListObjectsV2"
OPERATIONS = ("GetObject", LISTING, "PutObject", "DeleteObject")
SOME_KEY = "some-object"


def bucket_access(bucket: str, roles: Iterable[str]) -> list[AccessRow]:
    """What the owner, each of the roles, another account and anonymous callers may do."""
    return [
        AccessRow(who=who, allowed=tuple(name for name in OPERATIONS if _may(caller, name, bucket)))
        for who, caller in _callers(roles)
    ]


def may_publish(role: str, topic: str) -> bool:
    """Whether the role may publish to the topic; False if it does not exist."""
    found = role_named(role)
    call = Call("sns", "Publish", {"TopicArn": topic, "Message": ""}, ACCOUNT, REGION)
    return found is not None and _may_call(caller_in_role(ACCOUNT, found), call)


def _callers(roles: Iterable[str]) -> Iterator[tuple[str, Caller]]:
    yield "the owner", administrator_of(ACCOUNT)
    for name in roles:
        role = role_named(name)
        if role is not None:
            yield f"role {name}", caller_in_role(ACCOUNT, role)
    yield "another account", administrator_of(OTHER_ACCOUNT)
    yield "anybody, unsigned", Caller(ANONYMOUS, ())


def _may(caller: Caller, operation: str, bucket: str) -> bool:
    principal = caller.principal
    account = principal.account if principal.has_account else ACCOUNT
    key = {} if operation == LISTING else {"Key": SOME_KEY}
    call = Call("s3", operation, {"Bucket": bucket, **key}, account, REGION)
    return _may_call(caller, call)


def _may_call(caller: Caller, call: Call) -> bool:
    return all(_is_allowed(caller, required, call) for required in required_actions(call))


def _is_allowed(caller: Caller, required: RequiredAction, call: Call) -> bool:
    resource = resource_of(required, call.account)
    if is_own_of_administrator(caller, resource):
        return True
    try:
        return check_action(caller, required, resource, call, Origin).decision.allowed
    except MalformedPolicyError:  # stored before policies were validated: denied, as in a real call
        return False
