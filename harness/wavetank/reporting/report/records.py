"""Each record from the stream's acceptance to its object: how long it took, and what never came.

Records are told apart by their text, as the judges tell them. Where nobody could see what the
stream accepted, as on a live engine, the delay counts from the tick: the minute that the record is
stamped with. Memory is for what the stream holds, and for the latest delivered texts.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.core.clock import floor_to_minute
from wavetank.core.ticker_records import parse_sample
from wavetank.history import Event, ObjectDelivered, RecordsAccepted, RecordsLost
from wavetank.invariants.interval_set import RecentMapping
from wavetank.reporting.report.distribution import (
    COUNT_EDGES,
    DELAY_EDGES_MS,
    SIZE_EDGES,
    Distribution,
    distribution,
)
from wavetank.reporting.report.marks import Bins, Lane, LaneBuilder, MarkKind
from wavetank.reporting.report.prices import Prices

REMEMBERED = 50_000
"""Delivered texts; as many as the judge of conservation remembers."""
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, kw_only=True)
class RecordFigures:
    """How many there were. `waiting` were accepted and neither delivered nor lost at the end.

    Delays are in milliseconds, sizes in bytes before any compression; each is None where there is
    nothing to measure.
    """

    accepted: int
    delivered: int
    again: int
    lost: int
    waiting: int
    objects: int
    delay: Distribution | None
    delay_from_tick: bool
    size: Distribution | None
    per_object: Distribution | None


class Records:
    """Follows every record, and tells the prices of each that ends."""

    def __init__(self, bins: Bins, prices: Prices) -> None:
        self._lane = LaneBuilder("Objects", bins)
        self._prices = prices
        self._held: dict[tuple[str, str], list[datetime]] = {}
        self._delivered = RecentMapping[tuple[str, str], bool](REMEMBERED)
        self._counts = Counter[str]()
        self._delays, self._sizes, self._numbers = Counter[int](), Counter[int](), Counter[int]()

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        match event:
            case RecordsAccepted():
                self._counts["accepted"] += len(event.records)
                for text in event.records:
                    self._held.setdefault((event.stream, text), []).append(event.at)
            case ObjectDelivered():
                self._deliver(event)
            case RecordsLost():
                self._lose(event)

    def lanes(self) -> list[Lane]:
        """One, whatever happened."""
        return [self._lane.lane()]

    def figures(self) -> RecordFigures:
        """All that was counted, once every event was taken in."""
        counts = self._counts
        return RecordFigures(
            accepted=counts["accepted"],
            delivered=counts["delivered"],
            again=counts["again"],
            lost=counts["lost"],
            waiting=sum(len(places) for places in self._held.values()),
            objects=self._sizes.total(),
            delay=distribution(self._delays, DELAY_EDGES_MS),
            delay_from_tick=not counts["accepted"],
            size=distribution(self._sizes, SIZE_EDGES),
            per_object=distribution(self._numbers, COUNT_EDGES),
        )

    def waiting(self) -> Iterator[str]:
        """The texts that were accepted and never came."""
        for (_, text), places in self._held.items():
            yield from (text for _ in places)

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
        """Whether it is there already."""
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

    def _take(self, key: tuple[str, str]) -> datetime | None:
        places = self._held.get(key)
        if places is None:
            return None
        since = places.pop(0)
        if not places:
            del self._held[key]
        return since

    def _tick_of(self, text: str) -> datetime | None:
        """Its minute, where what the stream accepted cannot be seen."""
        sample = None if self._counts["accepted"] else parse_sample(text)
        return floor_to_minute(sample.instant) if sample else None
