"""What the shards of Kinesis streams and of tables' streams hold, beyond what their APIs tell.

Every call reads LocalStack's own stores and takes no time that grows with a stream, because a
simulation asks after each of its actions. Instants are UTC.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from moto.dynamodb.models import dynamodb_backends
from moto.kinesis.models import kinesis_backends

from wavetank.core.resource_name import service_of
from wavetank.emulator.dynamodb.table_stream import (
    FIRST_NUMBER,
    RETENTION,
    STREAMS,
    TableStream,
)
from wavetank.emulator.dynamodb.time_to_live import delete_expired_items, next_deletion
from wavetank.emulator.kinesis.shards import first_number, last_number

type Arrived = tuple[int, datetime]
"""The sequence number of a record, and when the stream accepted it."""


class ShardView(Protocol):
    """One shard. `first` and `last` are sequence numbers, of records that may have expired."""

    @property
    def id(self) -> str: ...

    @property
    def parents(self) -> tuple[str, ...]: ...

    @property
    def is_open(self) -> bool: ...

    @property
    def retention(self) -> timedelta: ...

    @property
    def first(self) -> int: ...

    @property
    def last(self) -> int: ...

    def oldest(self, number: int) -> Arrived | None:
        """The first record from that number on; None without one."""
        ...


@dataclass(frozen=True)
class TableShard:
    """The only shard of a table's stream."""

    stream: TableStream
    parents: tuple[str, ...] = ()
    retention: timedelta = RETENTION
    first: int = FIRST_NUMBER

    @property
    def id(self) -> str:
        return self.stream.shard_id

    @property
    def is_open(self) -> bool:
        return self.stream.is_open

    @property
    def last(self) -> int:
        return self.stream.next_number - 1

    def oldest(self, number: int) -> Arrived | None:
        found = self.stream.records_from(number, 1)
        return (found[0].number, found[0].created) if found else None


@dataclass(frozen=True)
class KinesisShard:
    """A shard of a Kinesis stream."""

    stream: Any
    shard: Any

    @property
    def id(self) -> str:
        return str(self.shard.shard_id)

    @property
    def parents(self) -> tuple[str, ...]:
        found = (self.shard.parent, self.shard.adjacent_parent)
        return tuple(each for each in found if each is not None)

    @property
    def is_open(self) -> bool:
        return bool(self.shard.is_open)

    @property
    def retention(self) -> timedelta:
        return timedelta(hours=self.stream.retention_period_hours)

    @property
    def first(self) -> int:
        return first_number(self.shard)

    @property
    def last(self) -> int:
        return last_number(self.shard)

    def oldest(self, number: int) -> Arrived | None:
        records: Mapping[int, Any] = self.shard.records
        if not records or number > self.last:
            return None
        found = records[max(number, next(iter(records)))]
        return found.sequence_number, found.created_at_datetime.replace(tzinfo=UTC)


def is_stream(arn: str) -> bool:
    """Whether it is the ARN of a Kinesis stream, or of the stream of a table."""
    return service_of(arn) in {"dynamodb", "kinesis"}


def shards_of(stream_arn: str) -> list[ShardView]:
    """The shards of the stream, parents before their children; none of one that does not exist."""
    stream = _stream_of(stream_arn)
    if stream is None:
        return []
    if isinstance(stream, TableStream):
        return [TableShard(stream)]
    return [KinesisShard(stream, each) for each in stream.shards.values()]


def shard_count(stream_arn: str) -> int:
    """How many shards the stream has."""
    stream = _stream_of(stream_arn)
    if stream is None:
        return 0
    return 1 if isinstance(stream, TableStream) else len(stream.shards)


def _stream_of(arn: str) -> Any:
    """The table's stream, or moto's Kinesis stream; None if it does not exist."""
    _, _, service, region, account, resource = arn.split(":", 5)
    if service == "dynamodb":
        return STREAMS.get((account, region), {}).get(arn)
    return kinesis_backends[account][region].streams.get(resource.removeprefix("stream/"))


def next_expiry(stream_arn: str, now: datetime) -> datetime | None:
    """When Time to Live deletes the next item of the stream's table; None if it deletes none."""
    _, _, service, region, account, _ = stream_arn.split(":", 5)
    stream = STREAMS.get((account, region), {}).get(stream_arn) if service == "dynamodb" else None
    return None if stream is None or not stream.is_open else next_deletion(stream.table, now)


def expire_items(stream_arn: str, now: datetime) -> None:
    """Delete the items that have expired by now."""
    _, _, _, region, account, _ = stream_arn.split(":", 5)
    delete_expired_items(dynamodb_backends[account][region], now)


LATEST: dict[str, Mapping[str, int]] = {}
"""For each mapping, by its id: the sequence numbers that shards had last when it was created."""


def note_creation(mapping: str, stream_arn: str) -> None:
    """Keep where a mapping begins that reads only what comes after its creation."""
    LATEST.setdefault(mapping, {shard.id: shard.last for shard in shards_of(stream_arn)})
