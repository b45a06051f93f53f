"""What a run leaves in tables, buckets, queues, topics and delivery streams."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime

from wavetank.aws.clients import AwsClients
from wavetank.core.naming import ARTIFACTS_ENDING
from wavetank.core.text import last_part
from wavetank.engines.simulator.engine import Simulator
from wavetank.history import EndState, Event, MessageSent, ObjectDelivered, StateEntry
from wavetank.inspection.stack_resources import every_resource
from wavetank.simulation.call_targets import item_key, key_names, plain
from wavetank.simulation.topology import tables
from wavetank.templates.transform import ARTIFACT_BUCKET

COMPARED_BYTES_MAX = 256 * 1024
"""A larger object, and one that is no text, is compared by its digest."""


class EndStateReader:
    """Reads the state at the end of a run; what was sent out it has observed by then.

    Objects that Firehose wrote are compared as records, since faults change how they are cut. The
    code that was deployed is none of it.
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
            (kind, names.get(name, name)): (name, entries)
            for kind, name, entries in self._resources(names)
        }
        for (kind, resource), (name, entries) in sorted(found.items()):
            ordered = sorted(entries, key=lambda entry: (entry.identity, entry.content))
            yield EndState(now, kind, resource, tuple(ordered), is_reference, name)

    def _is_copy(self, event: ObjectDelivered) -> bool:
        """Whether Firehose delivered the object twice, as it may."""
        last = self._last
        return last is not None and (last.at, last.stream, last.records) == (
            event.at,
            event.stream,
            event.records,
        )

    def _resources(self, names: Mapping[str, str]) -> Iterator[tuple[str, str, list[StateEntry]]]:
        """Kind, physical name and entries of each resource; `names` are those of the stacks."""
        for (kind, name), entries in self._sent.items():
            yield kind, name, entries
        for table in tables(self._aws):
            yield "table", table, list(_items(self._aws, table))
        for bucket in (each["Name"] for each in self._aws.s3.list_buckets()["Buckets"]):
            if bucket in names or not _has_deployed_code(bucket):
                yield "bucket", bucket, list(self._objects(bucket))
        for queue in _queues(self._aws):
            texts = self._simulator.queues.texts(queue)
            yield "queue", last_part(queue), list(map(StateEntry, texts))

    def _objects(self, bucket: str) -> Iterator[StateEntry]:
        for page in self._aws.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for found in page.get("Contents", []):
                if (bucket, found["Key"]) not in self._delivered:
                    body = self._aws.s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                    yield StateEntry(found["Key"], _text(body))


def _has_deployed_code(bucket: str) -> bool:
    return bucket == ARTIFACT_BUCKET or bucket.endswith(ARTIFACTS_ENDING)


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
    keys = key_names(aws, table)
    for page in aws.dynamodb.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            values = {name: plain(value) for name, value in item.items()}
            key = item_key(keys, values)
            rest = {name: value for name, value in values.items() if name not in keys}
            yield StateEntry(key, json.dumps(rest, sort_keys=True))


def _text(body: bytes) -> str:
    if len(body) <= COMPARED_BYTES_MAX:
        try:
            return body.decode()
        except UnicodeDecodeError:
            pass
    return f"{len(body)} bytes, SHA-256 {hashlib.sha256(body).hexdigest()}"
