"""The minutes of somebody's own script, which may stamp its records with the time of its work.

The project's handler stamps with the event's minute; the assignment's script with `now`, and now
+15, +30 and +45 s. Where the rule fires at second 20 the last of these is in the next minute, so
the clock's minutes do not tell ticks apart. What does is which attempt put a record.
"""

from datetime import datetime, timedelta

from wavetank.core.clock import rfc3339
from wavetank.core.ticker import RECORDS_PER_TICK, SAMPLES_PER_TICK
from wavetank.core.ticker_records import Sample
from wavetank.history import Event
from wavetank.invariants.interval_set import Recent, Spans
from wavetank.invariants.ticker.attempts import Attempts, TickAttempt
from wavetank.invariants.ticker.tick_completeness import (
    MINUTE,
    PLACES,
    REQUESTS_REMEMBERED,
    MinuteCounter,
    minute_of,
)

BETWEEN_SAMPLES = timedelta(seconds=15)


class OwnTally(MinuteCounter):
    """Besides the clock's minutes, the minutes after each firing.

    A tick is whole where one attempt delivered four samples of each of the five tickers, 15 seconds
    apart. It did its work where the first of them is in the minute from its firing or from the
    attempt's beginning: a script that stamps with `now` says of a retry when that was. The data has
    a minute only where the first is in the minute from its firing, whoever put it: after a retry a
    minute later, the minute that failed is a hole to whoever reads the bucket.
    """

    def __init__(self) -> None:
        super().__init__()
        self._worked = Spans()
        self._attempts = Attempts()
        self._put = Recent[TickAttempt, list[Sample]](REQUESTS_REMEMBERED)
        self._elsewhere = Recent[int, datetime](REQUESTS_REMEMBERED)

    @property
    def delivered(self) -> Spans:
        return self._worked

    def observe(self, event: Event) -> None:
        self._attempts.observe(event)
        super().observe(event)

    def shown(self, minute: int) -> str:
        stamped = self._elsewhere.get(minute)
        note = f"; its tick put them under {rfc3339(stamped)}" if stamped else ""
        return super().shown(minute) + note

    def _tick_off(self, sample: Sample) -> None:
        super()._tick_off(sample)
        minute = minute_of(sample.instant)
        if minute in self.complete:
            self._worked.add(minute)
        attempt = self._attempts.take(sample.text)
        if attempt is None:
            return
        put = self._put.get(attempt) or []
        put.append(sample)
        self._put.put(attempt, put)
        if len(put) >= RECORDS_PER_TICK and _is_whole(put):
            self._put.pop(attempt)
            self._count(attempt, min(other.instant for other in put))

    def _count(self, attempt: TickAttempt, first: datetime) -> None:
        """A whole tick, whose first sample is stamped so."""
        fired = minute_of(attempt.due)
        away = (first - _whole_second(attempt.due)) // MINUTE
        self.complete.add(fired + away)
        self._worked.add(fired + away)
        if (first - _whole_second(attempt.began)) // MINUTE == 0:
            self._worked.add(fired)
        if away:
            self._elsewhere.put(fired, first)


def _is_whole(samples: list[Sample]) -> bool:
    """Whether all four samples of each ticker are there, counted from the first of all."""
    first = min(sample.instant for sample in samples)
    found = {
        (sample.ticker, (sample.instant - first) // BETWEEN_SAMPLES)
        for sample in samples
        if sample.ticker in PLACES
    }
    return found >= {(ticker, number) for ticker in PLACES for number in range(SAMPLES_PER_TICK)}


def _whole_second(instant: datetime) -> datetime:
    """A script may stamp without the fraction, and so a little before it began."""
    return instant.replace(microsecond=0)
