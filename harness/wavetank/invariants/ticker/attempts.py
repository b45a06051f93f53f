"""Whose a delivered record is: the attempt that put it into the stream."""

from dataclasses import dataclass
from datetime import datetime

from wavetank.history import AttemptBegan, Event, Invoked, RecordsAccepted, RuleFired
from wavetank.invariants.interval_set import Recent

REQUESTS_REMEMBERED = 10_000
RECORDS_REMEMBERED = 40_000
"""Of those that are accepted and not delivered; 33 hours of them, longer than Firehose tries."""


@dataclass(frozen=True)
class TickAttempt:
    """A try at one tick.

    `due` is the instant that it was fired for; of one that nobody named, when it began.
    """

    request: str
    number: int
    due: datetime
    began: datetime


class Attempts:
    """Follows records from the stream to S3."""

    def __init__(self) -> None:
        self._due = Recent[str, datetime](REQUESTS_REMEMBERED)
        self._latest = Recent[str, TickAttempt](REQUESTS_REMEMBERED)
        self._accepted = Recent[str, TickAttempt](RECORDS_REMEMBERED)

    def observe(self, event: Event) -> None:
        """Takes in the next event."""
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
        """Who put it, once: a second copy is nobody's."""
        return self._accepted.pop(text)
