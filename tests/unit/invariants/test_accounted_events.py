"""No accepted event is lost."""

from dataclasses import replace

from tests.pipeline import NOON
from tests.sample_histories import assert_found, before, calm, undrained
from wavetank.core.findings import Verdict
from wavetank.history import (
    DestinationReached,
    Drained,
    Event,
    EventAccepted,
    EventSettled,
    EventUndelivered,
    RunBegan,
    Settlement,
    WorkloadSent,
)
from wavetank.invariants import NothingLost, check_history

QUEUE = "arn:aws:sqs:eu-west-1:000000000000:orders"


def history(*events: Event) -> list[Event]:
    """A run with these events in it, which drained."""
    return before(calm(1), Drained, *events)


def accepted(*ids: str) -> list[Event]:
    """The queue accepted these."""
    return [EventAccepted(NOON, "", QUEUE, each) for each in ids]


def settled(settlement: Settlement, *ids: str) -> EventSettled:
    """What became of them."""
    return EventSettled(NOON, "request", QUEUE, ids, settlement)


def test_a_pipeline_without_such_events_has_no_finding() -> None:
    """Its schedule's requests are another invariant's."""
    assert not check_history(calm(), [NothingLost()])


def test_queues_that_accept_nothing_exercise_nothing() -> None:
    """Though they are deployed."""
    began, *rest = calm()
    assert isinstance(began, RunBegan)
    events = [replace(began, consumers={QUEUE: ("ship",)}), *rest]
    assert_found(NothingLost(), events, Verdict.NOT_EXERCISED, "no queue or stream accepted")


def test_a_workload_that_no_trigger_takes_exercises_nothing() -> None:
    """What to look at is said, also if the filter of a trigger matches none of its events."""
    sent = WorkloadSent(NOON, 1, "put-events", "bus", 1, "", ("e",), "{}")
    began, *_, drained, ended = history()
    evidence = "no trigger took any of 1 event of the workload: look at targets and patterns"
    events = [began, sent, drained, ended]
    assert_found(NothingLost(), events, Verdict.NOT_EXERCISED, evidence)
    events = history(sent, *accepted("a"), settled(Settlement.FILTERED, "a"))
    assert_found(NothingLost(), events, Verdict.NOT_EXERCISED, "filters match none of 1 event")


def test_processed_filtered_and_kept_events_are_valid() -> None:
    """Wherever they are kept."""
    events = history(
        *accepted("a", "b", "c", "d"),
        settled(Settlement.PROCESSED, "a"),
        settled(Settlement.FILTERED, "b"),
        settled(Settlement.DEAD_LETTERED, "c"),
        settled(Settlement.DISCARDED, "d"),
        DestinationReached(NOON, "request", "arn:aws:sqs:eu-west-1:000000000000:failed", "ok"),
        EventUndelivered(NOON, "a rule", ("e",), QUEUE, "AccessDenied", 3, "ok"),
    )
    assert_found(
        NothingLost(), events, Verdict.VALID, "5 events: 1 processed, 3 kept, 1 filtered out"
    )


def test_an_event_that_is_never_settled_is_missing() -> None:
    """To be returned is no end."""
    events = history(*accepted("a"), settled(Settlement.RETURNED, "a"))
    evidence = f"never processed: 1 (the first: a of {QUEUE}, accepted at 2026-11-23T12:00:00Z)"
    assert_found(NothingLost(), events, Verdict.INVALID, evidence)
    assert_found(NothingLost(), undrained(events), Verdict.UNKNOWN, evidence)


def test_discarded_and_expired_events_are_lost() -> None:
    """A destination that refuses the record keeps nothing."""
    refused = DestinationReached(NOON, "request", "a queue", "AccessDenied")
    events = history(*accepted("a", "b"), settled(Settlement.DISCARDED, "a"), refused)
    events = before(events, Drained, settled(Settlement.EXPIRED, "b"))
    assert_found(NothingLost(), undrained(events), Verdict.INVALID, "discarded: 1", "expired: 1")


def test_a_pushed_event_without_a_dead_letter_queue_is_lost() -> None:
    """Neither is one whose queue refused it."""
    for dead_letter in ("", "AccessDenied"):
        events = history(
            EventUndelivered(NOON, "a rule", ("e",), QUEUE, "Throttling", 185, dead_letter)
        )
        evidence = f"in no dead-letter queue: 1 (the first: e of a rule to {QUEUE}"
        assert_found(NothingLost(), events, Verdict.INVALID, evidence)
