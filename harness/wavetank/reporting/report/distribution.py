"""The distribution of many numbers: median, 95th percentile, maximum and a histogram."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

DELAY_EDGES_MS = tuple(
    seconds * 1000
    for seconds in (0, 1, 5, 15, 30, 45, 60, 75, 90, 120, 300, 900, 3600, 10_800, 43_200, 86_400)
)
"""Dense around a minute, for which a delivery stream usually buffers a record."""
SIZE_EDGES = (0, *(2**power for power in range(6, 31)))
COUNT_EDGES = (0, 1, 5, 10, 20, 30, 40, 60, 80, 100, 200, 400, 800, 1600, 3200, 6400, 12_800)


@dataclass(frozen=True)
class Bar:
    """A bar of a histogram: the values from `low` to below `high`, None for no limit."""

    low: int
    high: int | None
    count: int


@dataclass(frozen=True)
class ValueDistribution:
    """A distribution of numbers; percentiles are by nearest rank, so each is an actual value."""

    count: int
    p50: int
    p95: int
    greatest: int
    bars: tuple[Bar, ...]

    @property
    def tallest(self) -> int:
        """The greatest count of a bar."""
        return max(bar.count for bar in self.bars)


def distribution(counts: Mapping[int, int], edges: Sequence[int]) -> ValueDistribution | None:
    """From values and their frequencies, none below the first edge; None without values."""
    total = sum(counts.values())
    if not total:
        return None
    return ValueDistribution(
        count=total,
        p50=_percentile(counts, total, 50),
        p95=_percentile(counts, total, 95),
        greatest=max(counts),
        bars=_bars(counts, edges),
    )


def _percentile(counts: Mapping[int, int], total: int, percent: int) -> int:
    rank, seen = -(-total * percent // 100), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= rank:
            return value
    raise AssertionError("a percentile is at most the greatest")


def _bars(counts: Mapping[int, int], edges: Sequence[int]) -> tuple[Bar, ...]:
    """From the first bar with a value to the last, including empty ones between them."""
    found = Counter[int]()
    for value, count in counts.items():
        found[bisect_right(edges, value) - 1] += count
    ends = [*edges[1:], None]
    numbers = range(min(found), max(found) + 1)
    return tuple(Bar(edges[number], ends[number], found[number]) for number in numbers)
