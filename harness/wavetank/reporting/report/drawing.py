"""What charts are made of, in numbers: paths of prices, rows of bars.

A price chart is a box of `BOX` by `BOX` that is stretched to whatever room there is, so its numbers
are whole and short. Where a minute or more has no price, the line is broken.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from wavetank.reporting.report.faults import FaultSeen
from wavetank.reporting.report.prices import Stretch, Walk
from wavetank.reporting.report.time_format import Axis

BOX = 10_000
GAP = timedelta(seconds=60)
"""A tick has four samples, 15 seconds apart: whoever is further away has missed one."""
LETTER = 0.0062
"""How much of the timeline a letter takes, about, where it is a page wide."""
RIGHT_PART = 0.7
"""From here on, a bar's words stand to the left of its begin."""


@dataclass(frozen=True)
class PriceLines:
    """A walk as paths: the last price of each stretch, and the band that it moved in."""

    line: str
    band: str


@dataclass(frozen=True)
class FaultBar:
    """A fault's place on the timeline; `row` counts from 0."""

    fault: FaultSeen
    row: int
    begin: datetime
    end: datetime
    words_left: bool


def price_lines(walk: Walk, axis: Axis) -> PriceLines:
    """The walk over the axis, from its least price at the bottom to its greatest at the top."""
    low, room = walk.low, (walk.high - walk.low) or Decimal(1)

    def across(stretch: Stretch) -> int:
        return round(axis.fraction(stretch.last_at) * BOX)

    def down(price: Decimal) -> int:
        return round((1 - (price - low) / room) * BOX)

    lines, bands = [], []
    for unbroken in _unbroken(walk.stretches):
        lines.append(_path((across(s), down(s.last)) for s in unbroken))
        if any(stretch.low != stretch.high for stretch in unbroken):
            upper = [(across(s), down(s.high)) for s in unbroken]
            lower = [(across(s), down(s.low)) for s in reversed(unbroken)]
            bands.append(f"{_path([*upper, *lower])}z")
    return PriceLines("".join(lines), "".join(bands))


def fault_bars(faults: Iterable[FaultSeen], end: datetime, axis: Axis) -> list[FaultBar]:
    """Those that came, each in the first row where its bar and its words are in nobody's way."""
    ends: list[float] = []
    bars = []
    for fault in faults:
        if fault.began is None:
            continue
        until = fault.healed or end
        left, right = axis.fraction(fault.began), axis.fraction(until)
        words, words_left = len(fault.kind) * LETTER, left > RIGHT_PART
        first = right - words if words_left else left
        last = right if words_left else max(right, left + words)
        row = next((number for number, taken in enumerate(ends) if taken < first), len(ends))
        ends[row : row + 1] = [last]
        bars.append(FaultBar(fault, row, fault.began, until, words_left))
    return bars


def _unbroken(stretches: Sequence[Stretch]) -> Iterator[list[Stretch]]:
    """The stretches, parted where something is missing between two of them."""
    if not stretches:
        return
    together = [stretches[0]]
    for before, after in pairwise(stretches):
        if after.first_at - before.last_at > GAP:
            yield together
            together = []
        together.append(after)
    yield together


def _path(points: Iterable[tuple[int, int]]) -> str:
    """Through the points; one that stands alone is drawn twice, and so as a dot."""
    told = list(points)
    told += told if len(told) == 1 else []
    return "M" + "L".join(f"{x} {y}" for x, y in told)
