"""Every accepted record is delivered exactly once.

Records are identified by their text alone. A text that was accepted twice has to be delivered
twice: a retry that puts the same bytes again is the function's doing, not the stream's. Records
that the stream processes are replaced by the results, which then have to be delivered. Memory is
used for what the stream holds (Firehose discards records after 24 hours) and for the latest
delivered texts.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from enum import StrEnum

from wavetank.core.clock import rfc3339
from wavetank.core.findings import Finding
from wavetank.core.text import pluralize
from wavetank.faults.delivery import DuplicateDelivery
from wavetank.history import (
    Event,
    FaultInjected,
    ObjectDelivered,
    RecordsAccepted,
    RecordsLost,
    RecordsProcessed,
)
from wavetank.invariants.history_completeness import HistoryEnd, ProblemCounts, conclude
from wavetank.invariants.interval_set import RecentMapping

REMEMBERED = 50_000
"""Delivered texts: a day and a half of the ticker's.

A second copy of an older one counts as never accepted, which is as invalid.
"""
SHOWN_CHARACTERS = 100


class Flaw(StrEnum):
    """The kinds of error in the delivery of a record."""

    LOST = "lost"
    DUPLICATED = "delivered more often than accepted"
    REORDERED = "delivered after one that was accepted later"
    INVENTED = "delivered but never accepted"


class Conservation:
    """Every record that a stream accepted is delivered exactly once.

    A `tolerated` flaw is reported without breaking the invariant: by default the order, which
    Firehose does not promise (an object that S3 refused comes after the next one). Once a planned
    fault makes Firehose deliver twice, duplicates are tolerated too.
    """

    key = "conservation"
    name = "every accepted record is delivered exactly once"

    def __init__(self, tolerated: Collection[Flaw] = (Flaw.REORDERED,)) -> None:
        self._tolerated = frozenset(tolerated)
        self._violations, self._reported = ProblemCounts(), ProblemCounts()
        self._streams: dict[str, _Stream] = {}
        self._accepted = 0
        self._delivered = 0

    def observe(self, event: Event) -> None:
        match event:
            case RecordsAccepted():
                self._accepted += len(event.records)
                self._stream(event.stream).accept(event.records, event.at)
            case RecordsProcessed():
                self._stream(event.stream).replace(event)
            case ObjectDelivered():
                self._delivered += len(event.records)
                self._deliver(event)
            case RecordsLost():
                self._lose(event)
            case FaultInjected(kind=DuplicateDelivery.kind):
                self._tolerated |= {Flaw.DUPLICATED}

    def finding(self, end: HistoryEnd) -> Finding:
        missing = ProblemCounts()
        for name, stream in self._streams.items():
            if stream.pending:
                text, acceptances = next(iter(stream.pending.items()))
                example = f"{name} accepted {_shortened(text)} at {acceptances[0].accepted}"
                missing.add("accepted but not delivered", example, stream.pending_count())
        reported = f"; {self._reported}" if self._reported else ""
        return conclude(
            self.name,
            end,
            violations=self._violations,
            missing=missing,
            doubt="" if self._accepted or self._delivered else "no record was seen",
            passed=f"{pluralize(self._accepted, 'record')} accepted and delivered{reported}",
        )

    def _stream(self, name: str) -> "_Stream":
        return self._streams.setdefault(name, _Stream())

    def _deliver(self, event: ObjectDelivered) -> None:
        stream = self._stream(event.stream)
        for text in event.records:
            flaw = stream.deliver(text)
            if flaw:
                self._add(flaw, f"{_shortened(text)} in {event.key} at {rfc3339(event.at)}")

    def _lose(self, event: RecordsLost) -> None:
        for text in event.records:
            self._stream(event.stream).take(text)
            self._add(Flaw.LOST, f"{_shortened(text)} at {rfc3339(event.at)}, {event.reason}")

    def _add(self, flaw: Flaw, example: str) -> None:
        counts = self._reported if flaw in self._tolerated else self._violations
        counts.add(flaw, example)


class _Acceptance:
    """When a record was accepted, and its number in the stream."""

    __slots__ = ("accepted", "number")

    def __init__(self, number: int, accepted: str) -> None:
        self.number = number
        self.accepted = accepted


class _Stream:
    """What one stream holds: for each text, when it was accepted, oldest first."""

    def __init__(self) -> None:
        self.pending: dict[str, list[_Acceptance]] = {}
        self._delivered = RecentMapping[str, bool](REMEMBERED)
        self._count = 0
        self._furthest = -1

    def accept(self, records: Iterable[str], at: datetime) -> None:
        accepted = rfc3339(at)
        for text in records:
            self.pending.setdefault(text, []).append(_Acceptance(self._count, accepted))
            self._count += 1

    def replace(self, event: RecordsProcessed) -> None:
        """Expect the results instead of the records that they were made of."""
        for text in event.records:
            self.take(text)
        self.accept(event.results, event.at)

    def deliver(self, text: str) -> Flaw | None:
        acceptance = self.take(text)
        if acceptance is None:
            return Flaw.DUPLICATED if self._delivered.get(text) else Flaw.INVENTED
        self._delivered.put(text, value=True)
        late, self._furthest = (
            acceptance.number < self._furthest,
            max(self._furthest, acceptance.number),
        )
        return Flaw.REORDERED if late else None

    def take(self, text: str) -> _Acceptance | None:
        """Remove and return the oldest acceptance of the text; None if it is not held."""
        acceptances = self.pending.get(text)
        if acceptances is None:
            return None
        acceptance = acceptances.pop(0)
        if not acceptances:
            del self.pending[text]
        return acceptance

    def pending_count(self) -> int:
        return sum(len(acceptances) for acceptances in self.pending.values())


def _shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."
