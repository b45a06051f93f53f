"""Nothing is left at the end.

A run that did not drain is unknown, not invalid: nothing was seen to break, and nothing else can be
told of it for certain.
"""

from wavetank.core.findings import Finding, Verdict
from wavetank.history import Event
from wavetank.invariants.completeness import HistoryEnd

SHOWN_MAX = 3


class FullyDrained:
    """The time given after the last firing was enough for everything to finish."""

    key = "drained"
    name = "drained"

    def observe(self, event: Event) -> None:
        """Needs no more than the ending, which all judges are given."""

    def finding(self, ending: HistoryEnd) -> Finding:
        if ending.had_its_time:
            return Finding(self.name, Verdict.VALID, "nothing was left at the end")
        drained = ending.drained
        left = ", ".join(drained.left[:SHOWN_MAX]) if drained else ""
        evidence = f"{ending.reason}; {left}" if left else ending.reason
        return Finding(self.name, Verdict.UNKNOWN, evidence)
