"""Coordinates of the charts: paths of prices, rows of bars.

A price chart is a box of `BOX` by `BOX` that is scaled to the available width, so its numbers are
whole and short. The line is interrupted where a minute or more has no price.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from wavetank.reporting.report.faults import ReportedFault
from wavetank.reporting.report.prices import PriceBin, Walk
from wavetank.reporting.report.time_format import Axis

BOX = 10_000
GAP = timedelta(seconds=60)
"""A tick has four samples, 15 seconds apart: a longer distance means a missing tick."""
LETTER = 0.0062
"""The approximate width of a letter, as a fraction of a timeline of a page's width."""
RIGHT_PART = 0.7
"""From here on, a bar's label is to the left of its begin."""


@dataclass(frozen=True)
class PriceLines:
    """A price walk as SVG paths: the last price of each bin, and the range."""

    line: str
    band: str


@dataclass(frozen=True)
class FaultBar:
    """A fault's bar on the timeline; `row` counts from 0."""

    fault: ReportedFault
    row: int
    begin: datetime
    end: datetime
    label_on_left: bool


def price_lines(walk: Walk, axis: Axis) -> PriceLines:
    """The walk over the axis, from its lowest price at the bottom to its highest at the top."""
    low, room = walk.low, (walk.high - walk.low) or Decimal(1)

    def across(price_bin: PriceBin) -> int:
        return round(axis.fraction(price_bin.last_at) * BOX)

    def down(price: Decimal) -> int:
        return round((1 - (price - low) / room) * BOX)

    lines, bands = [], []
    for unbroken in _unbroken(walk.bins):
        lines.append(_path((across(s), down(s.last)) for s in unbroken))
        if any(price_bin.low != price_bin.high for price_bin in unbroken):
            upper = [(across(s), down(s.high)) for s in unbroken]
            lower = [(across(s), down(s.low)) for s in reversed(unbroken)]
            bands.append(f"{_path([*upper, *lower])}z")
    return PriceLines("".join(lines), "".join(bands))


def fault_bars(faults: Iterable[ReportedFault], end: datetime, axis: Axis) -> list[FaultBar]:
    """The faults that began, each in the first row in which bar and label overlap no other."""
    ends: list[float] = []
    bars = []
    for fault in faults:
        if fault.began is None:
            continue
        until = fault.reverted or end
        left, right = axis.fraction(fault.began), axis.fraction(until)
        words, label_on_left = len(fault.kind) * LETTER, left > RIGHT_PART
        first = right - words if label_on_left else left
        last = right if label_on_left else max(right, left + words)
        row = next((number for number, taken in enumerate(ends) if taken < first), len(ends))
        ends[row : row + 1] = [last]
        bars.append(FaultBar(fault, row, fault.began, until, label_on_left))
    return bars


def _unbroken(bins: Sequence[PriceBin]) -> Iterator[list[PriceBin]]:
    """The bins, split where samples are missing between two of them."""
    if not bins:
        return
    piece = [bins[0]]
    for before, after in pairwise(bins):
        if after.first_at - before.last_at > GAP:
            yield piece
            piece = []
        piece.append(after)
    yield piece


def _path(points: Iterable[tuple[int, int]]) -> str:
    """A path through the points; a single point is drawn twice, which renders a dot."""
    drawn = list(points)
    drawn += drawn if len(drawn) == 1 else []
    return "M" + "L".join(f"{x} {y}" for x, y in drawn)
