"""Finds the fault that hits an event, by kind, window and target, and counts its hits."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from wavetank.faults.fault import CountedFault, Fault

type OnInjected = Callable[[str, Fault, str], None]
"""Called with the name of a fault, the fault, and what it hits."""


@dataclass
class _Candidate:
    """A fault, its window, and how many events it could have hit so far."""

    name: str
    fault: Fault
    begin: datetime | None
    end: datetime | None
    events: int = 0

    def is_in_force(self, now: Callable[[], datetime]) -> bool:
        if self.begin is None or self.end is None:
            return True
        return self.begin <= now() < self.end

    def hits(self) -> bool:
        if not isinstance(self.fault, CountedFault):
            return True
        self.events += 1
        return self.fault.hits(self.events)


class FaultMatcher:
    """Finds and counts the faults that hit an event; thread-safe.

    `now` is the engine's time.
    """

    def __init__(self, now: Callable[[], datetime], on_injected: OnInjected) -> None:
        self._now = now
        self._on_injected = on_injected
        self._lock = threading.Lock()
        self._candidates: list[_Candidate] = []

    def add(self, name: str, fault: Fault, window: tuple[datetime, datetime] | None = None) -> None:
        """Let the fault hit events, in its window or until it is removed."""
        begin, end = window or (None, None)
        with self._lock:
            self._candidates.append(_Candidate(name, fault, begin, end))

    def remove(self, name: str) -> None:
        """The fault of this name hits nothing any more."""
        with self._lock:
            self._candidates = [one for one in self._candidates if one.name != name]

    def match[F: Fault](
        self, kind: type[F], what: str, where: Callable[[F], bool] = lambda _: True
    ) -> F | None:
        """The fault of that kind that hits `what`, which is happening now.

        Asking counts: ask about each event once.
        """
        for candidate in self._candidates:
            fault = candidate.fault
            if not isinstance(fault, kind) or not candidate.is_in_force(self._now):
                continue
            if not where(fault):
                continue
            with self._lock:
                hit = candidate.hits()
            if hit:
                self._on_injected(candidate.name, fault, what)
                return fault
        return None

    def name_of(self, fault: Fault) -> str:
        """The name of a fault that was added."""
        return next(one.name for one in self._candidates if one.fault is fault)
