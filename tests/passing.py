"""Time that passes only where somebody waits for it."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime.fromtimestamp(0, UTC)


class Passing:
    """A clock that is moved by sleeping alone; `start` is its first instant."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self._start = start
        self.seconds = 0.0

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
