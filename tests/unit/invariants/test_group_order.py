"""Events of a message group or key are processed in order."""

from dataclasses import replace

from tests.pipeline import NOON
from tests.sample_histories import assert_found, before, calm, without
from wavetank.core.findings import Verdict
from wavetank.history import (
    Drained,
    Event,
    EventAccepted,
    EventSettled,
    RunBegan,
    RunEnded,
    Settlement,
)
from wavetank.invariants import GroupOrder, check_history

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:orders.fifo"
STREAM = "arn:aws:kinesis:eu-west-1:000000000000:stream/prices"
BOTH = ("bill", "ship")


def history(*events: Event, consumers: tuple[str, ...] = ("ship",)) -> list[Event]:
    """A run of a queue and a stream with these consumers, which drained."""
    began, *rest = before(calm(1), Drained, *events)
    assert isinstance(began, RunBegan)
    return [replace(began, consumers={QUEUE: consumers, STREAM: consumers}), *rest]


def accepted(*ids: str, group: str = "ada", source: str = QUEUE) -> list[Event]:
    """The source accepted these of one group."""
    return [EventAccepted(NOON, "", source, each, group) for each in ids]


def settled(
    *ids: str,
    settlement: Settlement = Settlement.PROCESSED,
    function: str = "ship",
    source: str = QUEUE,
) -> EventSettled:
    """What became of them."""
    return EventSettled(NOON, "request", source, ids, settlement, function)


def test_a_pipeline_without_queues_and_streams_has_no_finding() -> None:
    """Nothing that is deployed could break the order."""
    assert not check_history(calm(), [GroupOrder()])


def test_events_in_order_are_valid() -> None:
    """Of other groups, and as a batch that fails and comes back."""
    events = history(
        *accepted("a", "b", "c"),
        *accepted("x", "y", group="bob"),
        settled("a", "b", settlement=Settlement.RETURNED),
        settled("x"),
        settled("a", "b"),
        settled("c", "y"),
    )
    assert_found(GroupOrder(), events, Verdict.VALID, "3 events behind an earlier one")


def test_a_later_event_before_an_earlier_one_is_invalid() -> None:
    """As if a handler names only the first of the failed messages of its batch."""
    events = history(
        *accepted("a", "b"), settled("b"), settled("a", settlement=Settlement.RETURNED)
    )
    evidence = f"1 (the first: b before a of ada in {QUEUE}, at 2026-11-23T12:00:00Z)"
    assert_found(GroupOrder(), events, Verdict.INVALID, "by ship before", evidence)


def test_an_event_that_is_given_up_holds_up_no_other() -> None:
    """In a dead-letter queue it has left the order, as AWS documents."""
    for settlement in (Settlement.DEAD_LETTERED, Settlement.EXPIRED, Settlement.FILTERED):
        gone = settled("a", settlement=settlement, function="")
        events = history(*accepted("a", "b"), gone, settled("b"))
        assert_found(GroupOrder(), events, Verdict.VALID)


def test_each_consumer_of_a_stream_has_its_own_order() -> None:
    """A slow one is no concern of another, and settles nothing for it."""
    fast = [*accepted("a", "b", source=STREAM), *(settled(each, source=STREAM) for each in "ab")]
    slow = settled("a", "b", function="bill", source=STREAM)
    assert_found(GroupOrder(), history(*fast, slow, consumers=BOTH), Verdict.VALID)
    events = history(*fast, settled("b", function="bill", source=STREAM), consumers=BOTH)
    assert_found(GroupOrder(), events, Verdict.INVALID, "processed by bill before")


def test_consumers_of_a_queue_share_its_order() -> None:
    """Each message is settled by one of them, in the order of the message group."""
    shared = [*accepted("a", "b", "c"), settled("a"), settled("b", function="bill")]
    assert_found(GroupOrder(), history(*shared, settled("c"), consumers=BOTH), Verdict.VALID)
    events = history(*accepted("a", "b"), settled("b", function="bill"), consumers=BOTH)
    assert_found(GroupOrder(), events, Verdict.INVALID, "processed by bill before")


def test_events_without_a_group_have_no_order() -> None:
    """Nor has one that waits for no other."""
    for events in (accepted("a", "b", group=""), accepted("a")):
        assert_found(
            GroupOrder(), history(*events, settled("b")), Verdict.NOT_EXERCISED, "no event waited"
        )
    unended = without(history(*accepted("a")), RunEnded)
    assert_found(GroupOrder(), unended, Verdict.UNKNOWN, "breaks off")
