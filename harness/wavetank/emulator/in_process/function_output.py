"""Brings what functions print in the simulator into their log groups, as Lambda does.

Lambda stores it with the permissions of the function's role; without them it is lost. Most groups
are read by no one, so the log of an attempt waits here until a request to CloudWatch Logs could
show it. A group with filters gets it at once, because they may cause something at that instant.
[Lambda developer guide, monitoring-cloudwatchlogs]
"""

import logging
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from localstack.aws import handlers
from localstack.services.lambda_.invocation.logs import LogItem
from moto.logs.models import LogsBackend, logs_backends

from wavetank.aws.clients import ClientError
from wavetank.emulator.lambda_.function_logs import (
    EVENTS_MAX,
    EVENTS_RETAINED,
    drop_oldest,
    write_item,
)
from wavetank.emulator.lambda_.invocation_log import InvocationOutput, ReportLine, as_json, as_text
from wavetank.emulator.service_log_groups import SERVICE_GROUPS
from wavetank.emulator.target_delivery.role_clients import TARGET_SESSIONS, role_client

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction

LOG = logging.getLogger(__name__)
PRINCIPAL = "lambda"
WAITING_MAX = 2_000
"""The attempts whose logs wait to be read; older ones are dropped."""


@dataclass(frozen=True, kw_only=True)
class AttemptLog:
    """The log of an attempt that ended at `ended`, in the log stream of its environment."""

    function: "DeployedFunction"
    stream: str
    ended: datetime
    report: ReportLine
    output: InvocationOutput

    @property
    def text(self) -> str:
        """The lines, in the format of the function's LoggingConfig."""
        if self.function.log_level is not None:
            return as_json(self.report, self.output, self.ended)
        return as_text(self.report, self.output)

    @property
    def backend(self) -> LogsBackend:
        """Moto's store of the log groups in the function's account and region."""
        account, region = self.scope
        return logs_backends[account][region]

    @property
    def scope(self) -> tuple[str, str]:
        """The function's account and region."""
        _, _, _, region, account, *_ = self.function.arn.split(":")
        return account, region


class FunctionOutput:
    """The logs of attempts that are not in CloudWatch Logs yet."""

    def __init__(self) -> None:
        self._waiting: deque[AttemptLog] = deque(maxlen=WAITING_MAX)
        self._is_storing = False
        self._latest: AttemptLog | None = None

    def install(self) -> None:
        """Add a handler to LocalStack's chain that stores the logs before a request for them."""
        handlers.serve_custom_service_request_handlers.append(self._before_request)

    def add(self, log: AttemptLog) -> None:
        """Store the log now if its group has filters, and before it is read otherwise."""
        self._latest = log
        self._waiting.append(log)
        if _has_filters(log):
            self.store_all()

    def latest_of(self, request: str) -> AttemptLog | None:
        """The latest log, if it is of an attempt at that request."""
        latest = self._latest
        return latest if latest is not None and latest.report.request_id == request else None

    def store_all(self) -> None:
        """Store all logs, in the order in which the attempts ended."""
        if self._is_storing:  # storing is a request to CloudWatch Logs itself
            return
        self._is_storing = True
        try:
            while self._waiting:
                _store(self._waiting.popleft())
        finally:
            self._is_storing = False

    def drop_all(self) -> None:
        """Forget the logs that were not read."""
        self._waiting.clear()
        self._latest = None

    def _before_request(self, chain: Any, context: Any, response: Any) -> None:  # noqa: ARG002 - LocalStack names them
        if self._waiting and context.service and context.service.service_name == "logs":
            self.store_all()


FUNCTION_OUTPUT = FunctionOutput()
"""The process's output: it has one LocalStack."""


def _has_filters(log: AttemptLog) -> bool:
    backend, name = log.backend, log.function.log_group
    group: Any = backend.groups.get(name)
    if group is not None and group.subscription_filters:
        return True
    return any(each["logGroupName"] == name for each in backend.filters.metric_filters)


def _store(log: AttemptLog) -> None:
    """Store the log; like Lambda, ignore that the role may not."""
    function = log.function
    item = LogItem(log_group=function.log_group, log_stream=log.stream, logs=log.text)
    if function.log_group not in log.backend.groups:
        SERVICE_GROUPS[log.scope].add(function.log_group)

    def write() -> None:
        _, region = log.scope
        write_item(role_client("logs", function.role, region, PRINCIPAL), item, log.ended)

    try:
        TARGET_SESSIONS[PRINCIPAL].call(function.role, write)
    except ClientError as error:
        LOG.info("the log of %s is lost: %s", function.name, error)
        return
    streams = list(log.backend.groups[function.log_group].streams.values())
    drop_oldest(streams, EVENTS_RETAINED, EVENTS_MAX)
