"""The stream of a table: the changes of its items in the last 24 hours, in order.

It replaces moto's shard, which records changes that change nothing, all in us-east-1, and the
creation of an item by UpdateItem twice. A stream has one shard, and outlives its table.
[DynamoDB developer guide: Streams; DynamoDB Streams API reference: Record, StreamRecord]
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from wavetank.core.clock import WallClock
from wavetank.emulator.dynamodb.attribute_values import item_size
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.stream_observer import STREAM_OBSERVER

RETENTION = timedelta(hours=24)
VIRTUAL_CREATION = datetime(2020, 1, 1, tzinfo=UTC)
"""When the first stream of a table was created, as the simulator shows it."""
FIRST_NUMBER = 10**20
"""Sequence numbers have at least 21 digits."""
VERSION = "1.1"
TTL_IDENTITY = {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"}
"""Who deleted an expired item. [DynamoDB developer guide: time-to-live-ttl-streams]"""
IMAGES = {
    "KEYS_ONLY": (),
    "NEW_IMAGE": ("NewImage",),
    "OLD_IMAGE": ("OldImage",),
    "NEW_AND_OLD_IMAGES": ("NewImage", "OldImage"),
}
"""The images that a record has, by the stream's view type."""

type Attributes = dict[str, Any]
"""Attributes in DynamoDB's JSON; binary values are base64 text."""


@dataclass(frozen=True, kw_only=True)
class TableStreamRecord:
    """A change of an item in a stream; `old` and `new` are None if there was no item."""

    number: int
    created: datetime
    keys: Attributes
    old: Attributes | None
    new: Attributes | None
    by_ttl: bool = False

    @property
    def event_name(self) -> str:
        """INSERT, MODIFY or REMOVE."""
        if self.old is None:
            return "INSERT"
        return "REMOVE" if self.new is None else "MODIFY"

    def images(self, view_type: str) -> Mapping[str, Attributes]:
        """The images that the view type shows."""
        found = {"NewImage": self.new, "OldImage": self.old}
        return {name: image for name in IMAGES[view_type] if (image := found[name]) is not None}

    def to_json(self) -> Attributes:
        """The event's name and keys, as moto's own record has them."""
        return {"eventName": self.event_name, "dynamodb": {"Keys": self.keys}}


@dataclass(frozen=True)
class StreamDescription:
    """The constant attributes of a table's stream, such as its ARN and view type."""

    arn: str
    label: str
    table: str
    region: str
    view_type: str
    key_schema: tuple[tuple[str, str], ...]
    created: datetime


def labelled_instant(began: datetime, ordinal: int) -> datetime:
    """The creation time that a stream's label, ARN and shard id contain.

    In virtual time it is the same whenever the table was deployed, because functions receive the
    ARN; `ordinal` is higher than those of the table's earlier streams that exist.
    """
    if read_emulator_settings().time is TimeChoice.VIRTUAL:
        return VIRTUAL_CREATION + timedelta(seconds=ordinal)
    return began


