"""Which requests wrote an item, an object or a channel, in which attempts, under which faults."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from wavetank.core.text import pluralize
from wavetank.history import (
    ApiCalled,
    AttemptBegan,
    AttemptEnded,
    Event,
    EventOffered,
    FaultInjected,
    Outcome,
    WorkloadSent,
)

SHOWN_MAX = 3
WRITERS_MAX = 8
"""So many writes to one target are remembered; those after them are counted."""


@dataclass
class AttemptWrite:
    """An attempt that wrote; `faults` hit it, and `ids` are of the events that it was given."""

    function: str
    request: str
    attempt: int
    ids: tuple[str, ...]
    outcome: str = ""
    faults: list[str] = field(default_factory=list)

    @property
    def is_unusual(self) -> bool:
        """Whether a fault hit it or it failed."""
        return bool(self.faults) or self.outcome not in {"", Outcome.SUCCESS}

    def __str__(self) -> str:
        text = f"attempt {self.attempt} of {self.function}, request {self.request}"
        if self.outcome not in {"", Outcome.SUCCESS}:
            text += f", which ended by {self.outcome}"
        return text + (f" after {', '.join(self.faults)}" if self.faults else "")


class StateWriters:
    """The attempts that wrote each target; memory is used for targets, requests and sent events."""

    def __init__(self) -> None:
        self._writes: dict[str, list[AttemptWrite]] = defaultdict(list)
        self._more: dict[str, int] = defaultdict(int)
        self._running: dict[str, AttemptWrite] = {}
        self._offered: dict[str, tuple[str, ...]] = {}
        self._sent: dict[str, str] = {}

    def observe(self, event: Event) -> None:
        """Observe the next event of the run with faults."""
        match event:
            case WorkloadSent():
                for each in event.ids:
                    self._sent[each] = f"event {event.number} of workload {event.workload}"
            case EventOffered():
                self._offered[event.request] = event.ids
            case AttemptBegan():
                ids = (event.request, *self._offered.get(event.request, ()))
                self._running[event.request] = AttemptWrite(
                    event.function, event.request, event.attempt, ids
                )
            case FaultInjected():
                self._hit(event)
            case ApiCalled(took_effect=True):
                self._write(event)
            case AttemptEnded(request=request) if request in self._running:
                self._running.pop(request).outcome = event.outcome

    def of(self, resource: str, identity: str) -> list[AttemptWrite]:
        """The attempts that wrote the item or object, in their order.

        Those that were hit by a fault, failed, or had an event of another one are chosen, if any;
        of those that wrote other entries of the resource, such ones alone.
        """
        exact = self._writes.get(f"{resource} {identity}", [])
        found = exact or self._writes.get(resource, [])
        counts = Counter(each for write in found for each in write.ids)
        suspects = [
            write
            for write in found
            if write.is_unusual or any(counts[each] > 1 for each in write.ids)
        ]
        return suspects or exact

    def text(self, resource: str, identity: str) -> str:
        """Says who wrote it; empty if no function did."""
        writes = self.of(resource, identity)
        if not writes:
            return ""
        more = len(writes) - SHOWN_MAX + self._more.get(f"{resource} {identity}", 0)
        parts = [f"{write}{self._cause(write)}" for write in writes[:SHOWN_MAX]]
        return ", then by ".join(parts) + (
            f", and {pluralize(more, 'more attempt')}" if more > 0 else ""
        )

    def _hit(self, event: FaultInjected) -> None:
        """Note the fault at the attempts whose requests it names."""
        for request, running in self._running.items():
            if request in event.detail:
                running.faults.append(event.kind)

    def _cause(self, write: AttemptWrite) -> str:
        known = [self._sent[each] for each in write.ids if each in self._sent]
        return f" (of {', '.join(known[:SHOWN_MAX])})" if known else ""

    def _write(self, event: ApiCalled) -> None:
        running = self._running.get(event.request)
        if running is None:
            return
        for target in event.targets:
            writes = self._writes[target]
            if running in writes:
                continue
            if len(writes) < WRITERS_MAX:
                writes.append(running)
            else:
                self._more[target] += 1
