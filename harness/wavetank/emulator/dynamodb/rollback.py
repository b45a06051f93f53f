"""Undoes the changes of items: those of a transaction, or of an update, that fails.

Each item is copied before it is changed for the first time, with the records of its table's stream;
other items cost nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from wavetank.emulator.dynamodb.item_copy import copy_item


@dataclass(frozen=True)
class FormerItem:
    """An item of a table before a change; `item` is None if it did not exist."""

    table: Table
    hash_key: DynamoType
    range_key: DynamoType | None
    item: Item | None

    def size(self) -> int:
        """The size in bytes of the item as it is now, or as it was before it was deleted."""
        now = self.table.get_item(self.hash_key, self.range_key) or self.item
        return 0 if now is None else now.size()

    def restore(self) -> None:
        """Put the item back, or remove the one that was created."""
        items: Any = self.table.items
        home, key = (
            (items, self.hash_key)
            if self.range_key is None
            else (items[self.hash_key], self.range_key)
        )
        if self.item is None:
            home.pop(key, None)
        else:
            home[key] = self.item


class Rollback:
    """Restores the items that a failed transaction has changed."""

    def __init__(self) -> None:
        self.items: list[FormerItem] = []
        self._streams: dict[str, tuple[Any, list[Any]]] = {}

    def remember(self, table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
        """Copy an item that is about to be changed, and its table's stream."""
        current = table.get_item(hash_key, range_key)
        former = None if current is None else copy_item(current)
        self.items.append(FormerItem(table, hash_key, range_key, former))
        if table.stream_shard is not None and table.name not in self._streams:
            self._streams[table.name] = (table.stream_shard, list(table.stream_shard.items))

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Restore items and streams if the body raises."""
        try:
            yield
        except BaseException:
            for before in reversed(self.items):
                before.restore()
            for shard, records in self._streams.values():
                shard.items = records
            raise


RECORDING: ContextVar[Rollback | None] = ContextVar("RECORDING", default=None)
"""The rollback that items are copied to before moto puts or deletes them, if there is one."""


@contextmanager
def statements_all_or_nothing() -> Iterator[None]:
    """Restore what moto has put or deleted in the body if that raises."""
    rollback = Rollback()
    token = RECORDING.set(rollback)
    try:
        with rollback.all_or_nothing():
            yield
    finally:
        RECORDING.reset(token)


def remember_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> None:
    """Copy the item if changes are recorded."""
    rollback = RECORDING.get()
    if rollback is not None:
        rollback.remember(table, hash_key, range_key)
