"""The one place where time is read and waited for.

Everything else takes a `Clock` as an argument, so that the same code runs in wall time and in
virtual time. Ruff's banned-api forbids reading the time or sleeping anywhere else.
"""

import time  # noqa: TID251 - the one place
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from wavetank.core.patching import PYTHON, Patch

IDLE_SHARE = 0.02
"""Of a processor, during the idle time: with less, work only looks whether its wait is over."""
SLEEP = Patch(
    target="time:sleep",
    form="(object, /)",
    distribution=PYTHON,
    reason="a handler that sleeps does so in virtual time",
    ours=("core.clock",),
)


class Clock(Protocol):
    """What "now" is, and how to wait."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never goes back, so deadlines are counted on it."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; the only way in which any part of Wavetank waits."""
        ...


class WallClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class MachineClock(WallClock):
    """The machine's own time, also where Python's was made to stand still."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_MONOTONIC)


class ProcessorClock(WallClock):
    """Counts what this process's threads have computed: what else the machine does is left out."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID)


@dataclass(frozen=True)
class StallLimits:
    """How much work may take before it counts as stuck, whatever else the machine does.

    `busy_seconds` is of processor time. `idle_seconds` is of real time in which it has computed
    almost nothing, as one that waits for something that never comes.
    """

    busy_seconds: float
    idle_seconds: float


class StallTimer:
    """Whether work, begun when this was made, is stuck.

    A limit in real time alone would depend on how busy the machine is: with fifteen processes
    beside it, LocalStack takes minutes to start, and is not stuck.
    """

    def __init__(
        self, limits: StallLimits, processor_seconds: Callable[[], float], clock: Clock
    ) -> None:
        self._limits = limits
        self._processor_seconds = processor_seconds
        self._clock = clock
        self._begun = self._used = processor_seconds()
        self._moved_at = clock.monotonic()

    def is_stuck(self) -> bool:
        """Whether it has used up its processor time, or computed nothing for too long."""
        now, used = self._clock.monotonic(), self._processor_seconds()
        if used - self._used > IDLE_SHARE * self._limits.idle_seconds:
            self._used, self._moved_at = used, now
        idle = now - self._moved_at
        return used - self._begun > self._limits.busy_seconds or idle > self._limits.idle_seconds


@contextmanager
def sleeping_by(sleep: Callable[[float], bool]) -> Iterator[None]:
    """For the body, whoever sleeps in this process asks `sleep` first.

    It returns whether it has done so; where it has not, time passes as ever.
    """
    former = SLEEP.current()

    def ask(seconds: float) -> None:
        if not sleep(seconds):
            former(seconds)

    with SLEEP.replaced(ask):
        yield


def floor_to_minute(instant: datetime) -> datetime:
    """The minute that `instant` falls in, which is the tick it belongs to."""
    return instant.replace(second=0, microsecond=0)


def minute_before(instant: datetime) -> datetime:
    """The minute before the one that `instant` falls in."""
    return floor_to_minute(instant) - timedelta(minutes=1)


def rfc3339(instant: datetime) -> str:
    """`instant` as AWS writes it in scheduled events: UTC, whole seconds, `Z`."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
