"""Reads the data of running services in an order that never loses a tick.

Tables are read first, then delivery streams, then buckets. The pipeline's functions put records
first and update the table afterwards, and records move from stream to bucket: so data that moves
meanwhile is saved twice rather than not at all, and no tick counts as delivered that is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from wavetank.emulator.snapshot.file import Item, Row, SnapshotContents, SnapshotObject, StoredBatch


class Services(Protocol):
    """The services to read; `wavetank.emulator.snapshot.adapters` is LocalStack's."""

    def table_names(self) -> list[str]: ...

    def read_items(self, table: str) -> list[Item]: ...

    def read_batches(self, stream: str) -> list[StoredBatch]: ...

    def read_table_stream(self, table: str) -> list[Row]: ...

    def read_kinesis_stream(self, stream: str) -> list[Row]: ...

    def read_tokens(self) -> list[Row]: ...

    def bucket_names(self) -> list[str]: ...

    def fingerprints(self, bucket: str) -> dict[str, str]: ...

    def read_object(self, bucket: str, key: str) -> SnapshotObject | None: ...

    def read_messages(self) -> list[Row]: ...

    def read_subscriptions(self) -> list[Row]: ...


@dataclass(frozen=True, kw_only=True)
class RestoredNames:
    """The names of resources that were created since the start, and whose data was restored."""

    tables: Iterable[str]
    streams: Iterable[str]
    buckets: Iterable[str]
    kinesis_streams: Iterable[str] = ()


def read_contents(services: Services, restored: RestoredNames) -> SnapshotContents:
    """The current data of all restored resources; empty for deleted ones."""
    # tables before streams before buckets: data that moves meanwhile is saved twice, never lost
    tables = set(services.table_names())
    items = {name: services.read_items(name) if name in tables else [] for name in restored.tables}
    batches = {name: services.read_batches(name) for name in restored.streams}
    buckets = set(services.bucket_names())
    objects = {
        name: services.fingerprints(name) if name in buckets else {} for name in restored.buckets
    }
    records = {
        table_stream_key(name): services.read_table_stream(name) for name in restored.tables
    } | {kinesis_key(name): services.read_kinesis_stream(name) for name in restored.kinesis_streams}
    return SnapshotContents(
        items=items,
        batches=batches,
        buckets=objects,
        messages=services.read_messages(),
        subscriptions=services.read_subscriptions(),
        read=services.read_object,
        records=records,
        tokens=services.read_tokens(),
    )


def table_stream_key(table: str) -> str:
    """The key of the records of a table's stream."""
    return f"dynamodb/{table}"


def kinesis_key(stream: str) -> str:
    """The key of the records of a Kinesis stream."""
    return f"kinesis/{stream}"
