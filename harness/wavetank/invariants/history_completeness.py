"""Whether the history is complete, and so whether something missing was lost or only not seen.

violation observed         invalid, whatever came later
missing, run drained       invalid: it had time to come and did not
missing, run not drained   unknown: it may have been in flight
truncated history          unknown, even without a violation
nothing to check           not exercised
"""

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize
from wavetank.history import Drained, Event, RunEnded, TruncatedHistory


class ProblemCounts:
    """Problems that an invariant found, by kind: their number and the first example."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._examples: dict[str, str] = {}

    def copy(self) -> "ProblemCounts":
        """The same problems, to which more can be added."""
        copied = ProblemCounts()
        copied._counts, copied._examples = dict(self._counts), dict(self._examples)
        return copied

    def add(self, kind: str, example: str, count: int = 1) -> None:
        """Add `count` problems of a kind; `kind` is the text before the colon in the evidence."""
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
    """How a history ended: drained, complete, interrupted or truncated."""

    def __init__(self) -> None:
        self._last: Event | None = None
        self.ended = False
        self.truncated = False
        self.drained: Drained | None = None

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        self._last = event
        match event:
            case Drained():
                self.drained = event
            case RunEnded():
                self.ended = True
            case TruncatedHistory():
                self.truncated = True

    @property
    def is_complete(self) -> bool:
        """Whether the run reached its end in this history."""
        return self.ended and not self.truncated

    @property
    def is_drained(self) -> bool:
        """Whether everything had time to finish, so that what is missing will not come."""
        return self.is_complete and self.drained is not None and self.drained.complete

    @property
    def reason(self) -> str:
        """Why something missing decides nothing."""
        if not self.is_complete:
            where = f"at {rfc3339(self._last.at)}" if self._last else "before its first event"
            return f"the history breaks off {where}, before the run's end"
        if self.drained is None:
            return "the run was not drained"
        return (
            f"the run was not drained: {pluralize(len(self.drained.remaining), 'item')} remaining"
        )


def conclude(
    name: str,
    end: HistoryEnd,
    *,
    violations: ProblemCounts,
    missing: ProblemCounts,
    doubt: str,
    passed: str,
    idle: str = "",
) -> Finding:
    """The finding, by the table above.

    `doubt` is any other reason against a pass, or empty; `passed` is the evidence of a pass, and
    `idle` says why there was nothing to check, empty if there was.
    """
    if violations or (missing and end.is_drained):
        evidence = "; ".join(str(counts) for counts in (violations, missing) if counts)
        return Finding(name, Verdict.INVALID, evidence)
    if missing or not end.is_complete:
        evidence = f"{end.reason}; {missing}" if missing else end.reason
        return Finding(name, Verdict.UNKNOWN, evidence)
    if doubt:
        return Finding(name, Verdict.UNKNOWN, doubt)
    if idle:
        return Finding(name, Verdict.NOT_EXERCISED, idle)
    return Finding(name, Verdict.VALID, passed)
