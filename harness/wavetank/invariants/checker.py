"""What a judge is, and how a history is put before several at once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event
from wavetank.invariants.completeness import HistoryEnd


class Invariant(Protocol):
    """Judges one run; a fresh one is made for each.

    `observe` must cost the same for every event, however long the run, and never raises: what it
    cannot make sense of is for its finding to tell.
    """

    key: str
    """Its short name, as in scenario files; no two judges of a run share one."""
    name: str
    """What it holds the run to."""

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        ...

    def finding(self, ending: HistoryEnd) -> Finding:
        """The verdict on what was observed so far, which ended so; may be asked more than once."""
        ...


class InvariantSuite:
    """Several judges before whom one history is put. One that crashes comes to unknown."""

    def __init__(self, invariants: Sequence[Invariant]) -> None:
        self._invariants = invariants
        self._sitting = list(invariants)
        self._crashed: dict[str, Exception] = {}
        self._ending = HistoryEnd()

    def keys(self) -> list[str]:
        """The judges' short names."""
        return [invariant.key for invariant in self._invariants]

    def observe(self, event: Event) -> None:
        """Shows all of them the next event."""
        self.observe_all((event,))

    def observe_all(self, events: Sequence[Event]) -> None:
        """Shows all of them the next events; one judge takes them all in before the next does."""
        for event in events:
            self._ending.observe(event)
        for invariant in list(self._sitting):
            try:
                for event in events:
                    invariant.observe(event)
            except Exception as error:  # noqa: BLE001 - a judge's fault is no verdict on the run
                self._crashed[invariant.key] = error
                self._sitting.remove(invariant)

    def findings(self) -> list[Finding]:
        """Every judge's finding, in their order."""
        return [self._finding(invariant) for invariant in self._invariants]

    def _finding(self, invariant: Invariant) -> Finding:
        crash = self._crashed.get(invariant.key)
        if crash is None:
            try:
                return replace(invariant.finding(self._ending), key=invariant.key)
            except Exception as error:  # noqa: BLE001 - as above
                crash = error
        evidence = f"the check itself failed: {type(crash).__name__}: {crash}"
        return Finding(invariant.name, Verdict.UNKNOWN, evidence, invariant.key)


def judge(events: Iterable[Event], invariants: Sequence[Invariant]) -> list[Finding]:
    """Every judge's finding on the whole history, in their order."""
    judges = InvariantSuite(invariants)
    for event in events:
        judges.observe(event)
    return judges.findings()
