"""Minutes by the samples' own time, whichever second a script stamps them with."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from wavetank.core.findings import Verdict
from wavetank.inspection.assess.coverage import Coverage, cover

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE, SAMPLE = timedelta(minutes=1), timedelta(seconds=15)


def ticks(minutes: Iterable[int], second: float = 0.0) -> Iterator[datetime]:
    """Four samples a tick, a tick fired at the second of each minute after noon."""
    for number in minutes:
        for sample in range(4):
            yield NOON + number * MINUTE + timedelta(seconds=second) + sample * SAMPLE


def covered(instants: Iterable[datetime], minutes: int, *, began: bool = False) -> Coverage:
    """As seen an hour and a quarter after noon."""
    return cover(instants, minutes, NOON + 75 * MINUTE, began=began)


@pytest.mark.parametrize("second", [0, 7, 20, 29.9, 30, 44.4, 59.5])
def test_a_tick_that_is_missing_is_one_minute_at_any_second(second: float) -> None:
    """A gap of two ticks is two minutes; one before the window does not count."""
    present = set(range(70)) - {3, 30, 40, 41}
    coverage = covered(ticks(present, second), 60)
    assert (coverage.covered, coverage.minutes) == (57, 60)
    assert len(coverage.holes) == 2
    assert coverage.finding(60, cut=False).verdict is Verdict.INVALID
    assert coverage.finding(60, cut=True).verdict is Verdict.UNKNOWN


def test_jittering_ticks_leave_no_gap() -> None:
    """A rule fires some seconds earlier or later each minute."""
    instants = [
        instant
        for number in range(70)
        for instant in ticks([number], second=20 + (number * 7 % 11) / 2)
    ]
    coverage = covered(instants, 60)
    assert coverage.finding(60, cut=False).verdict is Verdict.VALID
    assert coverage.covered == 60


def test_one_sample_a_minute_covers_it() -> None:
    """How many records a minute has is another question."""
    coverage = covered([NOON + n * MINUTE for n in range(70)], 60)
    assert (coverage.covered, coverage.holes) == (60, ())


def test_a_new_stream_is_unknown() -> None:
    """Its minutes are complete but too few; a gap in them is invalid."""
    coverage = covered(ticks(range(60, 70)), 60, began=True)
    assert (coverage.covered, coverage.minutes, coverage.holes) == (10, 10, ())
    assert coverage.finding(60, cut=False).verdict is Verdict.UNKNOWN
    holed = covered(ticks([60, 61, 64, 65]), 60, began=True)
    assert (holed.covered, holed.finding(60, cut=False).verdict) == (4, Verdict.INVALID)


def test_a_stream_that_stopped_has_a_gap() -> None:
    """An older stream whose last hour has records of ten minutes has lost the others."""
    coverage = covered(ticks(range(60, 70)), 60, began=False)
    assert coverage.covered <= 11
    assert coverage.finding(60, cut=False).verdict is Verdict.INVALID


def test_the_future_does_not_count() -> None:
    """A record of next year neither covers a minute nor moves the window."""
    coverage = covered([*ticks(range(70)), NOON + timedelta(days=400)], 60)
    assert (coverage.covered, coverage.until) == (60, NOON + 69 * MINUTE + 3 * SAMPLE)


def test_no_records_at_all_are_unknown() -> None:
    """Other findings report that there are none."""
    assert covered([], 60).finding(60, cut=False).verdict is Verdict.UNKNOWN
