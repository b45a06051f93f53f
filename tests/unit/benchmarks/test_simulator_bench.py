"""How long the runs of the bench are."""

from datetime import timedelta

import pytest

from benchmarks.simulator_bench import DAY, HOUR, run_lengths


@pytest.mark.parametrize(
    ("longest", "lengths"),
    [
        (timedelta(minutes=30), [timedelta(minutes=30)]),
        (HOUR, [HOUR]),
        (DAY, [HOUR, DAY]),
        (timedelta(days=7), [HOUR, DAY, timedelta(days=7)]),
    ],
)
def test_runs_are_of_an_hour_a_day_and_the_longest(
    longest: timedelta, lengths: list[timedelta]
) -> None:
    """Each once, and none above the longest."""
    assert run_lengths(longest) == lengths
