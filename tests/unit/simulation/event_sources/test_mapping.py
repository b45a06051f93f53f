"""Mappings as Lambda's API lists them."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from wavetank.simulation.event_sources.mapping import EventSourceMapping, event_source_mappings

ACCOUNT = "eu-west-1:000000000000"
QUEUE = {
    "UUID": "7",
    "EventSourceArn": f"arn:aws:sqs:{ACCOUNT}:orders",
    "FunctionArn": f"arn:aws:lambda:{ACCOUNT}:function:take:live",
    "State": "Disabled",
    "BatchSize": 100,
    "MaximumBatchingWindowInSeconds": 5,
    "FilterCriteria": {"Filters": [{"Pattern": "{}"}]},
    "FunctionResponseTypes": ["ReportBatchItemFailures"],
    "ScalingConfig": {"MaximumConcurrency": 7},
}
STREAM = {
    "UUID": "8",
    "EventSourceArn": f"arn:aws:kinesis:{ACCOUNT}:stream/clicks",
    "FunctionArn": f"arn:aws:lambda:{ACCOUNT}:function:count",
    "State": "Enabled",
    "BatchSize": 100,
    "StartingPosition": "LATEST",
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": 60,
    "BisectBatchOnFunctionError": True,
    "ParallelizationFactor": 2,
    "TumblingWindowInSeconds": 30,
    "DestinationConfig": {"OnFailure": {"Destination": f"arn:aws:sqs:{ACCOUNT}:dead"}},
}
KAFKA = {"SelfManagedEventSource": {}, "FunctionArn": "f", "BatchSize": 1}


def _read(*entries: dict[str, Any]) -> list[EventSourceMapping]:
    pages = [{"EventSourceMappings": list(entries)}]
    paginator = SimpleNamespace(paginate=lambda: pages)
    aws: Any = SimpleNamespace(awslambda=SimpleNamespace(get_paginator=lambda _: paginator))
    return event_source_mappings(aws)


def test_the_settings_of_a_queue_are_read() -> None:
    """With the qualifier of the function; what only streams have is at its default."""
    (mapping,) = _read(QUEUE)
    assert mapping == EventSourceMapping(
        id="7",
        source=f"arn:aws:sqs:{ACCOUNT}:orders",
        function=f"arn:aws:lambda:{ACCOUNT}:function:take:live",
        enabled=False,
        batch_size=100,
        window=timedelta(seconds=5),
        filters=("{}",),
        reports_item_failures=True,
        concurrency_max=7,
    )


def test_the_settings_of_a_stream_are_read() -> None:
    """-1 is no limit; a mapping without an ARN, as of a Kafka cluster, is left out."""
    first, mapping = _read(QUEUE, KAFKA, STREAM)[::-1]
    assert first.service == "sqs"
    assert mapping.retries_max is None
    assert mapping.record_age_max == timedelta(minutes=1)
    assert (mapping.starting_position, mapping.bisects) == ("LATEST", True)
    assert (mapping.parallel_batches, mapping.tumbling_window) == (2, timedelta(seconds=30))
    assert mapping.on_failure == f"arn:aws:sqs:{ACCOUNT}:dead"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("sqs:eu-west-1:0:orders.fifo", "orders.fifo"),
        ("kinesis:eu-west-1:0:stream/clicks", "clicks"),
        ("dynamodb:eu-west-1:0:table/prices/stream/2030-01-01T00:00:00.000", "prices"),
    ],
)
def test_a_source_has_the_name_of_its_queue_stream_or_table(source: str, name: str) -> None:
    """Without the time at which a table's stream was made, which differs in each process."""
    (mapping,) = _read({**QUEUE, "EventSourceArn": f"arn:aws:{source}"})
    assert mapping.source_name == name
