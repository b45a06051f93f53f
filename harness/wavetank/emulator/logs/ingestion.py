"""Which events of a PutLogEvents are stored, and which are rejected by their time.

[CloudWatch Logs API reference, PutLogEvents, RejectedLogEventsInfo]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

AGE_MAX = timedelta(days=14)
FUTURE_MAX = timedelta(hours=2)

SPAN_MAX = timedelta(hours=24)
BATCH_BYTES_MAX = 1_048_576
EVENT_BYTES = 26
"""Counted for each event, besides its message in UTF-8."""
NO_ORDER = "Log events in a single PutLogEvents request must be in chronological order."
TOO_LONG = (
    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
)

type InputEvent = Mapping[str, Any]


class EventBatchError(ValueError):
    """A PutLogEvents batch that AWS refuses as a whole; the text is its message."""


@dataclass(frozen=True)
class AcceptedEvents:
    """The log events of a put that are stored, and the positions of rejected ones."""

    events: tuple[InputEvent, ...]
    rejected: Mapping[str, int]


def accept_events(
    events: Sequence[InputEvent], now: datetime, retention_days: int | None
) -> AcceptedEvents:
    """The events that are neither too old, nor expired, nor too new.

    Raises:
        EventBatchError: they are not in order, span more than a day, or are too large.
    """
    times = [int(event["timestamp"]) for event in events]
    if times != sorted(times):
        raise EventBatchError(NO_ORDER)
    size = sum(len(str(event["message"]).encode()) + EVENT_BYTES for event in events)
    if size > BATCH_BYTES_MAX:
        raise EventBatchError(
            f"Upload too large: {size} bytes exceeds limit of {BATCH_BYTES_MAX} bytes"
        )
    oldest, newest = _milliseconds(now - AGE_MAX), _milliseconds(now + FUTURE_MAX)
    first = sum(time < oldest for time in times)
    last = sum(time <= newest for time in times)
    rejected = {}
    if first:
        rejected["tooOldLogEventEndIndex"] = first
    if last < len(times):
        rejected["tooNewLogEventStartIndex"] = last
    if retention_days is not None:
        kept_from = _milliseconds(now - timedelta(days=retention_days))
        if expired := sum(time < kept_from for time in times):
            rejected["expiredLogEventEndIndex"] = expired
            first = max(first, expired)
    stored = times[first:last]  # whether AWS counts rejected events, too, is not documented
    if stored and stored[-1] - stored[0] > SPAN_MAX // timedelta(milliseconds=1):
        raise EventBatchError(TOO_LONG)
    return AcceptedEvents(tuple(events[first:last]), rejected)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
