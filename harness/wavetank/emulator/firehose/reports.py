"""Reports what streams do to CloudWatch: metrics, and errors in their log groups.

An error is logged with the permissions of the stream's role, and only if the log stream exists.
[Amazon Data Firehose developer guide: monitoring-with-cloudwatch-metrics,
monitoring-with-cloudwatch-logs]
"""

import json
import logging
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from itertools import batched
from typing import Any

from localstack.aws.connect import connect_to

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.core.clock import Clock
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.metrics import NAMESPACE, StreamMetrics
from wavetank.emulator.firehose.observing import DeliveryAttempt, StreamError
from wavetank.emulator.firehose.records import ProcessingFailure
from wavetank.emulator.firehose.role_sessions import RoleSessions
from wavetank.emulator.firehose.stream import Stream

LOG = logging.getLogger(__name__)
PUBLISH_SECONDS = 10.0
AGE_SECONDS = 60.0
"""How often the age of undelivered records is noted, as AWS does each minute."""
type OldestRecords = Iterable[tuple[Stream, datetime]]
"""Streams with undelivered records, and when the oldest of them arrived."""
DATA_MAX = 1000
"""The limit of PutMetricData. [CloudWatch API reference: PutMetricData]"""


class ErrorLog:
    """Writes the errors of delivery streams into their log groups; reports nothing else."""

    def __init__(self, clock: Clock, sessions: RoleSessions) -> None:
        self._clock = clock
        self._sessions = sessions

    def arrived(self, stream: Stream, records: int, size_bytes: int) -> None:
        """Does nothing: no metrics are recorded."""

    def throttled(self, stream: Stream, records: int) -> None:
        """Does nothing: no metrics are recorded."""

    def attempted(self, stream: Stream, attempt: DeliveryAttempt) -> None:
        """Does nothing: no metrics are recorded."""

    def transformed(self, stream: Stream, records: int, failure: ProcessingFailure | None) -> None:
        """Does nothing: no metrics are recorded."""

    def failed(self, stream: Stream, error: StreamError) -> None:
        """Log the error, if logging is enabled for the stream."""
        settings = stream.settings.destination
        if settings.logs is None:
            return
        event = {
            "timestamp": round(self._clock.now().timestamp() * 1000),
            "message": json.dumps(_log_message(stream, error)),
        }
        try:
            logs = self._sessions.clients(settings.role_arn, stream.id.region).logs
            logs.put_log_events(
                logGroupName=settings.logs.group,
                logStreamName=settings.logs.stream,
                logEvents=[event],
            )
        except Exception as refused:  # noqa: BLE001 - records are delivered, whatever is logged
            if not _is_missing(refused):
                self._sessions.forget(settings.role_arn)  # the role may have been created anew
            LOG.info("an error of %s could not be logged: %s", stream.id.label, refused)


def _is_missing(refused: Exception) -> bool:
    """Whether the log stream does not exist: the same with any session of the role."""
    return isinstance(refused, ClientError) and error_code(refused) == "ResourceNotFoundException"


def _log_message(stream: Stream, error: StreamError) -> dict[str, object]:
    processor = {"processor": error.processor} if error.processor else {}
    return {
        "deliveryStreamARN": stream.id.arn,
        "destination": error.destination,
        "deliveryStreamVersionId": stream.version,
        "message": error.message,
        "errorCode": error.code,
        **processor,
    }


class CloudWatchReports(ErrorLog):
    """Writes errors of delivery streams, and publishes their metrics from a thread."""

    def __init__(self, clock: Clock, sessions: RoleSessions) -> None:
        super().__init__(clock, sessions)
        self._metrics = StreamMetrics()
        self._lock = threading.Lock()

    def arrived(self, stream: Stream, records: int, size_bytes: int) -> None:
        with self._lock:
            is_read = stream.settings.source is not None
            self._metrics.arrived(stream.id, records, size_bytes, is_read=is_read)

    def throttled(self, stream: Stream, records: int) -> None:
        with self._lock:
            self._metrics.throttled(stream.id, records)

    def attempted(self, stream: Stream, attempt: DeliveryAttempt) -> None:
        with self._lock:
            self._metrics.attempted(stream.id, attempt)

    def transformed(self, stream: Stream, records: int, failure: ProcessingFailure | None) -> None:
        with self._lock:
            self._metrics.transformed(stream.id, records, succeeded=failure is None)

    def run(self, oldest: "Callable[[], OldestRecords]") -> None:
        """Publish forever; the body of a thread. `oldest` returns the ages of all streams."""
        wait, noted = threading.Event(), self._clock.monotonic()
        while not wait.wait(PUBLISH_SECONDS):
            if self._clock.monotonic() - noted >= AGE_SECONDS:
                noted = self._clock.monotonic()
                self.note_ages(oldest())
            self.publish()

    def note_ages(self, oldest: "OldestRecords") -> None:
        """Note the age of each stream's oldest undelivered record: an alarm sees it grow."""
        now = self._clock.now()
        for stream, arrived in oldest:
            age = max(0.0, (now - arrived).total_seconds())
            to_http = isinstance(stream.settings.destination, HttpSettings)
            with self._lock:
                self._metrics.aged(stream.id, age, to_http=to_http)

    def publish(self) -> None:
        """Publish what was counted; if CloudWatch refuses it, it is not counted again."""
        with self._lock:
            taken = self._metrics.take()
        for stream, data in taken.items():
            clients: Any = connect_to(aws_access_key_id=stream.account, region_name=stream.region)
            try:
                for some in batched(data, DATA_MAX, strict=False):
                    clients.cloudwatch.put_metric_data(Namespace=NAMESPACE, MetricData=list(some))
            except (BotoCoreError, ClientError) as error:
                LOG.warning("the metrics of %s could not be published: %s", stream.label, error)
