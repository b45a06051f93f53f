"""What AWS's services, cold starts and handlers take if a scenario does not say otherwise.

AWS publishes orders of magnitude and no distributions. The medians are estimates of that order, for
calls within a Region; the 99th percentiles are about ten times as long, since time-outs and
overlaps are caused by the rare long ones. Measured values are set in the scenario.
[DynamoDB developer guide: single-digit milliseconds; S3 user guide, optimizing performance: 100 to
200 ms for small objects; SQS FAQ: tens or low hundreds of milliseconds; Lambda developer guide:
execution environments, 100 ms to over 1 s for a cold start; configuring memory, 1,769 MB are one
processor]
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from wavetank.scenario.timing.distribution import MILLISECOND, Distribution, LongTail

PROCESSOR_MB = 1769
"""A function with less memory gets that share of a processor."""


def _tail(median: int, p99: int) -> Distribution:
    return LongTail(median * MILLISECOND, p99 * MILLISECOND)


OTHER = "other"
"""The key for calls of all services that have no default of their own."""
CALLS: Mapping[str, Distribution] = MappingProxyType(
    {
        "dynamodb": _tail(5, 40),
        "dynamodb:BatchWriteItem": _tail(10, 80),
        "dynamodb:Query": _tail(7, 60),
        "dynamodb:Scan": _tail(10, 100),
        "dynamodb:TransactGetItems": _tail(10, 80),
        "dynamodb:TransactWriteItems": _tail(15, 120),
        "events": _tail(20, 200),
        "firehose": _tail(15, 200),
        "kinesis": _tail(15, 150),
        "lambda": _tail(20, 200),
        "s3": _tail(30, 300),
        "s3:PutObject": _tail(50, 500),
        "secretsmanager": _tail(15, 150),
        "sns": _tail(20, 200),
        "sqs": _tail(15, 150),
        "ssm": _tail(20, 200),
        "stepfunctions": _tail(30, 300),
        "sts": _tail(40, 300),
        OTHER: _tail(30, 300),
    }
)
"""By service, and by operation where one differs, as the SDK names both."""
SERVICES = tuple(call for call in CALLS if ":" not in call)
COLD_START = _tail(250, 1200)
"""A runtime of Python and a package of some megabytes; simulated functions are in Python."""
HANDLER = _tail(3, 40)
"""The computing of a small handler on a whole processor."""


def default_call(service: str, operation: str) -> Distribution:
    """What a call takes."""
    return CALLS.get(f"{service}:{operation}") or CALLS.get(service) or CALLS[OTHER]


def on_memory(computing: timedelta, memory_mb: int) -> timedelta:
    """What takes that long on a whole processor, on a function with this memory."""
    slower = max(1.0, PROCESSOR_MB / memory_mb)
    return timedelta(milliseconds=round(computing / MILLISECOND * slower))
