"""What happens on a lane of the timeline: one mark for each kind of thing and stretch of time.

A stretch is as long as the run demands, so that a lane has at most `BINS_MAX` of them: five seconds
in a run of an hour, a minute in one of a day, half an hour in one of a month.
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
    """What a mark stands for, in the words of its legend."""

    ON_TIME = "on time"
    LATE = "late"
    AGAIN = "fired again"
    SUPPRESSED = "not fired"
    BY_HAND = "told by hand"
    SUCCEEDED = "succeeded"
    RETRIED = "succeeded at a retry"
    FAILED = "failed"
    THROTTLED = "throttled"
    GIVEN_UP = "given up"
    DELIVERED = "delivered"
    COPIES = "with records that were delivered before"
    LOST = "lost"
    REPORTED = "failure reported"
    UNREPORTED = "failure that could not be reported"
    MAIL = "e-mail"
    STRUCK = "struck"


@dataclass(frozen=True)
class Mark:
    """What happened `count` times from `first` to `last`; `note` tells of the first."""

    kind: MarkKind
    first: datetime
    last: datetime
    count: int = 1
    note: str = ""


@dataclass(frozen=True)
class Lane:
    """Marks in the order of their instants."""

    name: str
    marks: tuple[Mark, ...]

    def counts(self) -> Mapping[MarkKind, int]:
        """How often each kind happened, in the order of the kinds."""
        found = Counter[MarkKind]()
        for mark in self.marks:
            found[mark.kind] += mark.count
        return {kind: found[kind] for kind in MarkKind if kind in found}


class Bins:
    """Equal stretches of time, numbered from the beginning of a run."""

    def __init__(self, begin: datetime, until: datetime) -> None:
        self.begin = begin
        fitting = (width for width in WIDTHS if until - begin <= width * BINS_MAX)
        self.width = next(fitting, WIDTHS[-1])

    def number(self, at: datetime) -> int:
        """Which one the instant falls in."""
        return (at - self.begin) // self.width


class LaneBuilder:
    """Takes in what happens, one after the other."""

    def __init__(self, name: str, bins: Bins) -> None:
        self.name = name
        self._bins = bins
        self._marks: dict[tuple[MarkKind, int], Mark] = {}

    def add(self, kind: MarkKind, at: datetime, note: str = "", count: int = 1) -> None:
        """One more; of several in one stretch the first one's note is kept."""
        key = (kind, self._bins.number(at))
        held = self._marks.get(key)
        if held is None:
            self._marks[key] = Mark(kind, at, at, count, shortened(note))
            return
        first, last = min(held.first, at), max(held.last, at)
        self._marks[key] = Mark(kind, first, last, held.count + count, held.note)

    def lane(self) -> Lane:
        """What was taken in so far."""
        return Lane(self.name, in_order(self._marks.values()))


def in_order(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """By instant; of one instant by kind, so that the order never depends on chance."""
    return tuple(sorted(marks, key=lambda mark: (mark.first, mark.kind)))


def shortened(text: str) -> str:
    """The text on one line, and not too long for a glance."""
    line = " ".join(text.split())
    return line if len(line) <= NOTE_CHARACTERS else f"{line[:NOTE_CHARACTERS]}..."
