"""Which requests wrote an item, in which attempts, under which faults."""

from tests.pipeline import NOON
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    Event,
    EventOffered,
    FaultInjected,
    Outcome,
    Trigger,
    WorkloadSent,
)
from wavetank.invariants.state_writers import StateWriters

ITEM = '{"id": "7"}'


def writing(request: str, message: str, *hit: Event, outcome: Outcome) -> list[Event]:
    """An attempt at a message, which writes the item and may be hit by a fault after that."""
    target = (f"Orders {ITEM}",)
    return [
        EventOffered(NOON, request, "a queue", (message,)),
        AttemptBegan(NOON, request, "count", 1, cold=False, trigger=Trigger.QUEUE),
        ApiCalled(NOON, request, "dynamodb", "UpdateItem", "ok", took_effect=True, targets=target),
        *hit,
        AttemptEnded(NOON, request, "count", 1, outcome),
    ]


def writers(*events: Event) -> StateWriters:
    """What it knows after the events."""
    known = StateWriters()
    for event in events:
        known.observe(event)
    return known


CRASH = FaultInjected(NOON, "fault-1", "handler-crash", "r1 after its call 1, dynamodb:UpdateItem")
ONCE = writing("r0", "m0", outcome=Outcome.SUCCESS)
TWICE = [
    WorkloadSent(NOON, 1, "send-message", "orders", 2, "", ("m1",), ""),
    *writing("r1", "m1", CRASH, outcome=Outcome.CRASH),
    *writing("r2", "m1", outcome=Outcome.SUCCESS),
]


def test_attempts_at_a_repeated_event_are_named() -> None:
    """With the fault and the workload's event; others that wrote the item explain nothing."""
    assert writers(*ONCE, *TWICE).text("Orders", ITEM) == (
        "attempt 1 of count, request r1, which ended by crash after handler-crash "
        "(of event 2 of workload 1), then by attempt 1 of count, request r2 "
        "(of event 2 of workload 1)"
    )


def test_without_anything_unusual_all_writers_are_named() -> None:
    """An item that no call names has no writers."""
    known = writers(*ONCE)
    assert known.text("Orders", ITEM) == "attempt 1 of count, request r0"
    assert known.text("Orders", '{"id": "8"}') == ""


def test_many_writers_are_counted() -> None:
    """The first are named."""
    events = [
        event
        for number in range(12)
        for event in writing(f"r{number}", f"m{number}", outcome=Outcome.ERROR)
    ]
    text = writers(*events).text("Orders", ITEM)
    assert text.count("request") == 3
    assert text.endswith(", and 9 more attempts")
