"""The only module that reads the time or waits.

All other code takes a `Clock` as an argument, so that the same code runs in wall time and in
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
"""The share of a processor below which work only polls whether its wait is over."""
SLEEP = Patch(
    target="time:sleep",
    form="(object, /)",
    distribution=PYTHON,
    reason="a handler that sleeps does so in virtual time",
    ours=("core.clock",),
)


class Clock(Protocol):
    """Interface of a clock: the present time, and waiting."""

    def now(self) -> datetime:
        """The current instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since an arbitrary start; never decreases, so use it for deadlines."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; no part of Wavetank waits in another way."""
        ...


class WallClock:
    """The process's clock: the host's time, unless freezegun has frozen it."""

    def now(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 - the one place

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class HostClock(WallClock):
    """The host's time, also while freezegun has frozen the process's time."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_MONOTONIC)


class ProcessorClock(WallClock):
    """A clock of the CPU time of this process's threads, which other load does not affect."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID)


@dataclass(frozen=True)
class StallLimits:
    """How much work may take before it counts as stuck, independent of the host's other load.

    `busy_seconds` is of processor time. `idle_seconds` is of real time without significant
    processor time, such as of work that waits for something that never happens.
    """

    busy_seconds: float
    idle_seconds: float


class StallTimer:
    """Detects whether work that begins with the creation of this object is stuck.

    A limit in real time alone would depend on the host's load: with fifteen other processes,
    LocalStack takes minutes to start without being stuck.
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
        """Whether it has used up its processor time, or used none for too long."""
        now, used = self._clock.monotonic(), self._processor_seconds()
        if used - self._used > IDLE_SHARE * self._limits.idle_seconds:
            self._used, self._moved_at = used, now
        idle = now - self._moved_at
        return used - self._begun > self._limits.busy_seconds or idle > self._limits.idle_seconds


@contextmanager
def replaced_sleep(sleep: Callable[[float], bool]) -> Iterator[None]:
    """Call `sleep` first for every sleep in this process while the body runs.

    It returns whether it has slept; if not, real time passes as usual.
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