class TableStream:
    """The stream of a table; replaces moto's `StreamShard`, to which moto reports changes."""

    def __init__(self, account_id: str, table: Table) -> None:
        streams = STREAMS.setdefault((account_id, table.region_name), {})
        earlier = [e.ordinal for e in streams.values() if e.description.table == table.name]
        self.ordinal: int = max(earlier, default=-1) + 1
        self.began = WallClock().now()
        created = labelled_instant(self.began, self.ordinal)
        label = created.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        table.latest_stream_label = label
        specification: Any = table.stream_specification
        self.account = account_id
        self.table = table
        self.description: StreamDescription = StreamDescription(
            arn=f"{table.table_arn}/stream/{label}",
            label=label,
            table=table.name,
            region=table.region_name,
            view_type=specification["StreamViewType"],
            key_schema=tuple((key["AttributeName"], key["KeyType"]) for key in table.schema),
            created=created,
        )
        self.items: list[TableStreamRecord] = []
        self._next_without_items = FIRST_NUMBER
        self._is_muted = False
        streams[self.description.arn] = self

    @property
    def shard_id(self) -> str:
        """The id of the only shard."""
        digest = hashlib.sha256(self.description.arn.encode()).hexdigest()[:8]
        return f"shardId-{round(self.description.created.timestamp() * 1000):020d}-{digest}"

    def event_id(self, number: str) -> str:
        """The id of a record, which no other stream has: the same whenever the stream was made."""
        text = f"{self.table.table_arn} {self.ordinal} {number}"
        return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - an id

    @property
    def is_open(self) -> bool:
        """Whether the table still writes to it: neither it nor its table was deleted."""
        tables = dynamodb_backends[self.account][self.description.region].tables
        current: Any = self.table.stream_shard
        return current is self and tables.get(self.description.table) is self.table

    @property
    def next_number(self) -> int:
        """The sequence number of the next record."""
        return self.items[-1].number + 1 if self.items else self._next_without_items

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Ignore what `add` reports in the body, which the caller records itself.

        The stream stays the table's: without one, a reader would take its shard for closed.
        """
        self._is_muted = True
        try:
            yield
        finally:
            self._is_muted = False

    def add(self, old: Item | None, new: Item | None) -> None:
        """Record a change; one that leaves the item as it was is none."""
        if self._is_muted:
            return
        before, after = _attributes(old), _attributes(new)
        if before != after:
            self._append(_keys(self.table, before or after or {}), before, after)

    def add_expired(self, item: Item) -> None:
        """Record that Time to Live has deleted the item."""
        attributes = _attributes(item) or {}
        self._append(_keys(self.table, attributes), attributes, None, by_ttl=True)

    def restore(self, records: list[TableStreamRecord], next_number: int) -> None:
        """Put the stream into an earlier state."""
        self.items, self._next_without_items = records, next_number

    def trim(self, now: datetime) -> None:
        """Remove the records of more than 24 hours ago."""
        if self.items and now - self.items[0].created >= RETENTION:
            self._next_without_items = self.next_number
            self.items = [each for each in self.items if now - each.created < RETENTION]

    def trim_horizon(self) -> int:
        """The sequence number of the oldest record, or of the next one."""
        return self.items[0].number if self.items else self.next_number

    def records_from(self, number: int, limit: int) -> list[TableStreamRecord]:
        """At most so many records, beginning with this sequence number."""
        start = max(0, number - self.trim_horizon())
        return self.items[start : start + limit]

    def _append(
        self,
        keys: Attributes,
        old: Attributes | None,
        new: Attributes | None,
        *,
        by_ttl: bool = False,
    ) -> None:
        record = TableStreamRecord(
            number=self.next_number,
            created=WallClock().now(),
            keys=keys,
            old=old,
            new=new,
            by_ttl=by_ttl,
        )
        self.items.append(record)
        key = json.dumps({name: next(iter(value.values())) for name, value in keys.items()})
        STREAM_OBSERVER.accepted(self.description.arn, record.number, key)


STREAMS: dict[tuple[str, str], dict[str, TableStream]] = {}
"""The streams of each account and region by ARN, including those of deleted tables."""


def streams_of(account: str, region: str, now: datetime) -> Iterator[TableStream]:
    """The streams, without those that ended more than 24 hours ago; old records are removed."""
    streams = STREAMS.get((account, region), {})
    for arn, stream in list(streams.items()):
        stream.trim(now)
        has_ended = not stream.is_open and not stream.items
        if has_ended and now - stream.began >= RETENTION:
            del streams[arn]
        else:
            yield stream


type StreamState = tuple[list[TableStreamRecord], int]
"""The records of a stream, and the sequence number of its next one."""


def stream_states(account: str, region: str) -> dict[str, StreamState]:
    """The state of each stream of an account and region, by ARN."""
    streams = STREAMS.get((account, region), {})
    return {arn: (list(each.items), each.next_number) for arn, each in streams.items()}


def restore_streams(account: str, region: str, states: Mapping[str, StreamState]) -> None:
    """Put the streams into these states; those that are not among them are empty."""
    for arn, stream in STREAMS.get((account, region), {}).items():
        records, number = states.get(arn, ([], FIRST_NUMBER))
        stream.restore(list(records), number)


def records_to_save(stream: TableStream) -> list[dict[str, Any]]:
    """The records as JSON."""
    return [asdict(each) | {"created": each.created.isoformat()} for each in stream.items]


def restore_records(stream: TableStream, rows: Iterable[Mapping[str, Any]]) -> None:
    """Replace the records by those that `records_to_save` has given."""
    records = [
        TableStreamRecord(**{**row, "created": datetime.fromisoformat(row["created"])})
        for row in rows
    ]
    stream.restore(records, FIRST_NUMBER)


def record_as_json(stream: TableStream, record: TableStreamRecord) -> dict[str, Any]:
    """The record as GetRecords returns it, with base64 texts for binary values."""
    description = stream.description
    images = record.images(description.view_type)
    number = str(record.number)
    shown: dict[str, Any] = {
        "eventID": stream.event_id(number),
        "eventName": record.event_name,
        "eventVersion": VERSION,
        "eventSource": "aws:dynamodb",
        "awsRegion": description.region,
        "dynamodb": {
            "ApproximateCreationDateTime": int(record.created.timestamp()),
            "Keys": record.keys,
            **images,
            "SequenceNumber": number,
            "SizeBytes": item_size(record.keys) + sum(map(item_size, images.values())),
            "StreamViewType": description.view_type,
        },
    }
    return shown | ({"userIdentity": TTL_IDENTITY} if record.by_ttl else {})


def _keys(table: Table, attributes: Attributes) -> Attributes:
    return {name: attributes[name] for name in table.table_key_attrs}


def _attributes(item: Item | None) -> Attributes | None:
    if item is None:
        return None
    return {name: value_as_json(value) for name, value in item.attrs.items()}


def value_as_json(value: DynamoType) -> dict[str, Any]:
    """A value of moto's in DynamoDB's JSON."""
    content = value.value
    if isinstance(content, dict):
        return {value.type: {name: value_as_json(part) for name, part in content.items()}}
    if value.type == "L":
        return {"L": [value_as_json(part) for part in content]}
    return {value.type: list(content) if isinstance(content, list) else content}
