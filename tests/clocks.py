"""Clocks for what waits: time that passes only where somebody waits for it, or hardly at all."""

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
