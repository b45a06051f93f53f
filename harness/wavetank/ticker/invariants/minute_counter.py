"""Counts which minutes were fired, and which have all their records in S3.

Complete minutes are stored as intervals and incomplete ones as a number each, so a month takes
little more memory than an hour.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from wavetank.core.clock import rfc3339
from wavetank.history import Event, Invoked, RuleFired
from wavetank.invariants.interval_set import IntervalSet, RecentMapping
from wavetank.ticker.contract import FIRST_PRICES, RECORDS_PER_TICK
from wavetank.ticker.invariants.delivered_samples import delivered_samples
from wavetank.ticker.records import Sample

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REQUESTS_REMEMBERED = 10_000
"""A week of minutes; Lambda discards a request within six hours."""
CACHED_INSTANTS = 256
"""Every ticker has a sample of the same instant, and every counter counts each of them."""
TICKER_INDEX = {first.ticker: index for index, first in enumerate(FIRST_PRICES)}


class MinuteCounter:
    """Counts fired and delivered minutes; a record belongs to the minute of its timestamp.

    Minutes are numbered since 1970.
    """

    def __init__(self) -> None:
        self.fired = IntervalSet()
        self.complete = IntervalSet()
        self._partial: dict[int, int] = {}
        self._requests = RecentMapping[str, int](REQUESTS_REMEMBERED)

    @property
    def delivered(self) -> IntervalSet:
        """The minutes whose ticks did their work, as far as S3 shows it."""
        return self.complete

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        if isinstance(event, RuleFired | Invoked):
            minute = minute_of(event.due)
            self.fired.add(minute)
            self._requests.put(event.request, minute)
        for sample in delivered_samples(event):
            self._count_sample(sample)

    def of_request(self, request: str) -> int | None:
        """The minute that the request was fired for; None if it is not a tick's."""
        return self._requests.get(request)

    def describe(self, minute: int) -> str:
        """The minute, and how many of its records were delivered."""
        records = self._partial.get(minute, 0).bit_count()
        return f"{rfc3339(EPOCH + minute * MINUTE)} with {records} of {RECORDS_PER_TICK} records"

    def _count_sample(self, sample: Sample) -> None:
        minute = minute_of(sample.instant)
        index = TICKER_INDEX.get(sample.ticker)
        if index is None or minute in self.complete:
            return
        # one bit for each ticker and second, so that a copy counts once
        seen = self._partial.get(minute, 0) | 1 << (index * 60 + sample.instant.second)
        self._partial[minute] = seen
        if seen.bit_count() >= RECORDS_PER_TICK:
            del self._partial[minute]
            self.complete.add(minute)


@lru_cache(CACHED_INSTANTS)
def minute_of(instant: datetime) -> int:
    """The number of the minute that the instant falls in."""
    return (instant - EPOCH) // MINUTE
