"""The entry point of the streaming function: settings, clients, event in, answer out.

Everything it works with comes by its environment, so the same bytes run on AWS and on an emulator.
Time comes from the event: a retry an hour later still makes the minute it was asked for.
"""

import logging
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from streaming.aws import StreamingAws
from streaming.record import FORMATS
from streaming.tick import run_tick
from streaming.walk import tick_of

LOGGER = logging.getLogger("streaming")
LOGGER.setLevel(logging.INFO)
CLIENT_CONFIG = Config(
    connect_timeout=2, read_timeout=8, retries={"mode": "standard", "max_attempts": 3}
)


class EventError(ValueError):
    """The event does not say which tick is meant."""


@dataclass(frozen=True)
class Settings:
    """What the deployment decided."""

    table: str
    stream: str
    record_format: str
    late_max: timedelta


@cache
def _settings() -> Settings:
    given = os.environ  # noqa: TID251 - what the deployment decided
    return Settings(
        table=given["TABLE_NAME"],
        stream=given["DELIVERY_STREAM_NAME"],
        record_format=given.get("RECORD_FORMAT", "ndjson"),
        late_max=timedelta(minutes=int(given["LATE_MINUTES_MAX"])),
    )


@cache
def _aws() -> StreamingAws:
    """Made at the first event and kept for the environment's life; a client costs 50 ms."""
    settings = _settings()
    return StreamingAws(
        dynamodb=boto3.client("dynamodb", config=CLIENT_CONFIG),
        firehose=boto3.client("firehose", config=CLIENT_CONFIG),
        table=settings.table,
        stream=settings.stream,
        encode=FORMATS[settings.record_format],
    )


def lambda_handler(event: dict[str, Any], _context: object) -> dict[str, object]:
    """Makes the tick of the event's `time`; the answer says how many records it delivered."""
    settings = _settings()
    tick = tick_of(_event_time(event))
    summary = run_tick(_aws(), tick, settings.late_max, seed=settings.stream)
    answer = {"tick": summary.tick.isoformat(), "records": summary.records}
    LOGGER.info("tick delivered" if summary.records else "tick was already delivered", extra=answer)
    return answer


def _event_time(event: dict[str, Any]) -> datetime:
    time = event.get("time") if isinstance(event, dict) else None
    try:
        instant = datetime.fromisoformat(str(time))
    except ValueError as error:
        raise EventError(
            f"expected a scheduled event with a time such as 2026-11-23T18:06:00Z, found {time!r}"
        ) from error
    if instant.tzinfo is None:
        raise EventError(f"expected a time with a zone, found {time!r}")
    return instant
