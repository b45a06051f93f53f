"""An event that was exported, and the ways in which a workload can send it again."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

MILLISECONDS = 10**11
"""Larger numbers are milliseconds: as seconds they would be after the year 5000."""


@dataclass(frozen=True, kw_only=True)
class Resending:
    """A way to send an event again: the kind of workload, its body, and its other fields.

    `resource` is the ARN or the name of what the event was sent to; None if that is not known.
    """

    kind: str
    body: bytes
    resource: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class ExportedEvent:
    """An event with the instant at which it was sent; `where` says what it was read from.

    `ways` begins with the one that is preferred. `left_out` names parts of it that no workload can
    send.
    """

    where: str
    content: bytes
    at: datetime | None = None
    ways: tuple[Resending, ...] = ()
    left_out: tuple[str, ...] = ()

    def resending(self, kind: str) -> Resending:
        """The way of that kind; by default with the content as it was exported."""
        known = (way for way in self.ways if way.kind == kind)
        return next(known, Resending(kind=kind, body=self.content))


def json_bytes(value: Any) -> bytes:
    """The value in JSON."""
    return json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")


def instant_of(written: Any) -> datetime | None:
    """The instant of an ISO 8601 text, or of milliseconds or seconds since 1970; None if neither.

    [SQS: SentTimestamp; CloudWatch Logs: timestamp; Kinesis: approximateArrivalTimestamp]
    """
    try:
        if isinstance(written, str) and not written.isdecimal():
            instant = datetime.fromisoformat(written)
            return instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        number = float(written)
        return datetime.fromtimestamp(number / 1000 if number > MILLISECONDS else number, UTC)
    except (OverflowError, TypeError, ValueError, OSError):
        return None
