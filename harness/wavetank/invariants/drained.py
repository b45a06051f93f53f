"""Nothing remains at the end of the run.

A run that did not drain is unknown, not invalid: no violation was seen, and what is missing may
still have come.
"""

from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event
from wavetank.invariants.history_completeness import HistoryEnd

SHOWN_MAX = 3


class FullyDrained:
    """Nothing is in flight when the drain ends."""

    key = "drained"
    name = "nothing is in flight after the drain"

    def observe(self, event: Event) -> None:
        """Nothing to observe: every invariant gets the end of the history with `finding`."""

    def finding(self, end: HistoryEnd) -> Finding:
        if end.is_drained:
            return Finding(self.name, Verdict.VALID, "nothing remained")
        drained = end.drained
        left = ", ".join(drained.remaining[:SHOWN_MAX]) if drained else ""
        evidence = f"{end.reason}; {left}" if left else end.reason
        return Finding(self.name, Verdict.UNKNOWN, evidence)
