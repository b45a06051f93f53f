"""The timeline as a table: what happened in each stretch of it, for who cannot look at it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wavetank.reporting.report.marks import Lane, MarkKind
from wavetank.reporting.report.time_format import STEPS, Axis

STRETCHES_MAX = 30


@dataclass(frozen=True)
class TableStretch:
    """From `begin` on: for each lane, how often each kind of thing happened."""

    begin: datetime
    lanes: tuple[Mapping[MarkKind, int], ...]


def stretches(lanes: Sequence[Lane], axis: Axis) -> list[TableStretch]:
    """Equal stretches from the axis' begin on, those without anything left out."""
    width = next((step for step in STEPS if axis.span / step <= STRETCHES_MAX), STEPS[-1])
    counts: dict[int, list[Counter[MarkKind]]] = {}
    for place, lane in enumerate(lanes):
        for mark in lane.marks:
            number = (mark.first - axis.begin) // width
            row = counts.setdefault(number, [Counter[MarkKind]() for _ in lanes])
            row[place][mark.kind] += mark.count
    return [
        TableStretch(axis.begin + number * width, tuple(map(_in_order, counts[number])))
        for number in sorted(counts)
    ]


def _in_order(counts: Mapping[MarkKind, int]) -> Mapping[MarkKind, int]:
    return {kind: counts[kind] for kind in MarkKind if kind in counts}
