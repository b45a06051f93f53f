"""What is counted of a stream for CloudWatch.

[Amazon Data Firehose developer guide: monitoring-with-cloudwatch-metrics]
"""

from typing import Any

from wavetank.emulator.firehose.metrics import StreamMetrics
from wavetank.emulator.firehose.observing import DeliveryAttempt
from wavetank.emulator.firehose.stream_id import StreamId

ID = StreamId("123456789012", "eu-west-2", "a-stream")
ELSEWHERE = StreamId("123456789012", "eu-west-1", "a-stream")


def _attempt(*, succeeded: bool, **where: bool) -> DeliveryAttempt:
    found = {"to_http": False, "is_backup": False, **where}
    return DeliveryAttempt(records=2, size_bytes=10, age_seconds=60.0, succeeded=succeeded, **found)


def _sums(metrics: StreamMetrics, stream: StreamId = ID) -> dict[str, tuple[float, int]]:
    """The sum and the number of values, by metric."""
    data: Any = metrics.take().get(stream, [])
    return {
        datum["MetricName"]: (
            datum["StatisticValues"]["Sum"],
            datum["StatisticValues"]["SampleCount"],
        )
        for datum in data
    }


def test_values_are_summed_until_they_are_taken() -> None:
    """By account and region, too."""
    metrics = StreamMetrics()
    for _ in range(2):
        metrics.arrived(ID, 3, 30, is_read=False)
    metrics.arrived(ELSEWHERE, 1, 1, is_read=False)
    metrics.throttled(ID, 4)
    assert _sums(metrics) == {
        "IncomingBytes": (60, 2),
        "IncomingRecords": (6, 2),
        "IncomingPutRequests": (2, 2),
        "ThrottledRecords": (4, 1),
    }
    assert metrics.take() == {}


def test_success_is_the_share_of_attempts_and_records_count_when_delivered() -> None:
    """The average of DeliveryToS3.Success is what alarms watch."""
    metrics = StreamMetrics()
    metrics.attempted(ID, _attempt(succeeded=False))
    metrics.attempted(ID, _attempt(succeeded=True))
    assert _sums(metrics) == {
        "DeliveryToS3.Success": (1, 2),
        "DeliveryToS3.DataFreshness": (120.0, 2),
        "DeliveryToS3.Records": (2, 1),
        "DeliveryToS3.Bytes": (10, 1),
    }


def test_the_names_tell_the_destination() -> None:
    """An HTTP endpoint, a backup, a source."""
    metrics = StreamMetrics()
    metrics.attempted(ID, _attempt(succeeded=True, to_http=True))
    metrics.attempted(ID, _attempt(succeeded=True, is_backup=True))
    metrics.arrived(ID, 1, 1, is_read=True)
    metrics.transformed(ID, 5, succeeded=True)
    names = _sums(metrics).keys()
    expected = {
        *("DeliveryToHttpEndpoint.Success", "BackupToS3.Success", "SucceedProcessing.Records"),
        *("DataReadFromKinesisStream.Records", "ExecuteProcessing.Success"),
    }
    assert expected < names
    assert "IncomingRecords" not in names
