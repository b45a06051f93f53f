"""Reads and fills LocalStack's services: DynamoDB over its API, the others in their stores.

S3's API gives every object the time of its put; only its store lets an object keep the time at
which it was delivered. All functions use the sandbox's own account and region.
[LocalStack 4.14: services/s3/models.py, services/s3/storage]
"""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from io import BytesIO
from itertools import batched
from typing import TYPE_CHECKING, Any

from localstack.aws.api.s3 import ServerSideEncryption
from localstack.services.s3.models import S3Object, s3_stores
from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends

from wavetank.emulator.dynamodb import table_stream
from wavetank.emulator.dynamodb.direct import COMPLETED, ONE_AT_A_TIME
from wavetank.emulator.firehose.stream_id import own_stream
from wavetank.emulator.kinesis import state
from wavetank.emulator.services import (
    ACCOUNT,
    REGION,
    clients,
    confirmations,
    deliverer,
    s3_storage,
)
from wavetank.emulator.snapshot.backlogs import restored_backlog, stored_batches
from wavetank.emulator.snapshot.file import Item, Row, SnapshotObject, StoredBatch
from wavetank.emulator.sns.messages import MimeMessage
from wavetank.emulator.sns.subscriptions import SavedSubscription

if TYPE_CHECKING:
    from localstack.services.s3.models import S3Bucket

BATCH_ITEMS_MAX = 25  # DynamoDB's limit for BatchWriteItem


def table_names() -> list[str]:
    """The names of the tables."""
    pages = _dynamodb().get_paginator("list_tables").paginate()
    return [name for page in pages for name in page["TableNames"]]


def read_items(table: str) -> list[Item]:
    """All of the table's items."""
    pages = _dynamodb().get_paginator("scan").paginate(TableName=table, ConsistentRead=True)
    return [item for page in pages for item in page["Items"]]


def fill_table(table: str, items: Iterable[Item]) -> None:
    """Put the items; items that the service does not accept at once are retried."""
    for batch in batched(items, BATCH_ITEMS_MAX, strict=False):
        waiting: dict[str, Any] = {table: [{"PutRequest": {"Item": item}} for item in batch]}
        while waiting:
            waiting = _dynamodb().batch_write_item(RequestItems=waiting)["UnprocessedItems"]


def read_table_stream(table: str) -> list[Row]:
    """The records of the table's stream; none without one."""
    with ONE_AT_A_TIME:
        stream = _table_stream(table)
        return [] if stream is None else table_stream.records_to_save(stream)


def fill_table_stream(table: str, records: Iterable[Row]) -> None:
    """Give the table's stream the records of an earlier one, and none of restored items."""
    with ONE_AT_A_TIME:
        stream = _table_stream(table)
        if stream is not None:
            table_stream.restore_records(stream, records)


def read_kinesis_stream(stream: str) -> list[Row]:
    """The records of the Kinesis stream; none if it was deleted."""
    found = kinesis_backends[ACCOUNT][REGION].streams.get(stream)
    return [] if found is None else state.records_to_save(found)


def fill_kinesis_stream(stream: str, records: Iterable[Row]) -> None:
    """Give the Kinesis stream the records of an earlier one of the same name."""
    state.restore_records(kinesis_backends[ACCOUNT][REGION].streams[stream], records)


def read_tokens() -> list[Row]:
    """The tokens of transactions that were executed, of all accounts and regions."""
    with ONE_AT_A_TIME:
        return list(COMPLETED.to_save())


def fill_tokens(tokens: Iterable[Row]) -> None:
    """Restore the tokens."""
    with ONE_AT_A_TIME:
        for token in tokens:
            COMPLETED.restore(token)


def bucket_names() -> list[str]:
    """The names of the buckets."""
    return list(_buckets())


def has_bucket(name: str) -> bool:
    """Whether the bucket is in the sandbox's own account and region."""
    return name in _buckets()


def fingerprints(bucket: str) -> dict[str, str]:
    """A string for each object that changes when the object does."""
    return {
        found.key: f"{found.etag} {found.last_modified.isoformat()}"
        for found in _buckets()[bucket].objects.values()
        if isinstance(found, S3Object)
    }


def read_object(bucket: str, key: str) -> SnapshotObject | None:
    """The object; None if it was deleted meanwhile."""
    found = _buckets()[bucket].objects.get(key)
    if not isinstance(found, S3Object):
        return None
    with s3_storage().open(bucket, found, mode="r") as stored:
        body = stored.read() or b""
    metadata = {"user": dict(found.user_metadata), "system": dict(found.system_metadata)}
    return SnapshotObject(key=key, body=body, modified=found.last_modified, metadata=metadata)


def fill_bucket(bucket: str, objects: Iterator[SnapshotObject]) -> None:
    """Put the objects, each with the time at which it was first put."""
    target = _buckets()[bucket]
    for stored in objects:
        made = S3Object(
            key=stored.key,
            user_metadata=dict(stored.metadata["user"]),
            system_metadata=dict(stored.metadata["system"]),
            encryption=ServerSideEncryption.AES256,
        )
        made.last_modified = stored.modified
        with s3_storage().open(bucket, made, mode="w") as opened:
            opened.write(BytesIO(stored.body))
            made.checksum_value = opened.checksum
        target.objects.set(stored.key, made)


def stream_names() -> list[str]:
    """The delivery streams with direct puts."""
    return [stream.name for stream in deliverer().ids() if stream == own_stream(stream.name)]


def read_batches(stream: str) -> list[StoredBatch]:
    """The accepted records that the stream has not delivered yet."""
    return stored_batches(deliverer().backlog(own_stream(stream)))


def fill_stream(stream: str, batches: Iterable[StoredBatch]) -> None:
    """Give the stream the undelivered records of an earlier one of the same name."""
    deliverer().restore(own_stream(stream), restored_backlog(batches))


def read_messages() -> list[Row]:
    """The mailbox, oldest first."""
    return [{"id": message.id, "text": message.text} for message in confirmations().mailbox.all()]


def fill_mailbox(messages: Iterable[Row]) -> None:
    """Put the messages before those that arrive from now on."""
    confirmations().mailbox.restore(
        MimeMessage(row["id"], row["text"]) for row in messages if row.keys() >= {"id", "text"}
    )


def read_subscriptions() -> list[Row]:
    """The e-mail subscriptions, confirmed and waiting."""
    return [
        asdict(kept) | {"since": kept.since.isoformat() if kept.since else None}
        for kept in confirmations().to_save()
    ]


def fill_subscriptions(subscriptions: Iterable[Row]) -> None:
    """Restore the state of these subscriptions when they are created again."""
    confirmations().restore(
        SavedSubscription(
            **row | {"since": datetime.fromisoformat(row["since"]) if row["since"] else None}
        )
        for row in subscriptions
    )


def _buckets() -> "dict[str, S3Bucket]":
    return s3_stores[ACCOUNT][REGION].buckets


def _table_stream(table: str) -> Any:
    found = dynamodb_backends[ACCOUNT][REGION].tables.get(table)
    return None if found is None else found.stream_shard


def _dynamodb() -> Any:
    return clients().dynamodb
