"""What is due, in the order of time; what is due at one instant in an order drawn from the seed."""

import heapq
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random

AHEAD = -1.0
"""Before every lot that is drawn."""


@dataclass(frozen=True, order=True)
class _Entry[T]:
    due: datetime
    lot: float
    number: int
    what: T = field(compare=False)


class EventQueue[T]:
    """Entries that come out by instant. The same seed and the same entries give the same order."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._entries: list[_Entry[T]] = []
        self._numbers = count()

    def add(self, due: datetime, what: T, *, ahead: bool = False) -> None:
        """It is due then; `ahead` of everything else of that instant, if so."""
        lot = AHEAD if ahead else self._random.random()
        entry = _Entry(due, lot, next(self._numbers), what)
        heapq.heappush(self._entries, entry)

    def next_due(self) -> datetime | None:
        """When the first entry is; None where there is none."""
        return self._entries[0].due if self._entries else None

    def take(self) -> tuple[datetime, T]:
        """The first entry, which is off the agenda then.

        Raises:
            IndexError: there is none.
        """
        entry = heapq.heappop(self._entries)
        return entry.due, entry.what

    def __len__(self) -> int:
        return len(self._entries)
