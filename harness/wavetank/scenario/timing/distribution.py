"""A duration that varies, written as `200ms`, `20ms to 2s` or `median 20ms, p99 2s`.

Latencies are never below a floor and sometimes far above it, so a distribution of the third form is
lognormal: the median and the 99th percentile define it. If the latter is ten times the median, one
in 10,000 takes forty times as long.
"""

import math
import re
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist

from wavetank.core.durations import duration_text, parse_duration

MILLISECOND = timedelta(milliseconds=1)
NORMAL = NormalDist()
P99 = NORMAL.inv_cdf(0.99)
RAREST = 1e-6
"""No draw is beyond the longest of a million, so that a run cannot hang on a single one."""
LONGEST = timedelta(days=1)
WRITTEN = re.compile(
    r"(?P<constant>\w+)|(?P<shortest>\w+) to (?P<longest>\w+)"
    r"|median (?P<median>\w+), p99 (?P<p99>\w+)"
)
FORMS = '"200ms", "20ms to 2s" or "median 20ms, p99 2s", at most 1d'


@dataclass(frozen=True)
class Uniform:
    """Any duration of a range with the same probability; a constant if both ends are equal."""

    shortest: timedelta
    longest: timedelta

    def at(self, quantile: float) -> timedelta:
        """The duration that this share of all is not longer than, in whole milliseconds."""
        milliseconds = (self.longest - self.shortest) / MILLISECOND
        return self.shortest + timedelta(milliseconds=round(quantile * milliseconds))

    @property
    def text(self) -> str:
        """As it is written in a scenario."""
        shortest = duration_text(self.shortest)
        if self.shortest == self.longest:
            return shortest
        return f"{shortest} to {duration_text(self.longest)}"


@dataclass(frozen=True)
class LongTail:
    """A lognormal duration; of a hundred one takes longer than `p99`."""

    median: timedelta
    p99: timedelta

    def at(self, quantile: float) -> timedelta:
        """The duration that this share of all is not longer than, in whole milliseconds."""
        deviation = math.log(self.p99 / self.median) / P99
        within = min(max(quantile, RAREST), 1 - RAREST)
        factor = math.exp(deviation * NORMAL.inv_cdf(within))
        return timedelta(milliseconds=max(1, round(factor * (self.median / MILLISECOND))))

    @property
    def text(self) -> str:
        """As it is written in a scenario."""
        return f"median {duration_text(self.median)}, p99 {duration_text(self.p99)}"


type Distribution = Uniform | LongTail


def parse_distribution(text: str) -> Distribution:
    """Parse one of the three forms.

    Raises:
        ValueError: it is none of them, or its ends are in the wrong order.
    """
    matched = WRITTEN.fullmatch(text)
    if matched is None:
        raise ValueError("none of the forms")
    given = {name: parse_duration(part) for name, part in matched.groupdict().items() if part}
    values = list(given.values())
    if values != sorted(values) or values[-1] > LONGEST or given.get("median") == timedelta():
        raise ValueError("not in order")
    if "median" in given:
        return LongTail(*values)
    return Uniform(values[0], values[-1])
