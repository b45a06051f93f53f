"""The ticks as wholes: delivered where they succeeded, alerted where they are missing.

A tick is the minute that a rule was due in. Whole minutes are remembered as stretches, incomplete
ones as a number each, so a month costs little more than an hour.
"""

from datetime import UTC, datetime, timedelta

from wavetank.clock import rfc3339
from wavetank.history import AttemptEnded, DestinationReached, Event, Fired, Outcome
from wavetank.history.events import OK
from wavetank.invariants.compact import Recent, Spans
from wavetank.invariants.ending import Ending, Flaws, conclude
from wavetank.invariants.ticker.sample import Sample, delivered_samples
from wavetank.ticker import FIRST_PRICES, RECORDS_PER_TICK
from wavetank.verdicts import Finding
from wavetank.words import counted

MINUTE = timedelta(minutes=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
REQUESTS_REMEMBERED = 10_000
"""A week of minutes; Lambda gives a request up within six hours."""
PLACES = {first.ticker: place for place, first in enumerate(FIRST_PRICES)}


class DeliveredTicks:
    """A tick that an invocation succeeded for has its records in S3, whoever put them there."""

    key = "delivered-ticks"
    name = "a tick that succeeded is delivered"

    def __init__(self) -> None:
        self._ending = Ending()
        self._minutes = _Minutes()
        self._succeeded = Spans()

    def observe(self, event: Event) -> None:
        self._ending.observe(event)
        self._minutes.observe(event)
        if isinstance(event, AttemptEnded) and event.outcome is Outcome.SUCCESS:
            minute = self._minutes.of_request(event.request)
            if minute is not None:
                self._succeeded.add(minute)

    def finding(self) -> Finding:
        absent = Flaws()
        for first, last in self._succeeded.without(self._minutes.complete):
            absent.add("succeeded, not delivered", self._minutes.shown(first), last - first + 1)
        ticks = len(self._succeeded)
        return conclude(
            self.name,
            self._ending,
            wrong=Flaws(),
            absent=absent,
            doubt="" if ticks else "no tick succeeded",
            holds=f"{counted(ticks, 'tick')} succeeded, each with {RECORDS_PER_TICK} records",
        )


class AlertedMinutes:
    """Who was not alerted can rely on every minute being there.

    An alert is a failure's record that reached its destination; whether the e-mails then came is
    for `notices`. A minute that was alerted may be made good later.
    """

    key = "alerted-minutes"
    name = "a minute that is missing raised an alert"

    def __init__(self) -> None:
        self._ending = Ending()
        self._minutes = _Minutes()
        self._alerted = Spans()

    def observe(self, event: Event) -> None:
        self._ending.observe(event)
        self._minutes.observe(event)
        if isinstance(event, DestinationReached) and event.outcome == OK:
            minute = self._minutes.of_request(event.request)
            if minute is not None:
                self._alerted.add(minute)

    def finding(self) -> Finding:
        absent, missing = Flaws(), 0
        for stretch in self._minutes.fired.without(self._minutes.complete):
            missing += stretch[1] - stretch[0] + 1
            for first, last in self._alerted.gaps(*stretch):
                absent.add("missing unalerted", self._minutes.shown(first), last - first + 1)
        return conclude(
            self.name,
            self._ending,
            wrong=Flaws(),
            absent=absent,
            doubt="" if len(self._minutes.fired) else "no tick was fired",
            holds=f"{counted(len(self._alerted), 'minute')} alerted, {missing} of them missing "
            "and the others made good",
        )


class _Minutes:
    """Which minutes were fired, and which have all their records in S3."""

    def __init__(self) -> None:
        self.fired = Spans()
        self.complete = Spans()
        self._partial: dict[int, int] = {}
        self._requests = Recent[str, int](REQUESTS_REMEMBERED)

    def observe(self, event: Event) -> None:
        if isinstance(event, Fired):
            minute = _minute(event.due)
            self.fired.add(minute)
            self._requests.put(event.request, minute)
        for sample in delivered_samples(event):
            self._tick_off(sample)

    def of_request(self, request: str) -> int | None:
        return self._requests.get(request)

    def shown(self, minute: int) -> str:
        records = self._partial.get(minute, 0).bit_count()
        return f"{rfc3339(EPOCH + minute * MINUTE)} with {records} of {RECORDS_PER_TICK} records"

    def _tick_off(self, sample: Sample) -> None:
        minute = _minute(sample.instant)
        place = PLACES.get(sample.ticker)
        if place is None or minute in self.complete:
            return
        # one bit for each ticker and second
        seen = self._partial.get(minute, 0) | 1 << (place * 60 + sample.instant.second)
        self._partial[minute] = seen
        if seen.bit_count() >= RECORDS_PER_TICK:
            del self._partial[minute]
            self.complete.add(minute)


def _minute(instant: datetime) -> int:
    return (instant - EPOCH) // MINUTE
