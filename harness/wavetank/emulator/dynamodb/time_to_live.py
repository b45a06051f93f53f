"""Time to Live: items are deleted some time after the instant in their attribute.

AWS deletes an expired item within a few days, and until then it can be read. Here it is deleted by
the first call of DynamoDB, or of its streams, that comes a minute or more after it has expired, so
that the state is the same whenever the same calls are made.
[DynamoDB developer guide: TTL; howitworks-ttl; time-to-live-ttl-streams; DynamoDB API reference:
UpdateTimeToLive]
"""

import math
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from weakref import WeakKeyDictionary

from moto.dynamodb.exceptions import MockValidationException, ResourceNotFoundException
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import Item
from moto.dynamodb.models.table import Table

DELETION_DELAY = timedelta(minutes=1)
AGE_MAX = timedelta(days=5 * 365)
"""An item whose instant is longer ago is never deleted."""
NEVER = Decimal("Infinity")
LATEST_INSTANT = Decimal(253_000_000_000)
"""About the end of the year 9986, in seconds since 1970."""


@dataclass
class EarliestExpiry:
    """A cached result of a scan: no item of the table expires before `at`.

    `items` are the table's at the time `scanned`. `at` counts seconds since 1970, in the TTL
    attribute of this name.
    """

    attribute: str
    items: Any
    scanned: datetime
    at: Decimal

    def is_valid(self, table: Table, now: datetime) -> bool:
        """Whether it is about the table's present items, and time has not gone back since."""
        is_same = self.items is table.items and self.attribute == table.ttl["AttributeName"]
        return is_same and self.scanned <= now


EARLIEST: WeakKeyDictionary[Table, EarliestExpiry] = WeakKeyDictionary()
"""What is known of tables with TTL, so that their items need not be read at every call."""


def expiry(attribute: Any) -> Decimal:
    """The instant of a TTL attribute in seconds since 1970; infinite for one that never expires."""
    return Decimal(attribute.value) if attribute is not None and attribute.type == "N" else NEVER


def note_written(table: Table, item: Item) -> None:
    """Take note of an item that was put or updated, which may expire first."""
    known = EARLIEST.get(table)
    if known is not None:
        known.at = min(known.at, expiry(item.attrs.get(known.attribute)))


def is_due(attribute: Any, now: datetime) -> bool:
    """Whether an item whose TTL attribute has this value, or None, is to be deleted now.

    Values other than numbers, which count seconds since 1970, never expire.
    """
    if attribute is None or attribute.type != "N":
        return False
    age = Decimal(now.timestamp()) - Decimal(attribute.value)
    return DELETION_DELAY.total_seconds() <= age <= AGE_MAX.total_seconds()


def delete_expired_items(backend: DynamoDBBackend, now: datetime) -> None:
    """Delete the due items of all tables of an account and region, in the order of their keys."""
    for table in list(backend.tables.values()):  # tables are created meanwhile
        if table.ttl["TimeToLiveStatus"] == "ENABLED":
            _delete_expired(table, now)


def next_deletion(table: Table, now: datetime) -> datetime | None:
    """When the next item of the table is deleted if a call comes; None if no item expires."""
    if table.ttl["TimeToLiveStatus"] != "ENABLED":
        return None
    known = EARLIEST.get(table)
    if known is None or not known.is_valid(table, now):
        known = EARLIEST[table] = _earliest(table, now)
    # an instant that no datetime can have is as good as none
    return None if known.at > LATEST_INSTANT else _deletion(known.at)


def _deletion(at: Decimal) -> datetime:
    return datetime.fromtimestamp(math.ceil(at), UTC) + DELETION_DELAY


def _earliest(table: Table, now: datetime) -> EarliestExpiry:
    """The earliest instant of the items that are not too old to be deleted."""
    name, oldest = table.ttl["AttributeName"], Decimal((now - AGE_MAX).timestamp())
    found = (expiry(item.attrs.get(name)) for item in table.all_items())
    earliest = min((at for at in found if at >= oldest), default=NEVER)
    return EarliestExpiry(name, table.items, now, earliest)


def _delete_expired(table: Table, now: datetime) -> None:
    name, seconds = table.ttl["AttributeName"], Decimal(now.timestamp())
    known = EARLIEST.get(table)
    delay = Decimal(DELETION_DELAY.total_seconds())
    if known is not None and known.is_valid(table, now) and seconds < known.at + delay:
        return
    items = table.all_items()
    due = [item for item in items if is_due(item.attrs.get(name), now)]
    later = [at for item in items if (at := expiry(item.attrs.get(name))) + delay > seconds]
    EARLIEST[table] = EarliestExpiry(name, table.items, now, min(later, default=NEVER))
    stream: Any = table.stream_shard
    for item in due:
        with nullcontext() if stream is None else stream.muted():
            table.delete_item(item.hash_key, item.range_key)
        if stream is not None:
            stream.add_expired(item)


def update_time_to_live(
    backend: DynamoDBBackend, table_name: str, ttl_spec: dict[str, Any]
) -> None:
    """`DynamoDBBackend.update_time_to_live`.

    Raises:
        ResourceNotFoundException: the table does not exist.
        MockValidationException: TTL is in the requested state already, or on another attribute.
    """
    table = _table(backend, table_name)
    is_enabled = table.ttl["TimeToLiveStatus"] == "ENABLED"
    if ttl_spec["Enabled"] == is_enabled:
        state = "enabled" if is_enabled else "disabled"
        raise MockValidationException(f"TimeToLive is already {state}")
    if is_enabled and table.ttl["AttributeName"] != ttl_spec["AttributeName"]:
        raise MockValidationException(
            "TimeToLive is active on a different AttributeName: current AttributeName is "
            f"{table.ttl['AttributeName']}"
        )
    table.ttl = (
        {"TimeToLiveStatus": "ENABLED", "AttributeName": ttl_spec["AttributeName"]}
        if ttl_spec["Enabled"]
        else {"TimeToLiveStatus": "DISABLED"}
    )


def is_time_to_live(backend: DynamoDBBackend, name: str, wanted: Mapping[str, Any]) -> bool:
    """Whether the table has this specification already."""
    table = backend.tables.get(name)
    if table is None or table.ttl["TimeToLiveStatus"] != "ENABLED":
        return False
    return bool(wanted["Enabled"]) and table.ttl["AttributeName"] == wanted["AttributeName"]


def describe_time_to_live(backend: DynamoDBBackend, table_name: str) -> dict[str, Any]:
    """`DynamoDBBackend.describe_time_to_live`.

    Raises:
        ResourceNotFoundException: the table does not exist.
    """
    return _table(backend, table_name).ttl


def _table(backend: DynamoDBBackend, name: str) -> Table:
    try:
        return backend.get_table(name)
    except ResourceNotFoundException as error:
        raise ResourceNotFoundException(table_name=name) from error
