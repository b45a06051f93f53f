"""Marks on the lanes of the timeline: one for each kind of event and interval of time.

The interval depends on the length of the run, so that a lane has at most `BINS_MAX` of them: five
seconds in a run of an hour, a minute in one of a day, half an hour in one of a month.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BINS_MAX = 1500
WIDTHS = tuple(
    timedelta(seconds=seconds) for seconds in (1, 5, 15, 60, 300, 900, 1800, 3600, 21_600, 86_400)
)
NOTE_CHARACTERS = 160


class MarkKind(StrEnum):
    """The kinds of marks on a timeline, as the legend shows them."""

    ON_TIME = "on time"
    LATE = "late"
    AGAIN = "fired again"
    SUPPRESSED = "not fired"
    BY_HAND = "invoked by hand"
    SUCCEEDED = "succeeded"
    RETRIED = "succeeded at a retry"
    FAILED = "failed"
    THROTTLED = "throttled"
    GIVEN_UP = "given up"
    DELIVERED = "delivered"
    COPIES = "delivered with duplicates"
    LOST = "lost"
    REPORTED = "failure reported"
    UNREPORTED = "failure that could not be reported"
    MAIL = "e-mail"
    INJECTED = "injected"


@dataclass(frozen=True)
class Mark:
    """A mark on a timeline: `count` events from `first` to `last`; `note` is of the first."""

    kind: MarkKind
    first: datetime
    last: datetime
    count: int = 1
    note: str = ""


@dataclass(frozen=True)
class Lane:
    """A lane of a timeline: its marks in the order of their instants."""

    name: str
    marks: tuple[Mark, ...]

    def counts(self) -> Mapping[MarkKind, int]:
        """How often each kind occurs, in the order of the kinds."""
        found = Counter[MarkKind]()
        for mark in self.marks:
            found[mark.kind] += mark.count
        return {kind: found[kind] for kind in MarkKind if kind in found}


class Bins:
    """Equal intervals of a run's time, numbered from its beginning."""

    def __init__(self, begin: datetime, until: datetime) -> None:
        self.begin = begin
        fitting = (width for width in WIDTHS if until - begin <= width * BINS_MAX)
        self.width = next(fitting, WIDTHS[-1])

    def number(self, at: datetime) -> int:
        """The number of the interval that contains the instant."""
        return (at - self.begin) // self.width


class LaneBuilder:
    """Collects the marks of one lane of a timeline."""

    def __init__(self, name: str, bins: Bins) -> None:
        self.name = name
        self._bins = bins
        self._marks: dict[tuple[MarkKind, int], Mark] = {}

    def add(self, kind: MarkKind, at: datetime, note: str = "", count: int = 1) -> None:
        """Adds an event; of several in one interval the first one's note is shown."""
        key = (kind, self._bins.number(at))
        existing = self._marks.get(key)
        if existing is None:
            self._marks[key] = Mark(kind, at, at, count, shortened(note))
            return
        first, last = min(existing.first, at), max(existing.last, at)
        self._marks[key] = Mark(kind, first, last, existing.count + count, existing.note)

    def lane(self) -> Lane:
        """The lane with the events so far."""
        return Lane(self.name, in_order(self._marks.values()))


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """By instant, then by kind, so that the order is deterministic."""
    return tuple(sorted(marks, key=lambda mark: (mark.first, mark.kind)))


def shortened(text: str) -> str:
    """The text on one line, truncated."""
    line = " ".join(text.split())
    return line if len(line) <= NOTE_CHARACTERS else f"{line[:NOTE_CHARACTERS]}..."
