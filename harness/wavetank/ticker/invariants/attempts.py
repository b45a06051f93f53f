"""Which attempt put a delivered record into the stream."""

from dataclasses import dataclass
from datetime import datetime

from wavetank.history import AttemptBegan, Event, Invoked, RecordsAccepted, RuleFired
from wavetank.invariants.interval_set import RecentMapping

REQUESTS_REMEMBERED = 10_000
RECORDS_REMEMBERED = 40_000
"""Accepted and not yet delivered: 33 hours of records, longer than Firehose retries."""


@dataclass(frozen=True)
class TickAttempt:
    """An attempt of the streaming function at one tick.

    `due` is the instant that the tick was fired for; if it is not known, when the attempt began.
    """

    request: str
    number: int
    due: datetime
    began: datetime


class RecordAttempts:
    """Finds the attempt that put each delivered record into the stream."""

    def __init__(self) -> None:
        self._due = RecentMapping[str, datetime](REQUESTS_REMEMBERED)
        self._latest = RecentMapping[str, TickAttempt](REQUESTS_REMEMBERED)
        self._accepted = RecentMapping[str, TickAttempt](RECORDS_REMEMBERED)

    def observe(self, event: Event) -> None:
        """Observe the next event."""
        match event:
            case RuleFired() | Invoked():
                self._due.put(event.request, event.due)
            case AttemptBegan(request=request):
                due = self._due.get(request) or event.at
                self._latest.put(request, TickAttempt(request, event.attempt, due, event.at))
            case RecordsAccepted():
                attempt = self._latest.get(event.request)
                if attempt is not None:
                    for text in event.records:
                        self._accepted.put(text, attempt)

    def take(self, text: str) -> TickAttempt | None:
        """The attempt that put the record. Only once: a second copy has none."""
        return self._accepted.pop(text)
