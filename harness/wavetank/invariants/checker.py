"""The interface of an invariant, and how several are checked on one history."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event
from wavetank.invariants.history_completeness import HistoryEnd


class Invariant(Protocol):
    """Interface of an invariant: checks one run, event by event.

    `observe` takes the same time for every event, however long the run, and never raises. What it
    cannot interpret is reported by `finding`.
    """

    key: str
    """Its short name, as in scenario files; unique within a run."""
    name: str
    """What it requires of the run."""

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        ...

    def finding(self, end: HistoryEnd) -> Finding | None:
        """The finding on what was observed so far; can be called more than once.

        `end` says how the history ended, and so whether something that is missing could still come.
        It is None if the invariant is not applicable: nothing is deployed that could break it.
        """
        ...


class InvariantSuite:
    """Checks several invariants on one run; one that raises an error is unknown."""

    def __init__(self, invariants: Sequence[Invariant]) -> None:
        self._invariants = invariants
        self._active = list(invariants)
        self._crashed: dict[str, Exception] = {}
        self._end = HistoryEnd()

    def keys(self) -> list[str]:
        """The short names of the invariants."""
        return [invariant.key for invariant in self._invariants]

    def has(self, key: str) -> bool:
        """Whether an invariant of that short name is among them."""
        return key in self.keys()

    def observe(self, event: Event) -> None:
        """Pass the next event to all invariants."""
        self.observe_all((event,))

    def observe_all(self, events: Sequence[Event]) -> None:
        """Pass the next events to all invariants; one observes them all before the next does."""
        for event in events:
            self._end.observe(event)
        for invariant in list(self._active):
            try:
                for event in events:
                    invariant.observe(event)
            except Exception as error:  # noqa: BLE001 - a defect of an invariant says nothing about the run
                self._crashed[invariant.key] = error
                self._active.remove(invariant)

    def findings(self) -> list[Finding]:
        """The finding of every applicable invariant, in their order."""
        findings = map(self._finding, self._invariants)
        return [finding for finding in findings if finding is not None]

    def _finding(self, invariant: Invariant) -> Finding | None:
        crash = self._crashed.get(invariant.key)
        if crash is None:
            try:
                finding = invariant.finding(self._end)
                return finding and replace(finding, key=invariant.key)
            except Exception as error:  # noqa: BLE001 - a defect of an invariant, too
                crash = error
        evidence = f"the check itself failed: {type(crash).__name__}: {crash}"
        return Finding(invariant.name, Verdict.UNKNOWN, evidence, invariant.key)


def check_history(events: Iterable[Event], invariants: Sequence[Invariant]) -> list[Finding]:
    """Check the whole history; returns the finding of every applicable invariant, in order."""
    suite = InvariantSuite(invariants)
    for event in events:
        suite.observe(event)
    return suite.findings()
