"""Enough alerts reached an address, for scenarios that expect alerts."""

from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Event, MessageSent
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude


class EnoughAlerts:
    """At least `fewest` alerts reach an address."""

    key = "alerts"

    def __init__(self, fewest: int) -> None:
        self.name = f"{pluralize(fewest, 'alert')} or more reached an address"
        self._fewest = fewest
        self._sent = 0

    def observe(self, event: Event) -> None:
        self._sent += isinstance(event, MessageSent)

    def finding(self, end: HistoryEnd) -> Finding:
        missing = ProblemCounts()
        if self._sent < self._fewest:
            missing.add("not sent", f"only {self._sent} were", self._fewest - self._sent)
        return conclude(
            self.name,
            end,
            violations=ProblemCounts(),
            missing=missing,
            doubt="",
            passed=f"{pluralize(self._sent, 'alert')} sent",
        )
