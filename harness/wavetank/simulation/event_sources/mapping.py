"""The event source mappings of the deployed functions, read from Lambda's API.

[Lambda API reference: EventSourceMappingConfiguration]
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.resource_name import service_of

UNLIMITED = -1
"""The value of MaximumRetryAttempts and MaximumRecordAgeInSeconds that means no limit."""
DISABLED = frozenset({"Disabled", "Disabling", "Deleting"})


@dataclass(frozen=True, kw_only=True)
class EventSourceMapping:
    """One mapping; what only queues or only streams have is at its default for the other.

    `function` may name a version or an alias. `filters` are patterns as JSON, of which one must
    match an event; without any each event matches. None is no limit.
    """

    id: str
    source: str
    function: str
    enabled: bool
    batch_size: int
    window: timedelta
    filters: tuple[str, ...] = ()
    reports_item_failures: bool = False
    concurrency_max: int | None = None
    starting_position: str = ""
    starting_instant: datetime | None = None
    retries_max: int | None = None
    record_age_max: timedelta | None = None
    bisects: bool = False
    parallel_batches: int = 1
    tumbling_window: timedelta = timedelta()
    on_failure: str | None = None

    @property
    def service(self) -> str:
        """The service of the source: `sqs`, `kinesis` or `dynamodb`."""
        return service_of(self.source)

    @property
    def source_name(self) -> str:
        """The name of the queue, of the stream, or of the table."""
        return (
            self.source.split(":", 5)[5]
            .removeprefix("stream/")
            .removeprefix("table/")
            .split("/")[0]
        )

    @property
    def recorded_source(self) -> str:
        """The ARN by which a history names the source.

        Of a table's stream it is the table's: the stream's has the time of its creation.
        """
        return self.source.partition("/stream/")[0]

    @property
    def consumer(self) -> str:
        """The function by which a history names the consumer: its name, with version or alias."""
        return self.function.split(":", 6)[6]

    @property
    def region(self) -> str:
        """The region of the source."""
        return self.source.split(":")[3]


def event_source_mappings(aws: AwsClients) -> list[EventSourceMapping]:
    """All mappings with a source, in the order of their sources and functions."""
    pages = aws.awslambda.get_paginator("list_event_source_mappings").paginate()
    found = [entry for page in pages for entry in page["EventSourceMappings"]]
    return sorted(_mappings(found), key=lambda mapping: (mapping.source, mapping.function))


def _mappings(found: list[Any]) -> Iterator[EventSourceMapping]:
    for entry in found:
        if "EventSourceArn" in entry:
            yield EventSourceMapping(**_common(entry), **_of_streams(entry))


def _common(entry: Mapping[str, Any]) -> dict[str, Any]:
    filters = entry.get("FilterCriteria", {}).get("Filters", [])
    return {
        "id": entry["UUID"],
        "source": entry["EventSourceArn"],
        "function": entry["FunctionArn"],
        "enabled": entry.get("State") not in DISABLED,
        "batch_size": entry["BatchSize"],
        "window": timedelta(seconds=entry.get("MaximumBatchingWindowInSeconds", 0)),
        "filters": tuple(each["Pattern"] for each in filters),
        "reports_item_failures": "ReportBatchItemFailures"
        in entry.get("FunctionResponseTypes", []),
        "concurrency_max": entry.get("ScalingConfig", {}).get("MaximumConcurrency"),
    }


def _of_streams(entry: Mapping[str, Any]) -> dict[str, Any]:
    age = _limit(entry.get("MaximumRecordAgeInSeconds"))
    return {
        "starting_position": entry.get("StartingPosition", ""),
        "starting_instant": entry.get("StartingPositionTimestamp"),
        "retries_max": _limit(entry.get("MaximumRetryAttempts")),
        "record_age_max": None if age is None else timedelta(seconds=age),
        "bisects": entry.get("BisectBatchOnFunctionError", False),
        "parallel_batches": entry.get("ParallelizationFactor", 1),
        "tumbling_window": timedelta(seconds=entry.get("TumblingWindowInSeconds", 0)),
        "on_failure": entry.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination"),
    }


def _limit(value: int | None) -> int | None:
    return None if value == UNLIMITED else value
