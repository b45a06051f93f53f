"""Events of one group are processed in their order.

Messages of a FIFO queue have message groups, records of a stream partition keys, and those of a
table's stream the keys of their items. Each consumer of a source, a function by an event source
mapping, processes a group in order: an event is processed when all earlier ones of its group are
settled. Consumers of one queue share its order. A handler breaks that if it reports the wrong
failed items of a batch: Lambda deletes the later messages, and the earlier one comes back after
them. Memory is used for what is not settled.
"""

from collections import defaultdict

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Event, EventAccepted, EventSettled, RunBegan, Settlement
from wavetank.invariants.event_consumers import EventConsumers
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude

OPEN = frozenset({Settlement.RETURNED, Settlement.STOPPED})


class _Unsettled:
    """The events that one consumer of one source, or all of a queue, have not settled."""

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, None]] = {}
        self._group_of: dict[str, str] = {}

    def accept(self, event: str, group: str) -> bool:
        """Add an event; returns whether an earlier one of its group is not settled."""
        earlier = self._groups.setdefault(group, {})
        is_behind = bool(earlier)
        earlier[event] = None
        self._group_of[event] = group
        return is_behind

    def settle(self, event: str) -> tuple[str, str] | None:
        """Remove an event; returns the first unsettled one before it, and their group."""
        group = self._group_of.pop(event, None)
        if group is None:  # of no group, or settled already
            return None
        unsettled = self._groups[group]
        first = next(iter(unsettled))
        del unsettled[event]
        if not unsettled:
            del self._groups[group]
        return None if first == event else (first, group)


class GroupOrder:
    """Each consumer processes the events of a message group or a key in order."""

    key = "order"
    name = "events of a message group or key are processed in order"

    def __init__(self) -> None:
        self._is_polled = False
        self._consumers = EventConsumers({})
        self._unsettled: dict[tuple[str, str], _Unsettled] = defaultdict(_Unsettled)
        self._violations = ProblemCounts()
        self._behind = 0

    def observe(self, event: Event) -> None:
        match event:
            case RunBegan():
                self._is_polled = bool(event.consumers)
                self._consumers = EventConsumers(event.consumers)
            case EventAccepted(group=group) if group:
                behind = [each.accept(event.id, group) for each in self._of(event.source)]
                self._behind += any(behind)
            case EventSettled() if event.settlement not in OPEN:
                self._settle(event)

    def finding(self, end: HistoryEnd) -> Finding | None:
        if not self._is_polled:
            return None
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=ProblemCounts(),
            doubt="",
            idle="" if self._behind else "no event waited behind another of its group or key",
            passed=f"{pluralize(self._behind, 'event')} behind an earlier one of the group or key",
        )

    def _of(self, source: str, function: str = "") -> list[_Unsettled]:
        return [self._unsettled[source, each] for each in self._consumers.of(source, function)]

    def _settle(self, event: EventSettled) -> None:
        for unsettled in self._of(event.source, event.function):
            for each in event.ids:
                earlier = unsettled.settle(each)
                if earlier is not None and event.settlement is Settlement.PROCESSED:
                    first, group = earlier
                    self._violations.add(
                        f"processed by {event.function} before an earlier one of the group or key",
                        f"{each} before {first} of {group} in {event.source}, "
                        f"at {rfc3339(event.at)}",
                    )
