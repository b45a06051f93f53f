"""Events of one group are processed in their order.

Messages of a FIFO queue have message groups, records of a stream partition keys, and those of a
table's stream the keys of their items. Each consumer of a source, a function by an event source
mapping, processes a group in order: an event is processed when all earlier ones of its group are
settled. A handler breaks that if it reports the wrong failed items of a batch: Lambda deletes the
later messages, and the earlier one comes back after them. Memory is used for what is not settled.
"""

from typing import TYPE_CHECKING

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.history import Event, EventAccepted, EventSettled, RunBegan, Settlement
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude

if TYPE_CHECKING:
    from collections.abc import Mapping

OPEN = frozenset({Settlement.RETURNED, Settlement.STOPPED})


class _Consumer:
    """The events that one consumer of one source has not settled."""

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
        self._names: Mapping[str, tuple[str, ...]] = {}
        self._consumers: dict[tuple[str, str], _Consumer] = {}
        self._violations = ProblemCounts()
        self._behind = 0

    def observe(self, event: Event) -> None:
        match event:
            case RunBegan():
                self._names = event.consumers
                self._consumers = {
                    (source, function): _Consumer()
                    for source, functions in self._names.items()
                    for function in functions
                }
            case EventAccepted(group=group) if group:
                consumers = [self._consumers[each] for each in self._of(event.source)]
                behind = [each.accept(event.id, group) for each in consumers]
                self._behind += any(behind)
            case EventSettled() if event.settlement not in OPEN:
                self._settle(event)

    def finding(self, end: HistoryEnd) -> Finding | None:
        if not self._names:
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

    def _of(self, source: str, function: str = "") -> list[tuple[str, str]]:
        """The consumers of the source: that function, or all of them."""
        functions = self._names.get(source, ())
        return [(source, each) for each in functions if function in {"", each}]

    def _settle(self, event: EventSettled) -> None:
        for consumer in self._of(event.source, event.function):
            for each in event.ids:
                earlier = self._consumers[consumer].settle(each)
                if earlier is not None and event.settlement is Settlement.PROCESSED:
                    first, group = earlier
                    self._violations.add(
                        f"processed by {consumer[1]} before an earlier one of the group or key",
                        f"{each} before {first} of {group} in {event.source}, "
                        f"at {rfc3339(event.at)}",
                    )
