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
STREAM = "arn:aws:kinesis:eu-west-1:000000000000:stream/prices"
BOTH = ("bill", "ship")


def history(*events: Event, consumers: tuple[str, ...] = ()) -> list[Event]:
    """A run with these events in it, which drained; the queue and the stream have the consumers."""
    began, *rest = before(calm(1), Drained, *events)
    assert isinstance(began, RunBegan)
    polled = {QUEUE: consumers, STREAM: consumers} if consumers else {}
    return [replace(began, consumers=polled), *rest]


def accepted(*ids: str, source: str = QUEUE) -> list[Event]:
    """The source accepted these."""
    return [EventAccepted(NOON, "", source, each) for each in ids]


def settled(
    settlement: Settlement, *ids: str, source: str = QUEUE, function: str = ""
) -> EventSettled:
    """What became of them."""
    return EventSettled(NOON, "request", source, ids, settlement, function)


def by(function: str, settlement: Settlement, *ids: str) -> EventSettled:
    """What became of records for one consumer of the stream."""
    return settled(settlement, *ids, source=STREAM, function=function)


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


def test_filters_that_complement_one_another_process_every_record() -> None:
    """A record that one consumer of a stream filters out counts as processed by the other."""
    events = history(
        *accepted("a", "b", source=STREAM),
        by("bill", Settlement.FILTERED, "a"),
        by("ship", Settlement.PROCESSED, "a"),
        by("bill", Settlement.PROCESSED, "b"),
        by("ship", Settlement.FILTERED, "b"),
        consumers=BOTH,
    )
    assert_found(NothingLost(), events, Verdict.VALID, "2 events: 2 processed, 0 kept")


def test_a_record_that_no_consumer_takes_is_filtered_out_once() -> None:
    """As many are counted as were accepted, however many consumers have the same filter."""
    events = history(
        *accepted("a", "b", source=STREAM),
        *(by(each, Settlement.FILTERED, "a") for each in BOTH),
        *(by(each, Settlement.PROCESSED, "b") for each in BOTH),
        consumers=BOTH,
    )
    assert_found(NothingLost(), events, Verdict.VALID, "1 processed, 0 kept, 1 filtered out")


def test_a_consumer_settles_nothing_for_another_one_of_a_stream() -> None:
    """The one that has not processed a record is named."""
    fast = [*accepted("a", source=STREAM), by("ship", Settlement.PROCESSED, "a")]
    events = history(*fast, consumers=BOTH)
    evidence = f"never processed: 1 (the first: a of {STREAM}, accepted at 2026-11-23T12:00:00Z"
    assert_found(NothingLost(), events, Verdict.INVALID, f"{evidence}, not by bill)")


def test_one_consumer_of_a_queue_settles_a_message_for_all() -> None:
    """It deletes the message."""
    done = settled(Settlement.PROCESSED, "a", function="ship")
    events = history(*accepted("a"), done, consumers=BOTH)
    assert_found(NothingLost(), events, Verdict.VALID, "1 event: 1 processed")


def test_events_of_before_the_run_are_not_counted() -> None:
    """Of those that it accepted, as many are processed as were."""
    early = settled(Settlement.FILTERED, "early"), settled(Settlement.DEAD_LETTERED, "older")
    events = history(*early, *accepted("a"), settled(Settlement.PROCESSED, "a"))
    assert_found(NothingLost(), events, Verdict.VALID, "1 event: 1 processed, 0 kept")
