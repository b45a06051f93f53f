"""Who can read and write a bucket: each call judged as it would be if it came, and none made.

By the same policies and the same judge as calls that do come, so that looking leaves no trace: no
object in the bucket, nothing in what a role has used.
"""

from collections.abc import Iterable, Iterator

from wavetank.core.iam_report import AccessRow
from wavetank.emulator.iam_enforcement.actions import needs
from wavetank.emulator.iam_enforcement.call import Call, Need
from wavetank.emulator.iam_enforcement.callers import Caller, administrator_of, caller_in_role
from wavetank.emulator.iam_enforcement.checking import check_need, passes_unasked, resource_of
from wavetank.emulator.iam_enforcement.grants import role_named
from wavetank.emulator.iam_enforcement.keys.circumstances import Origin
from wavetank.emulator.services import ACCOUNT, REGION
from wavetank.iam.policy_document import MalformedPolicyError
from wavetank.iam.request import ANONYMOUS

OTHER_ACCOUNT = "111122223333"
LISTING = "ListObjectsV2"
OPERATIONS = ("GetObject", LISTING, "PutObject", "DeleteObject")
SOME_KEY = "some-object"


def bucket_access(bucket: str, roles: Iterable[str]) -> list[AccessRow]:
    """The owner, each of the roles, another account and anybody, and what they may do with it."""
    return [
        AccessRow(who=who, allowed=tuple(name for name in OPERATIONS if _may(caller, name, bucket)))
        for who, caller in _callers(roles)
    ]


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
    return all(_is_allowed(caller, need, call) for need in needs(call))


def _is_allowed(caller: Caller, need: Need, call: Call) -> bool:
    resource = resource_of(need, call.account)
    if passes_unasked(caller, resource):
        return True
    try:
        return check_need(caller, need, resource, call, Origin).decision.allowed
    except MalformedPolicyError:  # stored before policies were checked: denied, as when it comes
        return False
