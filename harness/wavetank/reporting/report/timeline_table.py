"""The timeline as a table, for readers who cannot see it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wavetank.reporting.report.marks import Lane, MarkKind
from wavetank.reporting.report.time_format import STEPS, Axis

ROWS_MAX = 30


@dataclass(frozen=True)
class TimelineRow:
    """A row of the timeline table: the events of each lane in an interval from `begin` on."""

    begin: datetime
    lanes: tuple[Mapping[MarkKind, int], ...]


def timeline_rows(lanes: Sequence[Lane], axis: Axis) -> list[TimelineRow]:
    """Equal intervals from the axis' begin on, without empty ones."""
    width = next((step for step in STEPS if axis.span / step <= ROWS_MAX), STEPS[-1])
    counts: dict[int, list[Counter[MarkKind]]] = {}
    for position, lane in enumerate(lanes):
        for mark in lane.marks:
            number = (mark.first - axis.begin) // width
            row = counts.setdefault(number, [Counter[MarkKind]() for _ in lanes])
            row[position][mark.kind] += mark.count
    return [
        TimelineRow(axis.begin + number * width, tuple(map(_in_order, counts[number])))
        for number in sorted(counts)
    ]


def _in_order(counts: Mapping[MarkKind, int]) -> Mapping[MarkKind, int]:
    return {kind: counts[kind] for kind in MarkKind if kind in counts}
