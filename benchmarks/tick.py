"""The cost of a tick in the simulator, measured within a run, and how it develops over its length.

Tick and floor are measured alternately, so that other load of the host affects both. Work that a
run only does occasionally, such as writing and checking its events, is distributed over all ticks:
the smallest unit is the mean of half an hour. The benchmark needs one thing of the simulation: to
run and to report events as they happen.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import batched
from statistics import mean, median

from wavetank.aws.observers import resident_megabytes
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.history import AttemptEnded, Event, RuleFired

type RunFunction = Callable[[timedelta, Callable[[Event], None]], None]
"""Runs a calm scenario for that virtual time, with its history on disk and its invariants checked,
and passes each event to the function after both."""

WARM_UP = timedelta(minutes=30)
TICK = timedelta(minutes=1)
TICKS_TOGETHER = 30
MILLISECONDS = 1000.0


@dataclass(frozen=True)
class TickCost:
    """Medians over a run's half hours, in milliseconds a tick; `floor_ms` is of its calls alone."""

    tick_ms: float
    floor_ms: float
    ticks: int

    @property
    def ratio(self) -> float:
        """The simulator's cost, relative to the floor."""
        return self.tick_ms / self.floor_ms


@dataclass(frozen=True)
class RunCost:
    """A run of that many virtual hours: wall seconds, verdicts included, and memory at its end.

    `first_ms` and `last_ms` are the means of its first and last half hour's ticks.
    """

    virtual_hours: float
    ticks: int
    seconds: float
    first_ms: float
    last_ms: float
    resident_mb: float


@dataclass
class _Stopwatch:
    """The seconds of each tick, from one firing to the next, less those of the floor between."""

    clock: Clock
    floor: Callable[[], None] | None = None
    ticks: list[float] = field(default_factory=list)
    floors: list[float] = field(default_factory=list)
    _since: float | None = None

    def observe(self, event: Event) -> None:
        if not isinstance(event, RuleFired):
            return
        now = self.clock.monotonic()
        if self._since is not None:
            self.ticks.append(now - self._since)
        if self.floor is not None:
            self.floor()
            self.floors.append(self.clock.monotonic() - now)
        self._since = self.clock.monotonic()


def measure_tick(
    play: RunFunction, floor: Callable[[], None], ticks: int, clock: Clock
) -> TickCost:
    """Measures `ticks` ticks after a warm-up, with the floor's calls between any two of them.

    `clock` must run while Python's time is frozen: `HostClock`.

    Raises:
        InfrastructureError: the run fired less than three times.
    """
    play(WARM_UP, lambda _: None)
    watch = _Stopwatch(clock, floor)
    play(ticks * TICK, watch.observe)
    return TickCost(
        _milliseconds(watch.ticks[1:]), _milliseconds(watch.floors[1:]), len(watch.ticks)
    )


def measure_runs(
    play: RunFunction, lengths: Iterable[timedelta], clock: Clock
) -> Iterator[RunCost]:
    """One run of each length: cost and memory are constant if the last equals the first.

    Raises:
        InfrastructureError: a run fired less than three times.
    """
    play(WARM_UP, lambda _: None)
    for length in lengths:
        watch = _Stopwatch(clock)
        begun = clock.monotonic()
        play(length, watch.observe)
        seconds = clock.monotonic() - begun
        warm = watch.ticks[1:]  # the first is a cold start
        yield RunCost(
            virtual_hours=length / timedelta(hours=1),
            ticks=len(watch.ticks) + 1,
            seconds=seconds,
            first_ms=_milliseconds(warm[:TICKS_TOGETHER]),
            last_ms=_milliseconds(warm[-TICKS_TOGETHER:]),
            resident_mb=float(resident_megabytes(os.getpid())),
        )


def measure_boot(booted: Callable[[], AbstractContextManager[RunFunction]], clock: Clock) -> float:
    """Seconds from the start to the end of the first tick; a process can measure it once.

    Raises:
        InfrastructureError: no tick ended.
    """
    begun = clock.monotonic()
    ended: list[float] = []

    def observe(event: Event) -> None:
        if isinstance(event, AttemptEnded):
            ended.append(clock.monotonic())

    with booted() as play:
        play(TICK, observe)
    if not ended:
        raise _too_few(0)
    return ended[0] - begun


def _milliseconds(seconds: list[float]) -> float:
    """Of one tick: the median of the half hours' means; a shorter run counts as one."""
    if not seconds:
        raise _too_few(len(seconds))
    full = len(seconds) - len(seconds) % TICKS_TOGETHER or len(seconds)
    return median(map(mean, batched(seconds[:full], TICKS_TOGETHER, strict=False))) * MILLISECONDS


def _too_few(found: int) -> InfrastructureError:
    return InfrastructureError(
        "a run of some ticks", f"{found} of them", "run longer, and check whether the rule fires"
    )
