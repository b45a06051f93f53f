"""Replacements in moto whose results differ from moto's own, because AWS's do."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.responses import DynamoHandler

from wavetank.emulator.dynamodb import comparisons
from wavetank.emulator.dynamodb.item_copy import copy_item
from wavetank.emulator.dynamodb.legacy_conditions import compare
from wavetank.emulator.dynamodb.legacy_updates import update_with_attribute_updates
from wavetank.emulator.dynamodb.requests import TRANSACTION_ITEMS_MAX
from wavetank.emulator.dynamodb.returned_values import ACTIONS
from wavetank.emulator.dynamodb.rollback import (
    RECORDING,
    FormerItem,
    remember_item,
    statements_all_or_nothing,
)
from wavetank.emulator.dynamodb.table_stream import TableStream
from wavetank.emulator.dynamodb.time_to_live import (
    describe_time_to_live,
    note_written,
    update_time_to_live,
)
from wavetank.emulator.patches import patch_of

UPDATE_BY_MOTO = patch_of("moto.dynamodb.models:DynamoDBBackend.update_item").original()
CHECK_BY_MOTO = patch_of(
    "moto.dynamodb.parsing.validators:UpdateHashRangeKeyValidator.check_for_hash_or_range_key"
).original()
DELETE_BY_MOTO = patch_of("moto.dynamodb.models.table:Table.delete_item").original()
ITEMS_BY_MOTO = patch_of("moto.dynamodb.models.table:Table.has_idx_items").original()
PUT_BY_MOTO = patch_of("moto.dynamodb.models.table:Table.put_item").original()
EXECUTE_BY_MOTO = patch_of("moto.dynamodb.models:DynamoDBBackend.execute_transaction").original()


def update_item(
    backend: DynamoDBBackend, table_name: str, key: dict[str, Any], *args: Any, **kwargs: Any
) -> Item:
    """`DynamoDBBackend.update_item`: an update that fails changes nothing, and is one change.

    Moto keeps what was done before an action fails, records the creation of an item twice, and
    raises for an update without actions, which creates an item with its key only.

    Raises:
        Exception: moto's, as for its own method.
    """
    table = backend.get_table(table_name)
    hash_key, range_key = backend.get_keys_value(table, key)
    current = table.get_item(hash_key, range_key)
    former = None if current is None else copy_item(current)
    stream: Any = table.stream_shard
    kwargs["attribute_updates"] = kwargs.get("attribute_updates") or {}
    try:
        with nullcontext() if stream is None else stream.muted():
            updated: Item = UPDATE_BY_MOTO(backend, table_name, key, *args, **kwargs)
    except Exception:  # any error: it is raised again once the item is as before
        FormerItem(table, hash_key, range_key, former).restore()
        raise
    note_written(table, updated)
    if stream is not None:
        stream.add(former, updated)
    return updated


def execute_transaction(backend: DynamoDBBackend, statements: list[dict[str, Any]]) -> Any:
    """`DynamoDBBackend.execute_transaction`: all statements are executed, or none.

    Raises:
        Exception: moto's, as for its own method.
    """
    with statements_all_or_nothing():
        return EXECUTE_BY_MOTO(backend, statements)


def delete_item(table: Table, hash_key: DynamoType, range_key: DynamoType | None) -> Any:
    """`Table.delete_item`: a transaction of statements can be undone."""
    remember_item(table, hash_key, range_key)
    return DELETE_BY_MOTO(table, hash_key, range_key)


def put_item(table: Table, item_attrs: dict[str, Any], *args: Any, **kwargs: Any) -> Item:
    """`Table.put_item`: a transaction of statements can be undone, and the expiry is known.

    Raises:
        Exception: moto's, as for its own method.
    """
    if RECORDING.get() and all(name in item_attrs for name in table.table_key_attrs):
        keys = [DynamoType(item_attrs[name]) for name in table.table_key_attrs]
        remember_item(table, keys[0], keys[1] if len(keys) > 1 else None)
    item: Item = PUT_BY_MOTO(table, item_attrs, *args, **kwargs)
    note_written(table, item)
    return item


def has_idx_items(table: Table, index_name: str) -> list[Item]:
    """`Table.has_idx_items`: an index has no item whose key attributes have other types.

    Items that were there before the index may have them. [DynamoDB developer guide:
    GSI.OnlineOps.ViolationDetection]
    """
    types = {each["AttributeName"]: each["AttributeType"] for each in table.attr}
    names = [key["AttributeName"] for key in table.get_index(index_name).schema]
    items: list[Item] = ITEMS_BY_MOTO(table, index_name)
    return [item for item in items if all(item.attrs[n].type == types[n] for n in names)]


def check_updated_path(validator: Any, node: Any) -> Any:
    """`UpdateHashRangeKeyValidator.check_for_hash_or_range_key`, for updated paths only.

    Moto also refuses keys whose values an update only reads.

    Raises:
        UpdateHashRangeKeyException: the update is one of a key.
    """
    parent = node.parent
    is_updated = type(parent) in ACTIONS and parent.children[0] is node
    return CHECK_BY_MOTO(validator, node) if is_updated else node


def contains_no_duplicates(handler: DynamoHandler, keys: list[str]) -> bool:  # noqa: ARG001 - moto's parameters
    """`DynamoHandler._contains_duplicates`: the keys were compared before, by table and key."""
    return False


CORRECTIONS: Mapping[str, Any] = {
    **comparisons.CORRECTIONS,
    "moto.dynamodb.models.dynamo_type:DynamoType.compare": compare,
    "moto.dynamodb.models.dynamo_type:Item.update_with_attribute_updates": (
        update_with_attribute_updates
    ),
    "moto.dynamodb.models.table:StreamShard": TableStream,
    "moto.dynamodb.models.table:Table.delete_item": delete_item,
    "moto.dynamodb.models.table:Table.has_idx_items": has_idx_items,
    "moto.dynamodb.models.table:Table.put_item": put_item,
    "moto.dynamodb.models:DynamoDBBackend.describe_time_to_live": describe_time_to_live,
    "moto.dynamodb.models:DynamoDBBackend.execute_transaction": execute_transaction,
    "moto.dynamodb.models:DynamoDBBackend.update_item": update_item,
    "moto.dynamodb.models:DynamoDBBackend.update_time_to_live": update_time_to_live,
    "moto.dynamodb.parsing.validators:UpdateHashRangeKeyValidator.check_for_hash_or_range_key": (
        check_updated_path
    ),
    "moto.dynamodb.responses:DynamoHandler._contains_duplicates": contains_no_duplicates,
    "moto.dynamodb.responses:TRANSACTION_MAX_ITEMS": TRANSACTION_ITEMS_MAX,
}
"""Moto's attributes, and their replacements."""
