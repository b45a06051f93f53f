"""One action of a call, decided: its resource, the policies that apply, and their condition keys.

Calls that come and calls that are only considered (`matrix`) are decided by the same functions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from wavetank.emulator.iam_enforcement.call import Call, Need
from wavetank.emulator.iam_enforcement.callers import Caller, is_administrator
from wavetank.emulator.iam_enforcement.decisions import applying, condition_keys, decision
from wavetank.emulator.iam_enforcement.keys.circumstances import Circumstances, Origin
from wavetank.emulator.iam_enforcement.keys.finder import BY_DETAIL, find_values
from wavetank.emulator.iam_enforcement.resources import ProtectedResource, find_resource, find_role
from wavetank.iam.evaluation import Decision
from wavetank.iam.request import AccessRequest

ASSUMING = "sts:"


@dataclass(frozen=True)
class Checked:
    """The decision about one action, and the request that it is about."""

    decision: Decision
    request: AccessRequest


def resource_of(need: Need, account: str) -> ProtectedResource:
    """What the action applies to; a role that is assumed has its trust policy."""
    find = find_role if need.action.startswith(ASSUMING) else find_resource
    return find(need.resource, account)


def passes_unasked(caller: Caller, resource: ProtectedResource) -> bool:
    """Whether it is an administrator's own resource, on which everything is allowed."""
    return is_administrator(caller) and resource.owner == caller.principal.account


def check_need(
    caller: Caller,
    need: Need,
    resource: ProtectedResource,
    call: Call,
    origin: Callable[[], Origin],
) -> Checked:
    """The decision about the action; `origin` is asked only where a policy has conditions.

    Raises:
        MalformedPolicyError: a policy that applies was stored before policies were checked.
    """
    policies = applying(caller.policies, caller.boundary, caller.session)
    context = {}
    if keys := condition_keys(policies, resource):
        found = Circumstances(
            call=call,
            need=need,
            principal=caller.principal,
            owner=resource.owner,
            origin=origin(),
        )
        values = ((key, find_values(key, found)) for key in keys)
        context = {key: known for key, known in values if known is not None}
    request = AccessRequest(
        principal=caller.principal, action=need.action, resource=need.resource, context=context
    )
    return Checked(decision(request, policies, resource), request)


def grouped(found: Iterable[Need]) -> Iterator[list[Need]]:
    """Equal needs that follow each other: a transaction's items are much alike."""
    for _, same in groupby(found):
        yield list(same)


def to_be_checked(needs: list[Need], caller: Caller, resource: ProtectedResource) -> list[Need]:
    """One of equal needs, unless a policy asks for what tells them apart, such as an item's key."""
    if len(needs) == 1:
        return needs
    policies = applying(caller.policies, caller.boundary, caller.session)
    keys = condition_keys(policies, resource)
    return needs if any(key in BY_DETAIL for key in keys) else needs[:1]
