"""What a judge is, and how a history is put before several at once."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from wavetank.history import Event
from wavetank.verdicts import Finding, Verdict


class Invariant(Protocol):
    """Judges one run; a fresh one is made for each.

    `observe` must cost the same for every event, however long the run, and never raises: what it
    cannot make sense of is for its finding to tell.
    """

    name: str

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        ...

    def finding(self) -> Finding:
        """The verdict on what was observed so far; may be asked for more than once."""
        ...


def judge(events: Iterable[Event], invariants: Sequence[Invariant]) -> list[Finding]:
    """Every judge's finding, in their order. One that crashes comes to unknown, never to a pass."""
    crashed: dict[int, Exception] = {}
    for event in events:
        for number, invariant in enumerate(invariants):
            if number not in crashed:
                try:
                    invariant.observe(event)
                except Exception as error:  # noqa: BLE001 - a judge's fault is no verdict on the run
                    crashed[number] = error
    return [_finding(invariant, crashed.get(n)) for n, invariant in enumerate(invariants)]


def _finding(invariant: Invariant, crash: Exception | None) -> Finding:
    if crash is None:
        try:
            return invariant.finding()
        except Exception as error:  # noqa: BLE001 - as above
            crash = error
    evidence = f"the check itself failed: {type(crash).__name__}: {crash}"
    return Finding(invariant.name, Verdict.UNKNOWN, evidence)
