"""The faults left no trace: the run ends as it would have without them.

The simulation runs the same workload without faults first, and records what that left in tables,
buckets, queues, topics and delivery streams as the reference. A run without faults has none: there
the invariant is not exercised. Nor has one with faults that rightly change what is left, as they
keep a rule from firing, move time, add a message to the workload, or take an address from a topic.

A run decides nothing either if an event was discarded, a delivery stream could not process a
record, or a failure was returned to a caller. That explains what is missing or changed, and also
what is there in addition: a report in a queue or bucket, an item that a function for failures
writes, or one that the event would have deleted. Other invariants tell whether the event was kept.
"""

from collections.abc import Sequence

from wavetank.core.findings import Finding, Verdict
from wavetank.core.text import pluralize
from wavetank.history import (
    EndState,
    Event,
    EventSettled,
    EventUndelivered,
    FaultBegan,
    HttpAnswered,
    RecordsProcessed,
    RequestDiscarded,
    Settlement,
    StateEntry,
    WorkloadSent,
)
from wavetank.history.event import OK
from wavetank.invariants.history_completeness import HistoryEnd
from wavetank.invariants.state_comparison import StateComparison, StateDifference, check_pattern
from wavetank.invariants.state_writers import StateWriters

SHOWN_MAX = 5
NOT_COMPARED = (
    "no run without the faults to compare with: they change the workload, or who is told, or time"
)
UNFINISHED = frozenset({Settlement.DEAD_LETTERED, Settlement.DISCARDED, Settlement.EXPIRED})
TOO_MANY_REQUESTS, SERVER_ERROR = 429, 500
"""Statuses of answers to requests that were not processed: the first is that of a throttled
function's URL. [Lambda developer guide: services-apigateway-errors, urls-invocation]"""
REPEATING = frozenset(
    {
        "duplicate-batch",
        "duplicate-delivery",
        "duplicate-event",
        "duplicate-tick",
        "expired-visibility-timeout",
    }
)
"""Kinds of faults after which an event is processed again, and nothing else."""


class Convergence:
    """The state at the end equals that of the same run without faults.

    `ignore` are patterns of fields that may differ, as `table.field` with `*` for any characters.

    Raises:
        UsageError: a pattern matches every field.
    """

    key = "convergence"
    name = "the run ends in the state that it has without faults"

    def __init__(self, ignore: Sequence[str] = ()) -> None:
        self._ignore = tuple(map(check_pattern, ignore))
        self._reference: dict[tuple[str, str], tuple[StateEntry, ...]] = {}
        self._found: dict[tuple[str, str], tuple[StateEntry, ...]] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._writers = StateWriters()
        self._fault_kinds: set[str] = set()
        self._unfinished = 0
        self._without_reference = "the run has no faults"

    def observe(self, event: Event) -> None:
        if self._reference:
            self._writers.observe(event)
        match event:
            case FaultBegan():
                self._without_reference = NOT_COMPARED
                self._fault_kinds.add(event.kind)
            case EndState(is_reference=True):
                self._reference[event.kind, event.resource] = event.entries
            case EndState():
                self._found[event.kind, event.resource] = event.entries
                self._names[event.kind, event.resource] = event.name or event.resource
            case EventSettled() if event.settlement in UNFINISHED:
                self._unfinished += len(event.ids)
            case RequestDiscarded() | EventUndelivered() | RecordsProcessed(is_failed=True):
                self._unfinished += 1
            case WorkloadSent() if event.outcome != OK:
                self._unfinished += 1
            case HttpAnswered(status=status):
                self._unfinished += status == TOO_MANY_REQUESTS or status >= SERVER_ERROR

    def finding(self, end: HistoryEnd) -> Finding:
        if not self._reference:
            return self._not_exercised(self._without_reference)
        if not end.is_drained:
            return Finding(self.name, Verdict.UNKNOWN, end.reason)
        if self._unfinished:
            given_up = pluralize(self._unfinished, "event")
            return self._not_exercised(
                f"{given_up} given up or refused, which may explain any difference"
            )
        comparison = StateComparison()
        for each in sorted(self._reference.keys() | self._found.keys()):
            expected, found = self._reference.get(each, ()), self._found.get(each, ())
            comparison.compare(*each, expected, found, self._ignore)
        return self._judged(comparison)

    def _judged(self, comparison: StateComparison) -> Finding:
        differences = comparison.differences
        if differences:
            return Finding(self.name, Verdict.INVALID, self._listed(differences))
        if not comparison.entries:
            return self._not_exercised("nothing was left behind")
        if comparison.fields and not comparison.left:
            return self._not_exercised(
                f"{', '.join(self._ignore)} may differ, which is each of "
                f"{pluralize(comparison.fields, 'field')}: name those alone that differ"
            )
        return Finding(self.name, Verdict.VALID, _agreement(comparison))

    def _listed(self, differences: Sequence[StateDifference]) -> str:
        shown = "; ".join(map(self._explained, differences[:SHOWN_MAX]))
        rest = len(differences) - SHOWN_MAX
        more = f"; and {pluralize(rest, 'more difference')}" if rest > 0 else ""
        return f"{self._not_idempotent(differences)}{shown}{more}"

    def _explained(self, difference: StateDifference) -> str:
        name = self._names.get((difference.kind, difference.resource), difference.resource)
        written = self._writers.text(name, difference.found)
        return f"{difference}, written by {written}" if written else str(difference)

    def _not_idempotent(self, differences: Sequence[StateDifference]) -> str:
        """Names the function whose second run made the difference, if faults only repeat events."""
        if not self._fault_kinds <= REPEATING:
            return ""
        for each in differences:
            name = self._names.get((each.kind, each.resource), each.resource)
            if writes := self._writers.of(name, each.found):
                return f"{writes[-1].function} is not idempotent, its events were repeated: "
        return ""

    def _not_exercised(self, reason: str) -> Finding:
        return Finding(self.name, Verdict.NOT_EXERCISED, reason)


def _agreement(comparison: StateComparison) -> str:
    parts = [f"equal entries: {comparison.entries}"]
    if comparison.varying:
        parts.append(f"{comparison.varying} but for instants and random ids")
    if comparison.copies:
        parts.append(f"{comparison.copies} delivered more than once")
    parts += [f"{count} ignored by {pattern}" for pattern, count in comparison.ignored.items()]
    return ", ".join(parts)
