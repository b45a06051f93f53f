"""Nothing is left at the end.

A run that did not drain is unknown, not invalid: nothing was seen to break, and nothing else can be
told of it for certain.
"""

from wavetank.history import Event
from wavetank.invariants.ending import Ending
from wavetank.verdicts import Finding, Verdict

SHOWN_MAX = 3


class FullyDrained:
    """The time given after the last firing was enough for everything to finish."""

    key = "drained"
    name = "drained"

    def __init__(self) -> None:
        self._ending = Ending()

    def observe(self, event: Event) -> None:
        self._ending.observe(event)

    def finding(self) -> Finding:
        if self._ending.had_its_time:
            return Finding(self.name, Verdict.VALID, "nothing was left at the end")
        drained = self._ending.drained
        left = ", ".join(drained.left[:SHOWN_MAX]) if drained else ""
        evidence = f"{self._ending.reason}; {left}" if left else self._ending.reason
        return Finding(self.name, Verdict.UNKNOWN, evidence)
