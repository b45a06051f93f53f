"""Reads the data of running services in an order that never loses a tick.

Tables are read first, then delivery streams, then buckets. The pipeline's functions put records
first and update the table afterwards, and records move from stream to bucket: so data that moves
meanwhile is saved twice rather than not at all, and no tick counts as delivered that is not.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from wavetank.emulator.snapshot.file import Item, Row, SnapshotContents, SnapshotObject, StoredBatch


class Services(Protocol):
    """Interface to the data of services; `snapshot.adapters` implements it for LocalStack."""

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
    """Names of resources that were created since the start, and whose data are restored."""

    tables: Iterable[str]
    streams: Iterable[str]
    buckets: Iterable[str]
    kinesis_streams: Iterable[str] = ()


class _Reader:
    """Reads resources one by one; an error of one of them is recorded, and the others are read."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def each[T](self, kind: str, names: Iterable[str], read: Callable[[str], T]) -> dict[str, T]:
        """What was read by name, without the names that could not be read."""
        found = ((name, self.one(f"{kind} {name}", partial(read, name))) for name in sorted(names))
        return {name: content for name, content in found if content is not None}

    def one[T](self, what: str, read: Callable[[], T]) -> T | None:
        """What was read, None after an error."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001 - whatever a service says; it is reported
            self.errors.append(f"{what}: {error}")
            return None


def read_contents(services: Services, restored: RestoredNames) -> SnapshotContents:
    """The current data of all restored resources; empty for deleted ones.

    What could not be read is absent, so that its saved data stay, and is among the `errors`.
    """
    # tables before streams before buckets: data that moves meanwhile is saved twice, never lost
    reader = _Reader()
    tables = set(services.table_names())
    items = reader.each(
        "table", restored.tables, lambda name: services.read_items(name) if name in tables else []
    )
    batches = reader.each("delivery stream", restored.streams, services.read_batches)
    buckets = set(services.bucket_names())
    objects = reader.each(
        "bucket",
        restored.buckets,
        lambda name: services.fingerprints(name) if name in buckets else {},
    )
    changes = reader.each("table stream", restored.tables, services.read_table_stream)
    records = reader.each("Kinesis stream", restored.kinesis_streams, services.read_kinesis_stream)
    return SnapshotContents(
        items=items,
        batches=batches,
        buckets=objects,
        messages=reader.one("mailbox", services.read_messages),
        subscriptions=reader.one("subscriptions", services.read_subscriptions),
        read=lambda bucket, key: reader.one(
            f"object {bucket}/{key}", lambda: services.read_object(bucket, key)
        ),
        records={table_stream_key(name): rows for name, rows in changes.items()}
        | {kinesis_key(name): rows for name, rows in records.items()},
        tokens=reader.one("tokens", services.read_tokens),
        errors=reader.errors,
    )


def table_stream_key(table: str) -> str:
    """The key of the records of a table's stream."""
    return f"dynamodb/{table}"


def kinesis_key(stream: str) -> str:
    """The key of the records of a Kinesis stream."""
    return f"kinesis/{stream}"
