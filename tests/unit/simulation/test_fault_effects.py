"""Which faults took effect, by the events of a history."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.faults.calls import ApiError
from wavetank.faults.delivery import PermissionRemoved, UnconfirmedAddress
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment, NoConcurrency
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import FunctionRole, RoleOwner
from wavetank.faults.serialization import describe
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
    RuleSpec,
    RunBegan,
    Trigger,
)
from wavetank.history.event import OK
from wavetank.simulation.fault_effects import FaultEffects

NOON = datetime(2030, 1, 1, 12, tzinfo=UTC)
ZERO = timedelta()
ARN = "arn:aws:lambda:eu-west-1:000000000000:function:"
TOPIC = "arn:aws:sns:eu-west-1:000000000000:alerts"
ROLES = FunctionRole
BROKEN_RULE_TARGET = BrokenDeployment(after=ZERO)
BROKEN_OTHER = BrokenDeployment(after=ZERO, function=ROLES.TRIGGER_TARGET)
BROKEN_DESTINATION = BrokenDeployment(after=ZERO, function=ROLES.FAILURE_DESTINATION)
BROKEN_NAMED = BrokenDeployment(after=ZERO, function="stack-Notify-1")
NO_SCAN = PermissionRemoved(after=ZERO, action="dynamodb:Scan")
NO_UPDATE = PermissionRemoved(after=ZERO, action="dynamodb:UpdateItem")
NO_PUBLISH = PermissionRemoved(after=ZERO, action="sns:Publish")
NO_RECEIVE = PermissionRemoved(after=ZERO, action="sqs:ReceiveMessage")
NO_DELIVERY = PermissionRemoved(after=ZERO, owner=RoleOwner.DELIVERY_STREAM, action="s3:PutObject")


def attempt(function: str) -> Event:
    """An attempt that begins."""
    return AttemptBegan(NOON, "r", function, 1, False, Trigger.SCHEDULE)  # noqa: FBT003 - its order


def ended(function: str, outcome: Outcome) -> Event:
    """An attempt that has ended."""
    return AttemptEnded(NOON, "r", function, 1, outcome)


def call(operation: str, outcome: str) -> Event:
    """A call of DynamoDB, or of SNS if it publishes."""
    service = "sns" if operation == "Publish" else "dynamodb"
    return ApiCalled(NOON, "r", service, operation, outcome, took_effect=outcome == OK)


def reached(destination: str, outcome: str = OK) -> Event:
    """A failure destination."""
    return DestinationReached(NOON, "r", destination, outcome)


def effective(fault: Fault, *events: Event) -> bool:
    """Whether the fault took effect by these events, which come while it is in force."""
    ((name, _),) = FaultPlan((fault,)).named()
    rule = RuleSpec("rule", "rate(1 minute)", NOON, (f"{ARN}stack-Tick-1", f"{TOPIC}-of-a-rule"))
    effects = FaultEffects(FaultPlan((fault,)))
    began = RunBegan(NOON, "s", 1, NOON, {}, "", "", (rule,), {})
    in_force = FaultBegan(NOON, name, fault.kind, describe(fault))
    for event in (began, in_force, *events):
        effects.observe(event)
    effects.observe(FaultReverted(NOON, name, fault.kind, describe(fault)))
    effects.observe(attempt("stack-Tick-1"))
    return effects.faults() == (fault,)


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        (BROKEN_RULE_TARGET, attempt("stack-Tick-1")),
        (BROKEN_OTHER, attempt("stack-Take-1")),
        (BROKEN_NAMED, attempt("stack-Notify-1")),
        (NoConcurrency(after=ZERO), ended("stack-Tick-1", Outcome.THROTTLED)),
        (NO_SCAN, call("Scan", "AccessDeniedException")),
        (NO_UPDATE, call("TransactWriteItems", "AccessDeniedException")),
        (NO_PUBLISH, reached(TOPIC, "AuthorizationError")),
        (NO_RECEIVE, attempt("stack-Take-1")),
        (NO_DELIVERY, attempt("stack-Take-1")),
        (UnconfirmedAddress(after=ZERO), call("Publish", OK)),
        (UnconfirmedAddress(after=ZERO), reached(TOPIC)),
    ],
    ids=str,
)
def test_a_change_takes_effect_when_something_meets_it(fault: Fault, event: Event) -> None:
    """In its window; without that event it has no effect, unless no history could have one."""
    assert effective(fault, event)
    assert effective(fault) == (fault in {NO_RECEIVE, NO_DELIVERY})


@pytest.mark.parametrize(
    ("fault", "event"),
    [
        (BROKEN_RULE_TARGET, attempt("stack-Take-1")),
        (BROKEN_OTHER, attempt("stack-Tick-1")),
        (BROKEN_NAMED, attempt("stack-Notify-12")),
        (BROKEN_DESTINATION, attempt("stack-Tell-1")),
        (NoConcurrency(after=ZERO), ended("stack-Tick-1", Outcome.ERROR)),
        (NO_SCAN, call("Scan", "ThrottlingException")),
        (NO_SCAN, call("GetItem", "AccessDeniedException")),
        (NO_PUBLISH, reached(TOPIC)),
        (UnconfirmedAddress(after=ZERO), reached(f"{ARN}stack-Tell-1")),
    ],
    ids=str,
)
def test_what_happens_elsewhere_is_no_effect(fault: Fault, event: Event) -> None:
    """Of another function, another call, or for another reason."""
    assert not effective(fault, event)


def test_a_function_that_is_reached_as_a_destination_has_that_role() -> None:
    """No event names the role, so it is known by the first record that is sent there."""
    events = (reached(f"{ARN}stack-Tell-1"), attempt("stack-Tell-1"))
    assert effective(BROKEN_DESTINATION, *events)


def test_a_fault_of_single_events_takes_effect_when_it_is_injected() -> None:
    """To be in force is not enough."""
    fault = ApiError(after=ZERO)
    ((name, _),) = FaultPlan((fault,)).named()
    assert not effective(fault, attempt("stack-Tick-1"))
    assert effective(fault, FaultInjected(NOON, name, fault.kind, "dynamodb:Scan"))
