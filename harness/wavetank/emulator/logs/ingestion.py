"""Which events of a PutLogEvents are stored, and which are rejected by their time.

[CloudWatch Logs API reference, PutLogEvents, RejectedLogEventsInfo]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

AGE_MAX = timedelta(days=14)
FUTURE_MAX = timedelta(hours=2)

type InputEvent = Mapping[str, Any]


class EventOrderError(ValueError):
    """Events of one put that are not in chronological order."""


@dataclass(frozen=True)
class AcceptedEvents:
    """The events that are stored, and where the rejected ones are, as in the API."""

    events: tuple[InputEvent, ...]
    rejected: Mapping[str, int]


def accept_events(
    events: Sequence[InputEvent], now: datetime, retention_days: int | None
) -> AcceptedEvents:
    """The events that are neither too old, nor expired, nor too new.

    Raises:
        EventOrderError: they are not in chronological order.
    """
    times = [int(event["timestamp"]) for event in events]
    if times != sorted(times):
        raise EventOrderError
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
    return AcceptedEvents(tuple(events[first:last]), rejected)


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
