"""What is saved of services that go on while they are read, and in which order it is read.

Tables are read first, then what delivery streams hold, then buckets. The pipeline's functions put
records first and move the table after, and records move from stream to bucket: so whatever happens
meanwhile is saved twice rather than not at all, and no tick is taken for delivered that is not.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from wavetank.emulator.snapshot.file import Item, Row, SnapshotContents, SnapshotObject, StoredBatch


class Services(Protocol):
    """What can be read; `wavetank.emulator.snapshot.adapters` is LocalStack's."""

    def table_names(self) -> list[str]: ...

    def read_items(self, table: str) -> list[Item]: ...

    def read_batches(self, stream: str) -> list[StoredBatch]: ...

    def bucket_names(self) -> list[str]: ...

    def fingerprints(self, bucket: str) -> dict[str, str]: ...

    def read_object(self, bucket: str, key: str) -> SnapshotObject | None: ...

    def read_messages(self) -> list[Row]: ...

    def read_subscriptions(self) -> list[Row]: ...


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The names of what was created since the start, and has got back what it held."""

    tables: Iterable[str]
    streams: Iterable[str]
    buckets: Iterable[str]


def read_contents(services: Services, filled: Filled) -> SnapshotContents:
    """What is there now of all that was created and filled; the deleted as empty."""
    tables = set(services.table_names())
    items = {name: services.read_items(name) if name in tables else [] for name in filled.tables}
    batches = {name: services.read_batches(name) for name in filled.streams}
    buckets = set(services.bucket_names())
    objects = {
        name: services.fingerprints(name) if name in buckets else {} for name in filled.buckets
    }
    return SnapshotContents(
        items=items,
        batches=batches,
        buckets=objects,
        messages=services.read_messages(),
        subscriptions=services.read_subscriptions(),
        read=services.read_object,
    )
