"""No accepted event is lost: it is processed, or kept where somebody can find it.

Of what Lambda polls, each consumer of the source must process each message and record, filter it
out, or leave it to a dead-letter queue or failure destination; of what services push, each event
that its target refuses for good must be in a dead-letter queue. What Lambda queues itself is
`NoSilentFailure`'s. Messages and records that reach the end of their retention period were never
processed: they are lost, although AWS documents it. Memory is used for what is not settled.
"""

from collections import Counter
from dataclasses import dataclass, field

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import (
    AttemptBegan,
    DestinationReached,
    Event,
    EventAccepted,
    EventOffered,
    EventSettled,
    EventUndelivered,
    MessageSent,
    RecordsAccepted,
    RunBegan,
    Settlement,
    WorkloadSent,
)
from wavetank.history.event import OK
from wavetank.invariants.event_consumers import EventConsumers
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude

ACCOUNTED = frozenset({Settlement.PROCESSED, Settlement.FILTERED, Settlement.DEAD_LETTERED})
TAKEN = (
    AttemptBegan,
    EventAccepted,
    EventOffered,
    EventUndelivered,
    MessageSent,
    RecordsAccepted,
)
"""What happens if anything reacts to a workload."""
LOST = frozenset({Settlement.EXPIRED, Settlement.DISCARDED})
OUTCOMES = (
    (LOST | {Settlement.DEAD_LETTERED}, "kept"),
    (frozenset({Settlement.PROCESSED}), "processed"),
    (frozenset({Settlement.FILTERED}), "filtered out"),
)
"""What an event counts as that consumers settled in several ways: the first that applies."""


@dataclass
class _OpenEvent:
    """An event until each of its consumers has settled it."""

    accepted: str
    waiting: set[str]
    settlements: set[Settlement] = field(default_factory=set)

    def settle(self, consumers: tuple[str, ...], settlement: Settlement) -> bool:
        """Note that these settled it; returns whether none is left."""
        self.waiting.difference_update(consumers)
        self.settlements.add(settlement)
        return not self.waiting

    @property
    def outcome(self) -> str:
        """What it counts as."""
        return next(outcome for kinds, outcome in OUTCOMES if kinds & self.settlements)


class NothingLost:
    """Each accepted event is processed, or in a dead-letter queue or failure destination."""

    key = "nothing-lost"
    name = "every accepted event is processed, or kept in a dead-letter queue or destination"

    def __init__(self) -> None:
        self._consumers = EventConsumers({})
        self._open: dict[tuple[str, str], _OpenEvent] = {}
        self._lost: dict[str, list[tuple[str, str]]] = {}
        self._violations = ProblemCounts()
        self._accepted = 0
        self._counts = Counter[str]()
        self._is_polled = False
        self._sent = 0
        self._is_taken = False

    def observe(self, event: Event) -> None:
        self._sent += isinstance(event, WorkloadSent)
        self._is_taken = self._is_taken or isinstance(event, TAKEN)
        match event:
            case RunBegan():
                self._is_polled = bool(event.consumers)
                self._consumers = EventConsumers(event.consumers)
            case EventAccepted():
                self._accepted += 1
                waiting = set(self._consumers.of(event.source))
                self._open[event.source, event.id] = _OpenEvent(rfc3339(event.at), waiting)
            case EventSettled() if event.settlement in ACCOUNTED | LOST:
                self._settle(event)
            case DestinationReached(outcome=outcome) if outcome == OK:
                self._lost.pop(event.request, None)
            case EventUndelivered(dead_letter=dead_letter):
                self._accepted += 1
                self._counts["kept"] += 1
                if dead_letter != OK:
                    self._violations.add(
                        "refused by the target and in no dead-letter queue",
                        f"{', '.join(event.ids) or 'an event'} of {event.source} to "
                        f"{event.target} at {rfc3339(event.at)}, {event.reason}",
                    )

    def finding(self, end: HistoryEnd) -> Finding | None:
        if not (self._accepted or self._is_polled or self._is_ignored):
            return None
        violations, missing = self._violations.copy(), ProblemCounts()
        for lost in self._lost.values():
            for settlement, example in lost:
                violations.add(settlement, example)
        for (source, event), each in self._open.items():
            missing.add("never processed", _unsettled(source, event, each))
        return conclude(
            self.name,
            end,
            violations=violations,
            missing=missing,
            doubt="",
            idle=self._idle(),
            passed=f"{pluralize(self._accepted, 'event')}: "
            f"{self._counts['processed']} processed, {self._counts['kept']} kept"
            + (f", {filtered} filtered out" if (filtered := self._counts["filtered out"]) else ""),
        )

    @property
    def _is_ignored(self) -> bool:
        """Whether the workload has no effect at all."""
        return bool(self._sent) and not self._is_taken

    def _idle(self) -> str:
        """Why there was nothing to check; empty if there was."""
        if self._is_ignored:
            sent = pluralize(self._sent, "event")
            return f"no trigger took any of {sent} of the workload: look at targets and patterns"
        if not self._accepted:
            return "no queue or stream accepted an event"
        if self._counts["filtered out"] == self._accepted:
            return f"filters match none of {pluralize(self._accepted, 'event')}: look at them"
        return ""

    def _settle(self, event: EventSettled) -> None:
        consumers = self._consumers.of(event.source, event.function)
        for each in event.ids:
            found = self._open.get((event.source, each))
            if found is not None and found.settle(consumers, event.settlement):
                self._counts[found.outcome] += 1
                del self._open[event.source, each]
            if event.settlement in LOST:
                example = f"{each} of {event.source} at {rfc3339(event.at)}"
                self._lost.setdefault(event.request, []).append((event.settlement, example))


def _unsettled(source: str, event: str, found: _OpenEvent) -> str:
    by = ", ".join(sorted(found.waiting))
    return f"{event} of {source}, accepted at {found.accepted}" + (f", not by {by}" if by else "")
