"""Alerts reached people: for scenarios in which there is something to tell."""

from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.history import Event, MessageSent
from wavetank.invariants.completeness import Flaws, HistoryEnd, conclude


class EnoughAlerts:
    """Counts what reached an address; so many are the fewest."""

    key = "alerts"

    def __init__(self, fewest: int) -> None:
        self.name = f"{counted(fewest, 'alert')} or more reached somebody"
        self._fewest = fewest
        self._sent = 0

    def observe(self, event: Event) -> None:
        self._sent += isinstance(event, MessageSent)

    def finding(self, ending: HistoryEnd) -> Finding:
        absent = Flaws()
        if self._sent < self._fewest:
            absent.add("not sent", f"only {self._sent} were", self._fewest - self._sent)
        return conclude(
            self.name,
            ending,
            wrong=Flaws(),
            absent=absent,
            doubt="",
            holds=f"{counted(self._sent, 'alert')} sent",
        )
