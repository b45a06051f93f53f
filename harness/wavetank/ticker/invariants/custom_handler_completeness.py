"""Counts the ticks of a custom handler, whose records may have the time of its work.

The project's handler stamps records with the event's minute; the assignment's script with `now`,
and now +15, +30 and +45 s. If the rule fires at second 20 the last of these is in the next minute,
so the minutes of the clock do not separate ticks. The attempt that put a record does.
"""

from datetime import datetime, timedelta

from wavetank.core.clock import rfc3339
from wavetank.history import Event
from wavetank.invariants.interval_set import IntervalSet, RecentMapping
from wavetank.ticker.contract import RECORDS_PER_TICK, SAMPLES_PER_TICK
from wavetank.ticker.invariants.attempts import RecordAttempts, TickAttempt
from wavetank.ticker.invariants.minute_counter import (
    MINUTE,
    REQUESTS_REMEMBERED,
    TICKER_INDEX,
    MinuteCounter,
    minute_of,
)
from wavetank.ticker.records import Sample

BETWEEN_SAMPLES = timedelta(seconds=15)


class CustomHandlerCounter(MinuteCounter):
    """Counts the minutes of a custom handler: those of the clock, and those after each firing.

    A tick is complete if one attempt delivered four samples of each of the five tickers, 15 seconds
    apart. It did its work if the first of them is in the minute from its firing or from the start
    of the attempt: a script that stamps with `now` stamps a retry with the time of the retry. The
    data has a minute only if the first sample is in the minute from its firing, whichever attempt
    put it: after a retry a minute later, a reader of the bucket finds the failed minute empty.
    """

    def __init__(self) -> None:
        super().__init__()
        self._delivered = IntervalSet()
        self._attempts = RecordAttempts()
        self._put = RecentMapping[TickAttempt, list[Sample]](REQUESTS_REMEMBERED)
        self._stamped_at = RecentMapping[int, datetime](REQUESTS_REMEMBERED)

    @property
    def delivered(self) -> IntervalSet:
        return self._delivered

    def observe(self, event: Event) -> None:
        self._attempts.observe(event)
        super().observe(event)

    def describe(self, minute: int) -> str:
        stamped = self._stamped_at.get(minute)
        note = f"; its tick put them under {rfc3339(stamped)}" if stamped else ""
        return super().describe(minute) + note

    def _count_sample(self, sample: Sample) -> None:
        super()._count_sample(sample)
        minute = minute_of(sample.instant)
        if minute in self.complete:
            self._delivered.add(minute)
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
        """Count a complete tick with this first timestamp."""
        fired = minute_of(attempt.due)
        minutes_off = (first - _whole_second(attempt.due)) // MINUTE
        self.complete.add(fired + minutes_off)
        self._delivered.add(fired + minutes_off)
        if (first - _whole_second(attempt.began)) // MINUTE == 0:
            self._delivered.add(fired)
        if minutes_off:
            self._stamped_at.put(fired, first)


def _is_whole(samples: list[Sample]) -> bool:
    """Whether all four samples of each ticker are there, counted from the first of all."""
    first = min(sample.instant for sample in samples)
    found = {
        (sample.ticker, (sample.instant - first) // BETWEEN_SAMPLES)
        for sample in samples
        if sample.ticker in TICKER_INDEX
    }
    return found >= {
        (ticker, number) for ticker in TICKER_INDEX for number in range(SAMPLES_PER_TICK)
    }


def _whole_second(instant: datetime) -> datetime:
    """The instant without its fraction: a script may stamp without it, and so before it began."""
    return instant.replace(microsecond=0)
