"""Which faults of a plan took effect in a run, by the events of its history.

A fault that hits single events took effect when it hit one. One that changes what is deployed took
effect once something met the change while it was in force: an attempt the broken code, an event the
function without concurrency, a call or a failure destination the missing permission, a published
message the unconfirmed address. What Lambda reads and Firehose writes is no call of a handler, and
a refusal of it is in no history: a permission for that took effect when it was removed.
"""

from collections.abc import Iterable

from wavetank.core.resource_name import service_of
from wavetank.faults.calls import PUBLISH
from wavetank.faults.delivery import PermissionRemoved, UnconfirmedAddress
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment, NoConcurrency
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import FunctionReference, FunctionRole, RoleOwner
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    DestinationReached,
    Event,
    FaultBegan,
    FaultInjected,
    FaultReverted,
    Outcome,
    RunBegan,
)
from wavetank.history.event import OK
from wavetank.simulation.topology import function_name

DENIED = frozenset({"AccessDenied", "AccessDeniedException", "AuthorizationError"})
"""How services refuse a call without the permission. [API references of S3 and SQS, of DynamoDB and
Firehose, and of SNS: errors]"""
OF_READERS = frozenset({"DeleteMessage", "GetRecords", "ReceiveMessage"})
"""The operations with which Lambda reads event sources."""


class FaultEffects:
    """Observes the events of a run; `faults` are those of the plan that took effect."""

    def __init__(self, plan: FaultPlan) -> None:
        self._planned = dict(plan.named())
        self._names: set[str] = set()
        self._unmet: dict[str, FaultBegan] = {}
        """What is in force and was not met yet."""
        self._roles: dict[str, FunctionRole] = {}

    def faults(self) -> tuple[Fault, ...]:
        """The faults that took effect, in the order of the plan."""
        return tuple(fault for name, fault in self._planned.items() if name in self._names)

    def observe(self, event: Event) -> None:
        """Take the next event into account."""
        match event:
            case RunBegan():
                targets = (target for rule in event.rules for target in rule.targets)
                self._note_role(FunctionRole.RULE_TARGET, targets)
            case FaultInjected():
                self._names.add(event.fault)
            case FaultBegan():
                self._unmet[event.fault] = event
            case FaultReverted():
                self._unmet.pop(event.fault, None)
            case DestinationReached():
                self._note_role(FunctionRole.FAILURE_DESTINATION, [event.destination])
        for name, began in list(self._unmet.items()):
            if self._is_met(self._planned[name], began, event):
                self._names.add(name)
                del self._unmet[name]

    def _note_role(self, role: FunctionRole, arns: Iterable[str]) -> None:
        for arn in arns:
            if service_of(arn) == "lambda":
                self._roles.setdefault(function_name(arn), role)

    def _is_met(self, fault: Fault, began: FaultBegan, event: Event) -> bool:
        match fault, event:
            case BrokenDeployment(), AttemptBegan():
                return self._is_of(fault.function, began, event.function)
            case NoConcurrency(), AttemptEnded(outcome=Outcome.THROTTLED):
                return self._is_of(fault.function, began, event.function)
            case PermissionRemoved(), _:
                return _is_missed(fault, event)
            case UnconfirmedAddress(), ApiCalled(took_effect=True):
                return f"{event.service}:{event.operation}".startswith(PUBLISH)
            case UnconfirmedAddress(), DestinationReached(outcome=outcome):
                return outcome == OK and service_of(event.destination) == "sns"
        return False

    def _is_of(self, reference: FunctionReference, began: FaultBegan, function: str) -> bool:
        """Whether a fault is of the function, whose deployed name is in the fault's first event."""
        if isinstance(reference, FunctionRole):
            return self._roles.get(function, FunctionRole.TRIGGER_TARGET) is reference
        return f"function {function}" in began.detail.split(", ")


def _is_missed(fault: PermissionRemoved, event: Event) -> bool:
    """Whether the event shows that the permission is missing, or is all that will ever be seen."""
    service, _, operation = fault.action.partition(":")
    match event:
        case ApiCalled():
            is_same = event.operation == operation or event.operation.startswith("Transact")
            return event.outcome in DENIED and event.service == service and is_same
        case DestinationReached():
            return event.outcome != OK and service_of(event.destination) == service
    return operation in OF_READERS or fault.owner == RoleOwner.DELIVERY_STREAM
