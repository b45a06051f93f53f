"""What the guarantee covers: the stream may fail, or the way on which people hear of it; not both.

Where the stream fails while nobody can be told for as long as Lambda tries to, the failure is
silent, whatever a handler does. So of such a plan only as much is kept as Lambda's retries stand:
one fault of the alert's path that strikes twice at the most.
"""

from collections.abc import Iterator

from wavetank.faults.calls import CallFault
from wavetank.faults.delivery import PermissionRemoved, ThrottledTopic
from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.functions import (
    BrokenDeployment,
    InvocationFault,
    NoConcurrency,
    NotificationFailure,
    SlowColdStart,
)
from wavetank.faults.parts import FunctionRole, RoleOwner
from wavetank.faults.plan import FaultPlan

STRIKES_MAX = 2
"""Of three attempts, so that one succeeds. [Lambda: invocation-async-error-handling]"""
HAND_OVER = "lambda:InvokeFunction"
PUBLISH = "sns"


def is_of_the_alert(fault: Fault) -> bool:
    """Whether it strikes the way on which people hear of a failure."""
    match fault:
        case NotificationFailure() | ThrottledTopic():
            return True
        case InvocationFault() | BrokenDeployment() | NoConcurrency() | SlowColdStart():
            return fault.function == FunctionRole.FAILURE_DESTINATION
        case PermissionRemoved():
            return fault.owner == RoleOwner.FAILURE_DESTINATION or fault.action == HAND_OVER
        case CallFault():
            return fault.service == PUBLISH
    return False


def covered(plan: FaultPlan) -> FaultPlan:
    """The plan but for what the guarantee does not cover."""
    if all(is_of_the_alert(fault) for fault in plan.faults):
        return plan
    return FaultPlan(tuple(_kept(plan)))


def _kept(plan: FaultPlan) -> Iterator[Fault]:
    room = True
    for fault in plan.faults:
        if not is_of_the_alert(fault):
            yield fault
        elif room and _is_stood(fault):
            room = False
            yield fault


def _is_stood(fault: Fault) -> bool:
    strikes = fault.times if isinstance(fault, CountedFault) else None
    return strikes is not None and strikes <= STRIKES_MAX
