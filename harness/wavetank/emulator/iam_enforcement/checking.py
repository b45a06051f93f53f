"""Decides about one action of a call: its resource, the policies that apply, and their keys.

Real calls and hypothetical ones (`access_matrix`) are decided by the same functions.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from wavetank.emulator.iam_enforcement.condition_keys.action_context import ActionContext, Origin
from wavetank.emulator.iam_enforcement.condition_keys.finder import BY_DETAIL, find_values
from wavetank.emulator.iam_enforcement.decision_cache import applying, condition_keys, decision
from wavetank.emulator.iam_enforcement.principal_resolution import Caller, is_administrator
from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction
from wavetank.emulator.iam_enforcement.resource_policies import (
    ProtectedResource,
    find_resource,
    find_role,
)
from wavetank.iam.evaluation import Decision
from wavetank.iam.request import AccessRequest

ASSUMING = "sts:"
CREATING_A_BUCKET = "s3:CreateBucket"


@dataclass(frozen=True)
class Checked:
    """The decision about one action of a call, with the request that it is about."""

    decision: Decision
    request: AccessRequest


def resource_of(required: RequiredAction, account: str) -> ProtectedResource:
    """The resource of the action; for AssumeRole its policy is the role's trust policy.

    A bucket that is to be created is the caller's, even if another account has one of that name:
    S3 reports that after the permissions are checked.
    """
    if required.action == CREATING_A_BUCKET:
        return ProtectedResource(account)
    find = find_role if required.action.startswith(ASSUMING) else find_resource
    return find(required.resource, account)


def is_own_of_administrator(caller: Caller, resource: ProtectedResource) -> bool:
    """Whether it is an administrator's own resource, on which everything is allowed."""
    return is_administrator(caller) and resource.owner == caller.principal.account


def check_action(
    caller: Caller,
    required: RequiredAction,
    resource: ProtectedResource,
    call: Call,
    origin: Callable[[], Origin],
) -> Checked:
    """Decide about the action; `origin` is read only if a policy has conditions.

    Raises:
        MalformedPolicyError: a policy that applies was stored before policies were validated.
    """
    policies = applying(caller.policies, caller.boundary, caller.session)
    context = {}
    if keys := condition_keys(policies, resource):
        found = ActionContext(
            call=call,
            required=required,
            principal=caller.principal,
            owner=resource.owner,
            origin=origin(),
        )
        values = ((key, find_values(key, found)) for key in keys)
        context = {key: known for key, known in values if known is not None}
    request = AccessRequest(
        principal=caller.principal,
        action=required.action,
        resource=required.resource,
        context=context,
    )
    return Checked(decision(request, policies, resource), request)


def grouped(found: Iterable[RequiredAction]) -> Iterator[list[RequiredAction]]:
    """Groups of equal actions that follow each other: a transaction's items are often alike."""
    for _, same in groupby(found):
        yield list(same)


def to_be_checked(
    required_actions: list[RequiredAction], caller: Caller, resource: ProtectedResource
) -> list[RequiredAction]:
    """One of several equal actions, unless a policy refers to their difference, such as a key."""
    if len(required_actions) == 1:
        return required_actions
    policies = applying(caller.policies, caller.boundary, caller.session)
    keys = condition_keys(policies, resource)
    return required_actions if any(key in BY_DETAIL for key in keys) else required_actions[:1]
