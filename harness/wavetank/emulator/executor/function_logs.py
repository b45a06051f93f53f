"""What a function prints, into CloudWatch Logs, with the function's own rights.

LocalStack makes the log group before every new stream; a role that may not make groups, as a
deployed one should not, would lose its logs. Here, as on AWS, the group is made only where there is
none. [LocalStack 4.14: services/lambda_/invocation/logs.py; Lambda developer guide:
monitoring-cloudwatchlogs]

LocalStack holds all events in memory, so a group keeps its newest EVENTS_KEPT to EVENTS_MAX; on AWS
its retention decides.
"""

import logging
from collections.abc import Sequence
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.lambda_.invocation.logs import LogHandler, LogItem
from localstack.utils.aws.client_types import ServicePrincipal
from moto.logs.models import logs_backends

from wavetank.clock import Clock

EVENTS_KEPT = 10_000
EVENTS_MAX = 12_000
"""Of a group. The oldest are dropped many at once, since that moves all that are kept."""
LOG = logging.getLogger(__name__)


def write_logs(handler: LogHandler, clock: Clock) -> None:
    """Writes what the handler's queue holds, until it is shut down; the body of a thread."""
    principal: Any = ServicePrincipal.lambda_
    logs = connect_to.with_assumed_role(
        region_name=handler.region,
        role_arn=handler.role_arn,
        service_principal=principal,
    ).logs
    while isinstance(item := handler.log_queue.get(), LogItem):
        try:
            _write(logs, item, clock)
            _bound(handler, item.log_group)
        except logs.exceptions.ClientError as error:
            LOG.warning("A function's logs are lost: %s", error)


def _write(logs: Any, item: LogItem, clock: Clock) -> None:
    now = int(clock.now().timestamp() * 1000)
    events = [{"timestamp": now, "message": f"{line}\n"} for line in item.logs.split("\n") if line]
    place = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    try:
        logs.put_log_events(**place, logEvents=events)
    except logs.exceptions.ResourceNotFoundException:
        _make_stream(logs, item)
        logs.put_log_events(**place, logEvents=events)


def _bound(handler: LogHandler, group: str) -> None:
    account = handler.role_arn.split(":")[4]
    found = logs_backends[account][handler.region].groups.get(group)
    if found is not None:  # it may have been deleted meanwhile
        drop_oldest(list(found.streams.values()), EVENTS_KEPT, EVENTS_MAX)


def drop_oldest(streams: Sequence[Any], kept: int, most: int) -> None:
    """Leaves the newest events of a group's streams, which are ordered by their creation."""
    excess = sum(len(stream.events) for stream in streams)
    if excess <= most:
        return
    excess -= kept
    for stream in streams:
        dropped = min(excess, len(stream.events))
        del stream.events[:dropped]
        excess -= dropped


def _make_stream(logs: Any, item: LogItem) -> None:
    place = {"logGroupName": item.log_group, "logStreamName": item.log_stream}
    try:
        logs.create_log_stream(**place)
    except logs.exceptions.ResourceNotFoundException:
        logs.create_log_group(logGroupName=item.log_group)
        logs.create_log_stream(**place)
