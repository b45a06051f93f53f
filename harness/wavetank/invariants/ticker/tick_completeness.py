"""Which minutes were fired, by a rule or by hand, and which have all their records in S3.

Whole minutes are remembered as stretches, incomplete ones as a number each, so a month costs little
more than an hour.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from wavetank.core.clock import rfc3339
from wavetank.core.ticker import FIRST_PRICES, RECORDS_PER_TICK
from wavetank.core.ticker_records import Sample
from wavetank.history import Event, Invoked, RuleFired
from wavetank.invariants.interval_set import Recent, Spans
from wavetank.invariants.ticker.delivered_samples import delivered_samples

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REQUESTS_REMEMBERED = 10_000
"""A week of minutes; Lambda gives a request up within six hours."""
INSTANTS_KEPT = 256
"""Every ticker has a sample of the same instant, and every tally counts each of them."""
PLACES = {first.ticker: place for place, first in enumerate(FIRST_PRICES)}


class MinuteCounter:
    """Minutes by number, counted from 1970; a record is of the minute that it is stamped with."""

    def __init__(self) -> None:
        self.fired = Spans()
        self.complete = Spans()
        self._partial: dict[int, int] = {}
        self._requests = Recent[str, int](REQUESTS_REMEMBERED)

    @property
    def delivered(self) -> Spans:
        """The minutes whose ticks did their work, as far as S3 shows it."""
        return self.complete

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
        if isinstance(event, RuleFired | Invoked):
            minute = minute_of(event.due)
            self.fired.add(minute)
            self._requests.put(event.request, minute)
        for sample in delivered_samples(event):
            self._tick_off(sample)

    def of_request(self, request: str) -> int | None:
        """The minute that the request was fired for; None where it is no tick's."""
        return self._requests.get(request)

    def shown(self, minute: int) -> str:
        """The minute, and what there is of it."""
        records = self._partial.get(minute, 0).bit_count()
        return f"{rfc3339(EPOCH + minute * MINUTE)} with {records} of {RECORDS_PER_TICK} records"

    def _tick_off(self, sample: Sample) -> None:
        minute = minute_of(sample.instant)
        place = PLACES.get(sample.ticker)
        if place is None or minute in self.complete:
            return
        # one bit for each ticker and second
        seen = self._partial.get(minute, 0) | 1 << (place * 60 + sample.instant.second)
        self._partial[minute] = seen
        if seen.bit_count() >= RECORDS_PER_TICK:
            del self._partial[minute]
            self.complete.add(minute)


@lru_cache(INSTANTS_KEPT)
def minute_of(instant: datetime) -> int:
    """The number of the minute that the instant falls in."""
    return (instant - EPOCH) // MINUTE
