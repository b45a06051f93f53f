"""A stream's CloudWatch metrics: counted here, and published by `reports`.

Pure. Values are aggregated, as AWS does, so that a busy stream does not fill CloudWatch.
[Amazon Data Firehose developer guide: monitoring-with-cloudwatch-metrics]
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.firehose.observing import DeliveryAttempt
from wavetank.emulator.firehose.stream_id import StreamId

NAMESPACE = "AWS/Firehose"
COUNT, BYTES, SECONDS = "Count", "Bytes", "Seconds"


@dataclass(frozen=True)
class Statistic:
    """The values of one CloudWatch metric since they were last published."""

    unit: str
    count: int
    total: float
    lowest: float
    highest: float

    def datum(self, name: str, stream: StreamId) -> dict[str, Any]:
        """The datum for PutMetricData."""
        return {
            "MetricName": name,
            "Dimensions": [{"Name": "DeliveryStreamName", "Value": stream.name}],
            "Unit": self.unit,
            "StatisticValues": {
                "SampleCount": self.count,
                "Sum": self.total,
                "Minimum": self.lowest,
                "Maximum": self.highest,
            },
        }


class StreamMetrics:
    """The unpublished metrics of all delivery streams; not thread-safe."""

    def __init__(self) -> None:
        self._statistics: dict[StreamId, dict[str, Statistic]] = {}

    def arrived(self, stream: StreamId, records: int, size_bytes: int, *, is_read: bool) -> None:
        """Count records of one request, or one read of a Kinesis data stream (`is_read`)."""
        prefix = "DataReadFromKinesisStream." if is_read else "Incoming"
        self._add(stream, f"{prefix}Bytes", size_bytes, BYTES)
        self._add(stream, f"{prefix}Records", records, COUNT)
        if not is_read:
            self._add(stream, "IncomingPutRequests", 1, COUNT)

    def throttled(self, stream: StreamId, records: int) -> None:
        """Count records that were refused."""
        self._add(stream, "ThrottledRecords", records, COUNT)

    def attempted(self, stream: StreamId, attempt: DeliveryAttempt) -> None:
        """Count an attempt to deliver. Records and bytes count when they are delivered."""
        prefix = _prefix(to_http=attempt.to_http, is_backup=attempt.is_backup)
        self._add(stream, f"{prefix}.Success", int(attempt.succeeded), COUNT)
        self.aged(
            stream,
            attempt.age_seconds,
            to_http=attempt.to_http,
            is_backup=attempt.is_backup,
        )
        if attempt.succeeded:
            self._add(stream, f"{prefix}.Records", attempt.records, COUNT)
            self._add(stream, f"{prefix}.Bytes", attempt.size_bytes, BYTES)

    def aged(
        self, stream: StreamId, seconds: float, *, to_http: bool = False, is_backup: bool = False
    ) -> None:
        """Note the age of the oldest undelivered record."""
        prefix = _prefix(to_http=to_http, is_backup=is_backup)
        self._add(stream, f"{prefix}.DataFreshness", seconds, SECONDS)

    def transformed(self, stream: StreamId, records: int, *, succeeded: bool) -> None:
        """Count an invocation of the stream's function."""
        self._add(stream, "ExecuteProcessing.Success", int(succeeded), COUNT)
        if succeeded:
            self._add(stream, "SucceedProcessing.Records", records, COUNT)

    def take(self) -> Mapping[StreamId, list[dict[str, Any]]]:
        """The data since the last call, by stream."""
        taken, self._statistics = self._statistics, {}
        return {
            stream: [found.datum(name, stream) for name, found in statistics.items()]
            for stream, statistics in taken.items()
        }

    def _add(self, stream: StreamId, name: str, value: float, unit: str) -> None:
        found = self._statistics.setdefault(stream, {})
        old = found.get(name)
        if old is None:
            found[name] = Statistic(unit, 1, value, value, value)
            return
        found[name] = Statistic(
            unit,
            old.count + 1,
            old.total + value,
            min(old.lowest, value),
            max(old.highest, value),
        )


def _prefix(*, to_http: bool, is_backup: bool) -> str:
    if is_backup:
        return "BackupToS3"
    return "DeliveryToHttpEndpoint" if to_http else "DeliveryToS3"
