"""What a run leaves in tables, buckets, queues, topics and delivery streams."""

import base64
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.text import last_part
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import EndState, Event, MessageSent, ObjectDelivered, StateEntry
from wavetank.inspection.stack_resources import every_resource
from wavetank.simulation.topology import tables

COMPARED_BYTES_MAX = 256 * 1024
"""A larger object, and one that is no text, is compared by its digest."""


class EndStateReader:
    """Reads the state at the end of a run; what was sent out it has observed by then.

    Objects that Firehose wrote are compared as records, since faults change how they are cut.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._aws = simulator.aws
        self._sent: dict[tuple[str, str], list[StateEntry]] = defaultdict(list)
        self._delivered: set[tuple[str, str]] = set()
        self._last: ObjectDelivered | None = None

    def observe(self, event: Event) -> None:
        """Observe the next event of the run."""
        match event:
            case MessageSent():
                text = f"{event.address}: {event.subject}\n{event.text}"
                self._sent["topic", last_part(event.topic)].append(StateEntry(text))
            case ObjectDelivered():
                self._delivered.add((event.bucket, event.key))
                if not self._is_copy(event):
                    self._sent["stream", event.stream] += map(StateEntry, event.records)
                self._last = event

    def read(self, now: datetime, *, is_reference: bool) -> Iterator[EndState]:
        """The state now, one event for each resource, in the order of their names."""
        names = _logical_ids(self._aws)
        found = {
            (kind, names.get(name, name)): entries for kind, name, entries in self._resources()
        }
        for (kind, name), entries in sorted(found.items()):
            ordered = sorted(entries, key=lambda entry: (entry.identity, entry.content))
            yield EndState(now, kind, name, tuple(ordered), is_reference)

    def _is_copy(self, event: ObjectDelivered) -> bool:
        """Whether Firehose delivered the object twice, as it may."""
        last = self._last
        return last is not None and (last.at, last.stream, last.records) == (
            event.at,
            event.stream,
            event.records,
        )

    def _resources(self) -> Iterator[tuple[str, str, list[StateEntry]]]:
        """Kind, physical name and entries of each resource."""
        for (kind, name), entries in self._sent.items():
            yield kind, name, entries
        for table in tables(self._aws):
            yield "table", table, list(_items(self._aws, table))
        for bucket in self._aws.s3.list_buckets()["Buckets"]:
            yield "bucket", bucket["Name"], list(self._objects(bucket["Name"]))
        for queue in _queues(self._aws):
            texts = self._simulator.queues.texts(queue)
            yield "queue", last_part(queue), list(map(StateEntry, texts))

    def _objects(self, bucket: str) -> Iterator[StateEntry]:
        for page in self._aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", []):
                if (bucket, found["Key"]) not in self._delivered:
                    body = self._aws.s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                    yield StateEntry(found["Key"], _text(body))


def _logical_ids(aws: AwsClients) -> Mapping[str, str]:
    """The logical id of each physical name, of those that stand for one resource."""
    names = {each.name: each.logical_id for each in every_resource(aws)}
    ids = list(names.values())
    return {name: logical for name, logical in names.items() if ids.count(logical) == 1}


def _queues(aws: AwsClients) -> Iterator[str]:
    """The ARN of each queue."""
    for page in aws.sqs.get_paginator("list_queues").paginate():
        for url in page.get("QueueUrls", []):
            found = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
            yield found["Attributes"]["QueueArn"]


def _items(aws: AwsClients, table: str) -> Iterator[StateEntry]:
    schema = aws.dynamodb.describe_table(TableName=table)["Table"]["KeySchema"]
    keys = [element["AttributeName"] for element in schema]
    for page in aws.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            plain = {name: _plain(value) for name, value in item.items()}
            key = {name: plain.pop(name) for name in keys}
            yield StateEntry(json.dumps(key), json.dumps(plain, sort_keys=True))


def _plain(value: Mapping[str, Any]) -> object:
    """DynamoDB's value as JSON has it; numbers are texts, sets are sorted."""
    kind, content = next(iter(value.items()))
    return PLAIN[kind](content) if kind in PLAIN else content


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


PLAIN: Mapping[str, Callable[[Any], object]] = {
    "B": _base64,
    "BS": lambda parts: sorted(map(_base64, parts)),
    "L": lambda parts: [_plain(part) for part in parts],
    "M": lambda parts: {name: _plain(part) for name, part in parts.items()},
    "NS": sorted,
    "NULL": lambda _: None,
    "SS": sorted,
}
"""By DynamoDB's type; the content of the others is what JSON has."""


def _text(body: bytes) -> str:
    if len(body) <= COMPARED_BYTES_MAX:
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    return f"{len(body)} bytes, SHA-256 {hashlib.sha256(body).hexdigest()}"
