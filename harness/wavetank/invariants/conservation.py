"""Every accepted record is delivered exactly once.

Records are told apart by their text alone, and a text that was accepted twice is to be delivered
twice: a retry that puts the same bytes again is the function's doing and not the stream's. Memory
is for what the stream holds (Firehose gives up after 24 hours), and for the latest delivered texts.
"""

from collections.abc import Collection
from enum import StrEnum

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import counted
from wavetank.faults.delivery import DuplicateDelivery
from wavetank.history import Event, FaultInjected, ObjectDelivered, RecordsAccepted, RecordsLost
from wavetank.invariants.completeness import Flaws, HistoryEnd, conclude
from wavetank.invariants.interval_set import Recent

REMEMBERED = 50_000
"""Delivered texts, a day and a half of the ticker's; of an older one, a second copy is taken for
invented, which is as invalid."""
SHOWN_CHARACTERS = 100


class Flaw(StrEnum):
    """What can become of a record."""

    LOST = "lost"
    DUPLICATED = "delivered more often than accepted"
    REORDERED = "delivered after one that was accepted later"
    INVENTED = "delivered but never accepted"


class Conservation:
    """Holds the stream to what it accepted.

    What is `tolerated` is told but does not break it: by default order, which Firehose does not
    promise (an object that S3 refused comes after the next one). From where a planned fault has it
    deliver twice on, that is tolerated too.
    """

    key = "conservation"
    name = "every accepted record is delivered exactly once"

    def __init__(self, tolerated: Collection[Flaw] = (Flaw.REORDERED,)) -> None:
        self._tolerated = frozenset(tolerated)
        self._wrong, self._told = Flaws(), Flaws()
        self._streams: dict[str, _Stream] = {}
        self._accepted = 0
        self._delivered = 0

    def observe(self, event: Event) -> None:
        match event:
            case RecordsAccepted():
                self._accepted += len(event.records)
                self._stream(event.stream).accept(event)
            case ObjectDelivered():
                self._delivered += len(event.records)
                self._deliver(event)
            case RecordsLost():
                self._lose(event)
            case FaultInjected(kind=DuplicateDelivery.kind):
                self._tolerated |= {Flaw.DUPLICATED}

    def finding(self, ending: HistoryEnd) -> Finding:
        absent = Flaws()
        for name, stream in self._streams.items():
            if stream.held:
                text, places = next(iter(stream.held.items()))
                example = f"{name} accepted {_shown(text)} at {places[0].accepted}"
                absent.add("accepted but not delivered", example, stream.held_count())
        told = f"; {self._told}" if self._told else ""
        return conclude(
            self.name,
            ending,
            wrong=self._wrong,
            absent=absent,
            doubt="" if self._accepted or self._delivered else "no record was seen",
            holds=f"{counted(self._accepted, 'record')} accepted and delivered{told}",
        )

    def _stream(self, name: str) -> "_Stream":
        return self._streams.setdefault(name, _Stream())

    def _deliver(self, event: ObjectDelivered) -> None:
        stream = self._stream(event.stream)
        for text in event.records:
            flaw = stream.deliver(text)
            if flaw:
                self._note(flaw, f"{_shown(text)} in {event.key} at {rfc3339(event.at)}")

    def _lose(self, event: RecordsLost) -> None:
        for text in event.records:
            self._stream(event.stream).take(text)
            self._note(Flaw.LOST, f"{_shown(text)} at {rfc3339(event.at)}, {event.reason}")

    def _note(self, flaw: Flaw, example: str) -> None:
        flaws = self._told if flaw in self._tolerated else self._wrong
        flaws.add(flaw, example)


class _Place:
    """When a record was accepted, and as which one of its stream."""

    __slots__ = ("accepted", "number")

    def __init__(self, number: int, accepted: str) -> None:
        self.number = number
        self.accepted = accepted


class _Stream:
    """What one stream holds: for each text, its places in the order of acceptance."""

    def __init__(self) -> None:
        self.held: dict[str, list[_Place]] = {}
        self._delivered = Recent[str, bool](REMEMBERED)
        self._count = 0
        self._furthest = -1

    def accept(self, event: RecordsAccepted) -> None:
        accepted = rfc3339(event.at)
        for text in event.records:
            self.held.setdefault(text, []).append(_Place(self._count, accepted))
            self._count += 1

    def deliver(self, text: str) -> Flaw | None:
        place = self.take(text)
        if place is None:
            return Flaw.DUPLICATED if self._delivered.get(text) else Flaw.INVENTED
        self._delivered.put(text, value=True)
        late, self._furthest = place.number < self._furthest, max(self._furthest, place.number)
        return Flaw.REORDERED if late else None

    def take(self, text: str) -> _Place | None:
        """The oldest place of the text, no longer held; None where it is not held."""
        places = self.held.get(text)
        if places is None:
            return None
        place = places.pop(0)
        if not places:
            del self.held[text]
        return place

    def held_count(self) -> int:
        return sum(len(places) for places in self.held.values())


def _shown(text: str) -> str:
    text = text.strip()
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
