"""Writes what a function prints to CloudWatch Logs, with the function's own permissions.

LocalStack creates the log group before every new stream; a role that may not create groups, as a
deployed one should not, would lose its logs. Here, as on AWS, the group is only created if it does
not exist.
[LocalStack 4.14: services/lambda_/invocation/logs.py; Lambda developer guide:
monitoring-cloudwatchlogs]

LocalStack holds all events in memory, so a group is limited to its newest EVENTS_RETAINED to
EVENTS_MAX, and of those the newest 32 to 48 MB; on AWS its retention period limits it.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.logs import LogHandler, LogItem
from localstack.utils.aws.client_types import ServicePrincipal
from moto.logs.models import logs_backends

from wavetank.core.clock import Clock

EVENTS_RETAINED = 10_000
EVENTS_MAX = 12_000
"""The maximum of a group. Many are dropped at once, because that moves all others in the list."""
BYTES_RETAINED = 32 * 2**20
BYTES_UNCHECKED = 16 * 2**20
"""Bytes written to a group before its size is computed again, which reads all of its events."""
LOG = logging.getLogger(__name__)


def write_logs(handler: LogHandler, clock: Clock) -> None:
    """Write the contents of the handler's queue until it is shut down; the body of a thread."""
    principal: Any = ServicePrincipal.lambda_
    logs = connect_to.with_assumed_role(
        region_name=handler.region,
        role_arn=handler.role_arn,
        service_principal=principal,
    ).logs
    unchecked_bytes = 0
    while isinstance(item := handler.log_queue.get(), LogItem):
        try:
            write_item(logs, item, clock.now())
            streams = _streams(handler, item.log_group)
            drop_oldest(streams, EVENTS_RETAINED, EVENTS_MAX)
            unchecked_bytes += len(item.logs)
            if unchecked_bytes > BYTES_UNCHECKED:
                drop_oldest_bytes(streams, BYTES_RETAINED)
                unchecked_bytes = 0
        except logs.exceptions.ClientError as error:
            LOG.warning("A function's logs are lost: %s", error)


def write_item(logs: Any, item: LogItem, now: datetime) -> None:
    """Put the lines of the item with that timestamp; its stream is created if it does not exist.

    Raises:
        ClientError: the caller may not write, or may not create the stream or the group.
    """
    timestamp = int(now.timestamp() * 1000)
    events = [
        {"timestamp": timestamp, "message": f"{line}\n"} for line in item.logs.split("\n") if line
    ]
    stream = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    try:
        logs.put_log_events(**stream, logEvents=events)
    except logs.exceptions.ResourceNotFoundException:
        _make_stream(logs, item)
        logs.put_log_events(**stream, logEvents=events)


def _streams(handler: LogHandler, group: str) -> list[Any]:
    """The group's streams; none if it has been deleted since."""
    account = handler.role_arn.split(":")[4]
    found = logs_backends[account][handler.region].groups.get(group)
    return [] if found is None else list(found.streams.values())


def drop_oldest(streams: Sequence[Any], kept: int, most: int) -> None:
    """Keep the newest events of a group's streams, which are ordered by their creation."""
    excess = sum(len(stream.events) for stream in streams)
    if excess <= most:
        return
    excess -= kept
    for stream in streams:
        dropped = min(excess, len(stream.events))
        del stream.events[:dropped]
        excess -= dropped


def drop_oldest_bytes(streams: Sequence[Any], bytes_max: int) -> None:
    """Keep the newest events whose messages have this many bytes at most."""
    excess = sum(len(event.message) for stream in streams for event in stream.events) - bytes_max
    for stream in streams:
        dropped = 0
        while excess > 0 and dropped < len(stream.events):
            excess -= len(stream.events[dropped].message)
            dropped += 1
        del stream.events[:dropped]


def _make_stream(logs: Any, item: LogItem) -> None:
    stream = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    try:
        logs.create_log_stream(**stream)
    except logs.exceptions.ResourceNotFoundException:
        logs.create_log_group(logGroupName=item.log_group)
        logs.create_log_stream(**stream)
