"""Restricts plans to the handler's guarantee: a failing stream or failing alerts, not both.

If the stream fails while no alert can be sent for as long as Lambda retries, the failure is silent,
whatever a handler does. So a plan is restricted to what Lambda's retries can tolerate: one fault of
the alerts, which hits at most twice. Lambda retries a notification function only: where it sends
failures to a topic or a queue itself, faults of those are in plans of their own.
"""

from collections.abc import Iterator
from dataclasses import replace

from wavetank.faults.calls import CallFault
from wavetank.faults.delivery import PermissionRemoved, ThrottledTopic
from wavetank.faults.deployments import NewDeployment
from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    FunctionFault,
    InvocationFault,
    NoConcurrency,
    NotificationFailure,
    SlowColdStart,
    ThrottledFunction,
)
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import Resource, RoleOwner
from wavetank.faults.targets import TICKER_TARGETS, FaultTargets

HITS_MAX = 2
"""Of three attempts, so that one succeeds. [Lambda: invocation-async-error-handling]"""
INVOKE = "lambda:InvokeFunction"
SENDS_FAILURES = frozenset({INVOKE, "sns:Publish", "sqs:SendMessage"})
"""What a function's role needs for failure destinations and dead-letter queues."""
TAKES_FAILURES = frozenset({"sns", "sqs"})
"""The services of alerts and of dead-letter queues."""


def affects_alerting(fault: Fault, targets: FaultTargets = TICKER_TARGETS) -> bool:
    """Whether the fault hits the way from a failed request to the e-mail about it."""
    match fault:
        case NotificationFailure() | ThrottledTopic():
            return True
        case (
            InvocationFault()
            | BrokenDeployment()
            | NewDeployment()
            | NoConcurrency()
            | SlowColdStart()
            | ThrottledFunction()
        ):
            return targets.is_failure_destination(fault.function)
        case PermissionRemoved():
            is_of_destination = fault.owner == RoleOwner.FAILURE_DESTINATION
            return is_of_destination or fault.action in SENDS_FAILURES
        case CallFault():
            return fault.service in TAKES_FAILURES
    return False


def can_hit(fault: Fault, targets: FaultTargets) -> bool:
    """Whether the fault can hit anything in a plan within the guarantee.

    One without a limit cannot, if it hits only what a failed request causes: such a plan has no
    fault that fails a request.
    """
    if isinstance(fault, CountedFault):
        return True
    match fault:
        case FunctionFault(function=function):
            return not targets.is_failure_destination(function)
        case PermissionRemoved(owner=owner, action=action):
            return owner != RoleOwner.FAILURE_DESTINATION and action != INVOKE
    return True


def tolerated(fault: Fault, targets: FaultTargets) -> Fault | None:
    """A fault of the alerts with no more hits than retries tolerate; None if they tolerate none."""
    if Resource.FAILURE_DESTINATION not in targets.resources or not isinstance(fault, CountedFault):
        return None
    is_few = fault.times is not None and fault.times <= HITS_MAX
    return fault if is_few else replace(fault, times=HITS_MAX)


def within_guarantee(plan: FaultPlan, targets: FaultTargets = TICKER_TARGETS) -> FaultPlan:
    """The plan without the faults that the guarantee does not cover."""
    if all(affects_alerting(fault, targets) for fault in plan.faults):
        return plan
    return FaultPlan(tuple(_covered(plan, targets)))


def _covered(plan: FaultPlan, targets: FaultTargets) -> Iterator[Fault]:
    available = True
    for fault in plan.faults:
        if not affects_alerting(fault, targets):
            yield fault
        elif available and tolerated(fault, targets) == fault:
            available = False
            yield fault
