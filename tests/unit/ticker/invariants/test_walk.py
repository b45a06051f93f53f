"""Each ticker's walk is continuous."""

from datetime import timedelta

import pytest

from streaming.record import FORMATS
from tests.pipeline import FIRST, NOON
from tests.sample_histories import HistoryBuilder, assert_found, calm, undrained, without
from wavetank.core.findings import Verdict
from wavetank.history import Drained, Event, ObjectDelivered, RunEnded, TableSnapshot
from wavetank.ticker.invariants import ContinuousWalk
from wavetank.ticker.invariants.walk import WALK_REMEMBERED


def record(number: int, price: str) -> str:
    """One price of the first index, at so many steps of 15 seconds after noon."""
    instant = NOON + number * timedelta(seconds=15)
    return f"{{ticker : Index_1, timestamp : {instant:%Y-%m-%d %H:%M:%S}, price : {price}}}"


def walking(*records: str) -> list[Event]:
    """A drained run that delivers the records one after the other; the table begins at 100."""
    baseline = TableSnapshot(NOON, "prices", ({"TickerName": "Index_1", "Price": "100"},))
    objects = [ObjectDelivered(NOON, "stream", "bucket", "key", (text,)) for text in records]
    return [baseline, *objects, Drained(NOON, complete=True), RunEnded(NOON)]


@pytest.mark.parametrize("form", list(FORMATS))
def test_shipped_walk_is_valid(form: str) -> None:
    """What the function makes is continuous in both of its forms, over failures too."""
    events = list(HistoryBuilder(6, [2, 3], encode=FORMATS[form]).events())
    evidence = f"{6 * 4 * len(FIRST)} samples of 5 tickers"
    assert_found(ContinuousWalk(), events, Verdict.VALID, evidence)


def test_objects_in_another_order_are_valid() -> None:
    """The walk is checked by the samples' own time, not by their arrival."""
    events = walking(record(2, "101.9"), record(0, "100.5"), record(1, "101"), record(1, "101"))
    assert_found(ContinuousWalk(), events, Verdict.VALID, "3 samples")


def test_one_percent_is_the_limit() -> None:
    """A change of 1 % passes, with a tolerance for floating-point arithmetic; more does not."""
    assert_found(ContinuousWalk(), walking(record(0, "101.00000001")), Verdict.VALID)
    assert_found(ContinuousWalk(), walking(record(0, "101.000001")), Verdict.INVALID)
    assert_found(ContinuousWalk(), walking(record(0, "98.99")), Verdict.INVALID)


def test_jump_is_invalid() -> None:
    """A jump is named with both prices and its time."""
    events = walking(record(0, "100.5"), record(1, "103"))
    evidence = "jumps: 1 (the first: Index_1 from 100.5 to 103 at 2026-11-23T12:00:15Z)"
    assert_found(ContinuousWalk(), events, Verdict.INVALID, evidence)


def test_jump_is_unknown_while_not_drained() -> None:
    """The samples between two prices may be in flight."""
    events = undrained(walking(record(0, "100.5"), record(9, "103")))
    assert_found(ContinuousWalk(), events, Verdict.UNKNOWN, "jumps: 1")


def test_walk_without_beginning_is_unknown() -> None:
    """If the table was not observed, the first price has nothing to be compared with."""
    events = without(walking(record(0, "100")), TableSnapshot)
    evidence = "first price is not known of Index_1"
    assert_found(ContinuousWalk(), events, Verdict.UNKNOWN, evidence)


def test_run_without_records_is_unknown() -> None:
    """If nothing was delivered there is no walk."""
    assert_found(ContinuousWalk(), walking(), Verdict.UNKNOWN, "no record was delivered")


def test_long_walk_is_checked_and_settled() -> None:
    """A jump days ago is found, and a sample later than that is reported as undecided."""
    steady = [record(number, "100") for number in range(1, 2 * WALK_REMEMBERED + 2)]
    assert_found(ContinuousWalk(), walking(*steady), Verdict.VALID)
    late = walking(*steady, record(0, "100"))
    assert_found(ContinuousWalk(), late, Verdict.UNKNOWN, "too late to be compared: 1")
    jump = walking(*steady[:9], record(10, "200"), *steady[10:])
    assert_found(ContinuousWalk(), jump, Verdict.INVALID, "jumps: 2", "at 2026-11-23T12:02:30Z")
    assert_found(ContinuousWalk(), undrained(jump), Verdict.INVALID, "jumps: 2")


def test_delivered_run_is_valid_whole() -> None:
    """An object of several ticks is checked like several objects."""
    events = list(HistoryBuilder(6, ticks_in_object=3).events())
    assert_found(ContinuousWalk(), events, Verdict.VALID)
    assert len(calm(6)) > len(events)
