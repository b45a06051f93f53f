"""Every accepted record is delivered exactly once."""

from dataclasses import replace

from tests.pipeline import NOON
from tests.sample_histories import assert_found, before, calm, only, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import (
    Drained,
    Event,
    ObjectDelivered,
    RecordsAccepted,
    RecordsLost,
    RecordsProcessed,
)
from wavetank.invariants import Conservation, Flaw


def delivering(*records: str, accepted: tuple[str, ...] = ("a", "b", "c")) -> list[Event]:
    """A run in which the stream took some records and delivered others."""
    rest = [e for e in calm() if not isinstance(e, RecordsAccepted | ObjectDelivered)]
    taken = RecordsAccepted(NOON, "request-1", "stream", accepted)
    return before(rest, Drained, taken, ObjectDelivered(NOON, "stream", "bucket", "key", records))


def test_all_delivered_is_valid() -> None:
    """What was accepted and delivered is counted."""
    assert_found(Conservation(), calm(), Verdict.VALID, "60 records accepted and delivered")


def test_same_text_accepted_twice_is_delivered_twice() -> None:
    """Copies that the function put are its own doing; the stream delivers all of them."""
    events = delivering("a", "a", accepted=("a", "a"))
    assert_found(Conservation(), events, Verdict.VALID)


def test_undelivered_record_is_invalid_once_drained() -> None:
    """The missing record is named with its stream and text."""
    evidence = ("accepted but not delivered: 1", "stream accepted c at 2026-11-23T12:00:00Z")
    assert_found(Conservation(), delivering("a", "b"), Verdict.INVALID, *evidence)


def test_undelivered_record_is_unknown_while_not_drained() -> None:
    """A record that may be in flight decides nothing."""
    events = undrained(delivering("a", "b"))
    assert_found(Conservation(), events, Verdict.UNKNOWN, "not drained: 1 item remaining")


def test_results_of_processing_are_delivered_instead_of_their_records() -> None:
    """A record that was dropped has none, and the record itself is not expected any more."""
    rest = [e for e in calm() if not isinstance(e, RecordsAccepted | ObjectDelivered)]
    taken = RecordsAccepted(NOON, "request-1", "stream", ("a", "b"))
    processed = RecordsProcessed(NOON, "stream", ("a", "b"), ("A",))
    for delivered, verdict in (("A",), Verdict.VALID), (("a",), Verdict.INVALID):
        object_ = ObjectDelivered(NOON, "stream", "bucket", "key", delivered)
        events = before(rest, Drained, taken, processed, object_)
        assert_found(Conservation(), events, verdict)


def test_lost_record_is_invalid() -> None:
    """A record that the stream dropped is lost, and not missing too."""
    lost = RecordsLost(NOON, "stream", ("c",), "24 hours are over")
    events = before(delivering("a", "b"), Drained, lost)
    evidence = ("lost: 1 (the first: c at 2026-11-23T12:00:00Z, 24 hours are over)",)
    assert_found(Conservation(), events, Verdict.INVALID, *evidence)


def test_record_delivered_twice_is_invalid() -> None:
    """An accepted record that arrives twice is a duplicate, with the object that has it."""
    evidence = ("delivered more often than accepted: 1", "b in key at")
    assert_found(Conservation(), delivering("a", "b", "b", "c"), Verdict.INVALID, *evidence)


def test_invented_record_is_invalid() -> None:
    """A record that was never put is distinguished from a duplicate."""
    events = delivering("a", "b", "c", "d")
    assert_found(Conservation(), events, Verdict.INVALID, "delivered but never accepted: 1")


def test_another_order_is_reported_and_invalid_only_on_demand() -> None:
    """Firehose promises no order, so another order is reported, and invalid only on demand."""
    events = delivering("b", "a", "c")
    reported = "delivered after one that was accepted later: 1 (the first: a in key"
    assert_found(Conservation(), events, Verdict.VALID, reported)
    assert_found(Conservation(tolerated=()), events, Verdict.INVALID, reported)


def test_planned_duplicate_can_be_tolerated() -> None:
    """A scenario that plans a duplicate delivery reports it and passes."""
    invariant = Conservation(tolerated=[Flaw.DUPLICATED])
    assert_found(
        invariant, delivering("a", "b", "c", "c"), Verdict.VALID, "more often than accepted"
    )


def test_lost_object_is_invalid() -> None:
    """An object that is missing leaves its records undelivered."""
    events = without(calm(), ObjectDelivered, 1)
    assert_found(Conservation(), events, Verdict.INVALID, "accepted but not delivered: 20")


def test_streams_are_judged_apart() -> None:
    """What one stream accepted, another cannot deliver."""
    events = [
        replace(event, stream="other") if isinstance(event, ObjectDelivered) else event
        for event in delivering("a", "b", "c")
    ]
    evidence = ("delivered but never accepted: 3", "accepted but not delivered: 3")
    assert_found(Conservation(), events, Verdict.INVALID, *evidence)


def test_run_without_records_is_unknown() -> None:
    """Where nothing was put, nothing can be reported of the stream."""
    events = [e for e in calm() if e not in only(calm(), RecordsAccepted)]
    events = [e for e in events if e not in only(calm(), ObjectDelivered)]
    assert_found(Conservation(), events, Verdict.UNKNOWN, "no record was seen")
