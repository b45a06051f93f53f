"""Follows each record from the stream's acceptance to its object: its delay, or its loss.

Records are identified by their text, as in the invariants. If the stream's acceptance was not
observable, as on a live engine, the delay counts from the tick: the minute in the record's
timestamp. Memory holds what the stream buffers, and the latest delivered texts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.core.clock import floor_to_minute
from wavetank.history import (
    Event,
    ObjectDelivered,
    RecordsAccepted,
    RecordsLost,
    RecordsProcessed,
)
from wavetank.invariants.interval_set import RecentMapping
from wavetank.reporting.report.distribution import (
    COUNT_EDGES,
    DELAY_EDGES_MS,
    SIZE_EDGES,
    ValueDistribution,
    distribution,
)
from wavetank.reporting.report.marks import Bins, Lane, LaneBuilder, MarkKind
from wavetank.reporting.report.prices import Prices
from wavetank.ticker.records import parse_sample

REMEMBERED = 50_000
"""Delivered texts; as many as the conservation invariant remembers."""
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class RecordFigures:
    """Counts, delays and sizes of a run's records.

    `waiting` were accepted and neither delivered nor lost at the end. Delays are in milliseconds,
    sizes in bytes before compression; each is None if there is nothing to measure.
    """

    accepted: int
    delivered: int
    again: int
    lost: int
    waiting: int
    objects: int
    delay: ValueDistribution | None
    delay_from_tick: bool
    size: ValueDistribution | None
    per_object: ValueDistribution | None


class Records:
    """Follows every record of a run, and passes delivered and lost ones to the prices."""

    def __init__(self, bins: Bins, prices: Prices) -> None:
        self._lane = LaneBuilder("Objects", bins)
        self._prices = prices
        self._in_flight: dict[tuple[str, str], list[datetime]] = {}
        self._delivered = RecentMapping[tuple[str, str], bool](REMEMBERED)
        self._counts = Counter[str]()
        self._delays, self._sizes, self._numbers = Counter[int](), Counter[int](), Counter[int]()

    def observe(self, event: Event) -> None:
        """Processes the next event."""
        match event:
            case RecordsAccepted():
                self._counts["accepted"] += len(event.records)
                for text in event.records:
                    self._in_flight.setdefault((event.stream, text), []).append(event.at)
            case RecordsProcessed():
                self._process(event)
            case ObjectDelivered():
                self._deliver(event)
            case RecordsLost():
                self._lose(event)

    def lanes(self) -> list[Lane]:
        """One lane, even if it is empty."""
        return [self._lane.lane()]

    def figures(self) -> RecordFigures:
        """All counts, once every event was processed."""
        counts = self._counts
        return RecordFigures(
            accepted=counts["accepted"],
            delivered=counts["delivered"],
            again=counts["again"],
            lost=counts["lost"],
            waiting=sum(len(accepted_at) for accepted_at in self._in_flight.values()),
            objects=self._sizes.total(),
            delay=distribution(self._delays, DELAY_EDGES_MS),
            delay_from_tick=not counts["accepted"],
            size=distribution(self._sizes, SIZE_EDGES),
            per_object=distribution(self._numbers, COUNT_EDGES),
        )

    def waiting(self) -> Iterator[str]:
        """The texts that were accepted and neither delivered nor lost."""
        for (_, text), accepted_at in self._in_flight.items():
            yield from (text for _ in accepted_at)

    def _deliver(self, event: ObjectDelivered) -> None:
        again = sum(self._deliver_one(event, text) for text in event.records)
        size = sum(len(text.encode()) for text in event.records)
        self._sizes[size] += 1
        self._numbers[len(event.records)] += 1
        self._counts["delivered"] += len(event.records)
        self._counts["again"] += again
        note = f"{len(event.records)} records, {size} bytes"
        note += f", {again} of them again" if again else ""
        self._lane.add(MarkKind.COPIES if again else MarkKind.DELIVERED, event.at, note)

    def _deliver_one(self, event: ObjectDelivered, text: str) -> bool:
        """Whether the record was delivered before."""
        key = (event.stream, text)
        since = self._take(key) or self._tick_of(text)
        again = bool(self._delivered.get(key))
        if since is not None:
            self._delays[max(0, (event.at - since) // MILLISECOND)] += 1
        self._delivered.put(key, value=True)
        self._prices.deliver(text, again=again)
        return again

    def _lose(self, event: RecordsLost) -> None:
        self._counts["lost"] += len(event.records)
        for text in event.records:
            self._take((event.stream, text))
            self._prices.lose(text)
        note = f"{len(event.records)} records, {event.reason}"
        self._lane.add(MarkKind.LOST, event.at, note)

    def _process(self, event: RecordsProcessed) -> None:
        """Expect the results; they arrived when the records did that they were made of."""
        taken = [self._take((event.stream, text)) for text in event.records]
        since = min((instant for instant in taken if instant is not None), default=event.at)
        for text in event.results:
            self._in_flight.setdefault((event.stream, text), []).append(since)

    def _take(self, key: tuple[str, str]) -> datetime | None:
        accepted_at = self._in_flight.get(key)
        if accepted_at is None:
            return None
        since = accepted_at.pop(0)  # equal texts are delivered in the order of acceptance
        if not accepted_at:
            del self._in_flight[key]
        return since

    def _tick_of(self, text: str) -> datetime | None:
        """The record's minute, if the stream's acceptance was not observable."""
        sample = None if self._counts["accepted"] else parse_sample(text)
        return floor_to_minute(sample.instant) if sample else None
