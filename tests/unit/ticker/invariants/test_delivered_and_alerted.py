"""Whole ticks: delivered, or alerted."""

from dataclasses import replace

from tests.sample_histories import assert_found, calm, only, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import (
    DestinationReached,
    Event,
    Invoked,
    ObjectDelivered,
    RuleFired,
    TickSuppressed,
)
from wavetank.ticker.invariants import AlertedMinutes, DeliveredTicks


def short_of_a_record() -> list[Event]:
    """A run in which the second object lacks its last record."""
    events = calm()
    place = events.index(chosen := only(events, ObjectDelivered)[1])
    events[place] = replace(chosen, records=chosen.records[:-1])
    return events


def lost_with_the_last_tick() -> list[Event]:
    """A run whose last tick is discarded, and so not in S3."""
    return calm(3, [3])


def test_delivered_ticks_are_valid() -> None:
    """Ticks that succeeded and are in S3 are counted."""
    evidence = "3 ticks succeeded, each with 20 records"
    assert_found(DeliveredTicks(), calm(), Verdict.VALID, evidence)


def test_tick_that_failed_need_not_be_delivered() -> None:
    """Only ticks that succeeded have to be delivered."""
    assert_found(DeliveredTicks(), lost_with_the_last_tick(), Verdict.VALID, "2 ticks")


def test_incomplete_tick_is_invalid() -> None:
    """A tick that succeeded and lacks a record is named with what is there."""
    evidence = ("succeeded, not delivered: 1", "2026-11-23T12:02:00Z with 19 of 20 records")
    assert_found(DeliveredTicks(), short_of_a_record(), Verdict.INVALID, *evidence)


def test_incomplete_tick_is_unknown_while_not_drained() -> None:
    """The missing record may be in flight."""
    assert_found(DeliveredTicks(), undrained(short_of_a_record()), Verdict.UNKNOWN, "19 of 20")


def test_tick_delivered_by_another_is_valid() -> None:
    """A tick's records may be put by any invocation, in any number of copies."""
    events = calm(3, [2])
    events += [replace(only(events, ObjectDelivered)[1], key="again")]
    assert_found(DeliveredTicks(), events, Verdict.VALID, "2 ticks")


def test_a_manual_tick_is_a_tick() -> None:
    """A manual tick belongs to a minute, like one of the schedule."""
    events = [_by_hand(event) for event in short_of_a_record()]
    assert_found(DeliveredTicks(), events, Verdict.INVALID, "succeeded, not delivered: 1")
    failed = [_by_hand(event) for event in calm(3, [2])]
    assert_found(AlertedMinutes(), failed, Verdict.VALID, "1 minute alerted")


def _by_hand(event: Event) -> Event:
    if not isinstance(event, RuleFired):
        return event
    return Invoked(event.at, event.request, event.target, event.due, synchronous=False)


def test_run_without_success_is_unknown() -> None:
    """If no tick succeeded, nothing had to be delivered."""
    assert_found(DeliveredTicks(), calm(3, [1, 2, 3]), Verdict.UNKNOWN, "no tick succeeded")


def test_alerted_minutes_are_valid_missing_or_made_good() -> None:
    """A failed tick is alerted, whether a later invocation makes it good or not."""
    good = "2 minutes alerted, 0 of them missing and the others delivered later"
    assert_found(AlertedMinutes(), calm(4, [2, 3]), Verdict.VALID, good)
    missing = "1 minute alerted, 1 of them missing and the others delivered later"
    assert_found(AlertedMinutes(), lost_with_the_last_tick(), Verdict.VALID, missing)


def test_minute_missing_without_alert_is_invalid() -> None:
    """A tick that is not in S3 and had no alert is named."""
    events = without(lost_with_the_last_tick(), DestinationReached)
    evidence = ("missing unalerted: 1", "2026-11-23T12:03:00Z with 0 of 20 records")
    assert_found(AlertedMinutes(), events, Verdict.INVALID, *evidence)
    assert_found(AlertedMinutes(), undrained(events), Verdict.UNKNOWN, *evidence)


def test_refused_alert_is_none() -> None:
    """A destination that could not be reached alerted no one."""
    events: list[Event] = [
        replace(e, outcome="AccessDenied") if isinstance(e, DestinationReached) else e
        for e in lost_with_the_last_tick()
    ]
    assert_found(AlertedMinutes(), events, Verdict.INVALID, "missing unalerted: 1")


def test_run_without_ticks_is_unknown() -> None:
    """If nothing was fired, no minute can be missing."""
    events = [event for event in calm() if not isinstance(event, RuleFired)]
    assert_found(AlertedMinutes(), events, Verdict.UNKNOWN, "no tick was fired")


def test_a_tick_that_no_later_one_makes_good_is_invalid() -> None:
    """A failed or missed tick with a later success and without its records."""
    good = calm(3, [2])
    (made_good,) = [e for e in only(good, ObjectDelivered) if len(e.records) == 40]
    events = [
        replace(made_good, records=made_good.records[20:]) if e is made_good else e for e in good
    ]
    evidence = "not made up for: 1 (the first: 2026-11-23T12:02:00Z with 0 of 20 records)"
    assert_found(DeliveredTicks(), events, Verdict.INVALID, evidence)
    fired = only(events, RuleFired)[1]
    missed = TickSuppressed(fired.at, fired.rule, fired.target, fired.due, "fault-1-missed-tick")
    events = [missed if e is fired else e for e in events]
    assert_found(DeliveredTicks(), events, Verdict.INVALID, evidence)
