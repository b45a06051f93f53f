"""Whether the history is whole, and so whether what is absent is missing or only not seen.

seen wrong                 invalid, whatever came later
absent, run drained        invalid: it had its time and did not come
absent, run not drained    unknown: it may have been on its way
history breaks off         unknown, even where nothing was seen wrong
"""

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import counted
from wavetank.history import Drained, Event, RunEnded, TruncatedHistory


class Flaws:
    """What is wrong, by kind: how often, and the first as an example."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def add(self, kind: str, example: str, count: int = 1) -> None:
        """One more, or several; `kind` completes "3 times ..."."""
        self._counts[kind] = self._counts.get(kind, 0) + count
        self._examples.setdefault(kind, example)

    def __bool__(self) -> bool:
        return bool(self._counts)

    def __str__(self) -> str:
        return "; ".join(
            f"{kind}: {count} (the first: {self._examples[kind]})"
            for kind, count in self._counts.items()
        )


class HistoryEnd:
    """How the history ended, as far as it was observed."""

    def __init__(self) -> None:
        self._last: Event | None = None
        self.ended = False
        self.cut_off = False
        self.drained: Drained | None = None

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        self._last = event
        match event:
            case Drained():
                self.drained = event
            case RunEnded():
                self.ended = True
            case TruncatedHistory():
                self.cut_off = True

    @property
    def whole(self) -> bool:
        """Whether the run came to its end in this history."""
        return self.ended and not self.cut_off

    @property
    def had_its_time(self) -> bool:
        """Whether what is absent now would have come by now."""
        return self.whole and self.drained is not None and self.drained.complete

    @property
    def reason(self) -> str:
        """Why an absence decides nothing."""
        if not self.whole:
            where = f"at {rfc3339(self._last.at)}" if self._last else "before its first event"
            return f"the history breaks off {where}, before the run's end"
        if self.drained is None:
            return "the run was not drained"
        return f"the run was not drained: {counted(len(self.drained.left), 'thing')} left"


def conclude(
    name: str, ending: HistoryEnd, *, wrong: Flaws, absent: Flaws, doubt: str, holds: str
) -> Finding:
    """The finding, by the table above; `doubt` is any other reason against a pass, or empty."""
    if wrong or (absent and ending.had_its_time):
        evidence = "; ".join(str(flaws) for flaws in (wrong, absent) if flaws)
        return Finding(name, Verdict.INVALID, evidence)
    if absent or not ending.whole:
        evidence = f"{ending.reason}; {absent}" if absent else ending.reason
        return Finding(name, Verdict.UNKNOWN, evidence)
    if doubt:
        return Finding(name, Verdict.UNKNOWN, doubt)
    return Finding(name, Verdict.VALID, holds)
