"""Waiting for what an observer sees."""

import pytest

from tests.clocks import Leaping
from wavetank.aws.observers import SLOWEST_PACE_SECONDS, wait_until
from wavetank.core.errors import ConditionTimeoutError


class _Clock(Leaping):
    """Keeps how long each wait was."""

    def __init__(self) -> None:
        super().__init__()
        self.sleeps: list[float] = []

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.sleeps.append(seconds)


def _wait(clock: _Clock, within_seconds: float, pace_seconds: float) -> None:
    with pytest.raises(ConditionTimeoutError, match="something within"):
        wait_until(
            lambda: False,
            bool,
            expected="something",
            hint="look",
            within_seconds=within_seconds,
            clock=clock,
            pace_seconds=pace_seconds,
        )


def test_the_longer_it_waits_the_less_often_it_looks() -> None:
    """At the asked pace first, then a tenth of the time so far, at most a second."""
    clock = _Clock()
    _wait(clock, within_seconds=60, pace_seconds=0.05)
    assert clock.sleeps == sorted(clock.sleeps)
    assert (clock.sleeps[0], clock.sleeps[-1]) == (0.05, SLOWEST_PACE_SECONDS)
    assert len(clock.sleeps) < 100
    assert 59 < clock.waited_seconds < 60 + 2 * SLOWEST_PACE_SECONDS


def test_it_never_polls_more_often_than_requested() -> None:
    """AWS is asked every few seconds, however long it takes."""
    clock = _Clock()
    _wait(clock, within_seconds=60, pace_seconds=5)
    assert set(clock.sleeps) == {5}
