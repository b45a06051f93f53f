"""Gaps, copies and delays of handwritten objects."""

from datetime import timedelta

from tests.unit.reporting.analysis.objects import MINUTE, NOON, QUARTER, delivered, record
from wavetank.reporting.analysis.arrivals import (
    arrivals,
    delay_summary,
    delays,
    delays_over_time,
    duplicates,
    gaps,
    late,
    overview,
    width_of,
)


def _tick(minute: int, ticker: str = "Index_1") -> list[str]:
    return [record(60 * minute + offset, ticker=ticker) for offset in (0, 15, 30, 45)]


def test_a_missing_tick_is_a_gap_of_a_minute() -> None:
    """Four samples of it are missing, of both tickers in one row."""
    ticks = [_tick(minute, ticker) for minute in (0, 2) for ticker in ("Index_1", "Index_2")]
    found = gaps(delivered(*ticks).records).rows(named=True)
    assert found == [
        {
            "after": NOON + 3 * QUARTER,
            "before": NOON + 2 * MINUTE,
            "minutes": 1,
            "samples": 4,
            "tickers": "Index_1, Index_2",
        }
    ]


def test_one_missing_sample_is_a_gap_of_zero_minutes() -> None:
    """A partly accepted batch shows, although its tick is there."""
    found = gaps(delivered([record(0), record(30)]).records)
    assert found.select("minutes", "samples").rows() == [(0, 1)]


def test_stamps_with_the_execution_time_are_no_gap() -> None:
    """A tick that begins some seconds late omits nothing."""
    assert gaps(delivered([record(0), record(15), record(36)]).records).is_empty()


def test_copies_are_counted_and_compared() -> None:
    """Identical ones apart from those that differ, and another pipeline's by their text."""
    found = delivered([record(0), record(15, "1")], [record(0), record(15, "2"), "x\n"], ["x\n"])
    found_copies = duplicates(found.records)
    columns = ("timestamp", "text", "copies", "identical", "objects")
    assert set(found_copies.select(columns).rows()) == {
        (NOON, None, 2, True, 2),
        (NOON + QUARTER, None, 2, False, 2),
        (None, "x", 2, True, 2),
    }


def test_the_delay_counts_to_the_first_copy() -> None:
    """A later copy does not make a sample late."""
    delayed = delays(delivered([record(0)], [record(0)]).records)
    assert delayed["seconds"].to_list() == [60.0]
    assert delay_summary(delayed)["most"].to_list() == [60.0]


def test_samples_beyond_firehoses_buffering_are_late() -> None:
    """Two minutes in the fifth object are one interval; the minute in time is not in it."""
    bodies = [_tick(0), "", "", "", [*_tick(1), *_tick(0)]]
    found = late(delays(delivered(*bodies).records)).rows(named=True)
    assert [(row["first"], row["minutes"], row["samples"]) for row in found] == [
        (NOON + MINUTE, 1, 4)
    ]


def test_an_empty_minute_is_a_row_of_zeros() -> None:
    """Otherwise a chart would draw over the gap."""
    found = delivered(_tick(0), "", _tick(0)).objects
    table = arrivals(delivered(_tick(0), "", _tick(0)))
    assert found.height == 3
    assert table.select("objects", "records", "copies").rows() == [(1, 4, 0), (1, 0, 0), (1, 4, 4)]


def test_a_month_is_a_chart_of_few_bars() -> None:
    """Intervals grow with the time, so that no chart gets too many rows."""
    instants = delivered(*[_tick(0)] * 2).objects["delivered_at"]
    month = instants.extend((instants + timedelta(days=30)).rename("delivered_at"))
    assert width_of(month) == timedelta(hours=1)


def test_no_deliveries_give_empty_tables() -> None:
    """An empty bucket gives empty tables and an overview of zeros."""
    nothing = delivered()
    assert arrivals(nothing).is_empty()
    assert gaps(nothing.records).is_empty()
    delayed = delays(nothing.records)
    assert late(delayed).is_empty()
    assert delay_summary(delayed).is_empty()
    assert delays_over_time(delayed).is_empty()
    assert dict(overview(nothing).rows())["first object"] == "none"
