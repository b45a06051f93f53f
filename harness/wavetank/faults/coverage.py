"""Restricts plans to the handler's guarantee: a failing stream or failing alerts, not both.

If the stream fails while no alert can be sent for as long as Lambda retries, the failure is silent,
whatever a handler does. So a plan is restricted to what Lambda's retries can tolerate: one fault of
the alerts, which hits at most twice.
"""

from collections.abc import Iterator

from wavetank.faults.calls import CallFault
from wavetank.faults.delivery import PermissionRemoved, ThrottledTopic
from wavetank.faults.deployments import NewDeployment
from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    InvocationFault,
    NoConcurrency,
    NotificationFailure,
    SlowColdStart,
    ThrottledFunction,
)
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import FunctionRole, RoleOwner

HITS_MAX = 2
"""Of three attempts, so that one succeeds. [Lambda: invocation-async-error-handling]"""
SENDS_FAILURES = frozenset({"lambda:InvokeFunction", "sns:Publish", "sqs:SendMessage"})
"""What a function's role needs for failure destinations and dead-letter queues."""
TAKES_FAILURES = frozenset({"sns", "sqs"})
"""The services of alerts and of dead-letter queues."""


def affects_alerting(fault: Fault) -> bool:
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
            return fault.function == FunctionRole.FAILURE_DESTINATION
        case PermissionRemoved():
            is_of_destination = fault.owner == RoleOwner.FAILURE_DESTINATION
            return is_of_destination or fault.action in SENDS_FAILURES
        case CallFault():
            return fault.service in TAKES_FAILURES
    return False


def within_guarantee(plan: FaultPlan) -> FaultPlan:
    """The plan without the faults that the guarantee does not cover."""
    if all(affects_alerting(fault) for fault in plan.faults):
        return plan
    return FaultPlan(tuple(_covered(plan)))


def _covered(plan: FaultPlan) -> Iterator[Fault]:
    available = True
    for fault in plan.faults:
        if not affects_alerting(fault):
            yield fault
        elif available and _is_tolerated(fault):
            available = False
            yield fault


def _is_tolerated(fault: Fault) -> bool:
    hits = fault.times if isinstance(fault, CountedFault) else None
    return hits is not None and hits <= HITS_MAX
