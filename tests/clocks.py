"""Clocks for what waits: time that passes only where somebody waits for it, or hardly at all."""

import os

from wavetank.core.clock import WallClock

MOMENT_SECONDS = 0.05


class Hurrying(WallClock):
    """The machine's own time, with no wait longer than a moment: for what waits for a condition."""

    def sleep(self, seconds: float) -> None:
        super().sleep(min(seconds, MOMENT_SECONDS))


class Leaping(WallClock):
    """Every wait is over at once, and has passed all the same: for what waits in vain."""

    def __init__(self) -> None:
        self.waited_seconds = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.waited_seconds

    def sleep(self, seconds: float) -> None:
        self.waited_seconds += seconds


class LoadedClock(WallClock):
    """The host's time, slowed down by its load, for limits that other processes must not decide.

    With four processes that want to run on each processor, a second counts a quarter.
    """

    def __init__(self) -> None:
        self._last = super().monotonic()
        self._passed_seconds = 0.0

    def monotonic(self) -> float:
        now = super().monotonic()
        wanted = os.getloadavg()[0] / (os.process_cpu_count() or 1)
        self._passed_seconds += (now - self._last) / max(1.0, wanted)
        self._last = now
        return self._passed_seconds
