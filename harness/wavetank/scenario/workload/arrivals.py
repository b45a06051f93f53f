"""When a workload is sent: at a constant rate, at random instants, or in bursts."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from itertools import repeat

from wavetank.core.durations import YEAR

UNITS = {
    "second": timedelta(seconds=1),
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
RATE = re.compile(r"([0-9]{1,6}(?:\.[0-9]{1,6})?) per (second|minute|hour|day)")
INTERVAL_MIN = timedelta(milliseconds=1)
MILLISECOND = timedelta(milliseconds=1)


class Arrival(StrEnum):
    """The arrival process: `poisson` has independent, exponentially distributed intervals."""

    CONSTANT = "constant"
    POISSON = "poisson"
    BURST = "burst"


@dataclass(frozen=True)
class ArrivalRate:
    """How often, as it is written: `30 per minute`."""

    text: str

    @property
    def interval(self) -> timedelta:
        """The mean time from one to the next.

        Raises:
            ValueError: the text is not a rate, or the rate is not between 1000 per second and one
                per year.
        """
        matched = RATE.fullmatch(self.text)
        if matched is None or not float(matched[1]):
            raise ValueError(f"not a rate: {self.text}")
        interval = UNITS[matched[2]] / float(matched[1])
        if not INTERVAL_MIN <= interval <= YEAR:
            raise ValueError(f"not a rate of this range: {self.text}")
        return interval


def arrival_times(
    rate: ArrivalRate | None, arrival: Arrival, burst: int, source: random.Random
) -> Iterator[timedelta]:
    """The time from the beginning to each one, without an end; without a rate all are at once.

    At a constant rate the first is sent at the beginning, and so is the first burst. In whole
    milliseconds.
    """
    if rate is None:
        yield from repeat(timedelta())
    else:
        instants = PROCESSES[arrival](rate.interval / MILLISECOND, burst, source)
        yield from (timedelta(milliseconds=round(each)) for each in instants)


def _constant(interval: float, burst: int, source: random.Random) -> Iterator[float]:
    del burst, source
    number = 0
    while True:
        yield number * interval
        number += 1


def _poisson(interval: float, burst: int, source: random.Random) -> Iterator[float]:
    del burst
    at = 0.0
    while True:
        at += source.expovariate(1 / interval)
        yield at


def _bursts(interval: float, burst: int, source: random.Random) -> Iterator[float]:
    for at in _constant(interval * burst, burst, source):
        yield from repeat(at, burst)


PROCESSES = {Arrival.CONSTANT: _constant, Arrival.POISSON: _poisson, Arrival.BURST: _bursts}
