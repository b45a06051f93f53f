"""Replacements for slow or wrong parts of moto's DynamoDB.

Sizes of values and items are DynamoDB's; moto takes the length of each text, and checks whether a
string could be another type. It computes the size of every item that a scan passes, and of the
whole item again for each attribute that is set. [moto 5.1.24: dynamodb/models/dynamo_type.py]
"""

from collections.abc import Mapping
from typing import Any, cast

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from wavetank.emulator.dynamodb.attribute_values import (
    CONTAINER_BYTES,
    ELEMENT_BYTES,
    SIZES,
    text_size,
)
from wavetank.emulator.dynamodb.corrections import CORRECTIONS
from wavetank.emulator.dynamodb.expressions import find_clauses, make_update, parse_condition
from wavetank.emulator.dynamodb.item_copy import copy_item, copy_value
from wavetank.emulator.dynamodb.requests import ITEM_BYTES_MAX
from wavetank.emulator.dynamodb.transaction import transact_write_items
from wavetank.emulator.dynamodb.updates import Executor, Validator
from wavetank.emulator.dynamodb.validation_cache import transact_write_items as ask_of_a_transaction
from wavetank.emulator.patches import patch_of


def tag_resource(self: DynamoDBBackend, table_arn: str, tags: list[dict[str, str]]) -> None:
    """Set tags of the table: a tag that is set again has its new value. Moto adds a second one.

    [DynamoDB API reference: TagResource; moto: dynamodb/models/__init__.py]
    """
    for table in self.tables.values():
        if table.table_arn == table_arn:
            merged = {tag["Key"]: tag["Value"] for tag in (*table.tags, *tags)}
            table.tags = [{"Key": key, "Value": value} for key, value in merged.items()]


set_by_moto = patch_of("moto.dynamodb.models.table:Table.set_stream_specification").original()


def set_stream_specification(table: Table, streams: dict[str, Any] | None) -> None:
    """Set the stream; a table whose stream is off has no stream label.

    Otherwise moto refuses to switch a table's stream on again.
    [DynamoDB API reference: UpdateTable, StreamSpecification; moto: dynamodb/models/__init__.py,
    update_table]
    """
    set_by_moto(table, streams)
    if not table.stream_specification or not table.stream_specification["StreamEnabled"]:
        table.latest_stream_label = table.stream_shard = None


def value_size(value: DynamoType) -> int:
    """`DynamoType.size`, in bytes as DynamoDB counts them."""
    content, kind = value.value, value.type
    if kind == "L":
        return CONTAINER_BYTES + sum([ELEMENT_BYTES + value_size(part) for part in content])
    if kind == "M":
        names = sum([ELEMENT_BYTES + text_size(name) for name in content])
        return CONTAINER_BYTES + names + sum([value_size(part) for part in content.values()])
    return SIZES[kind](content)


def item_size(item: Item) -> int:
    """`Item.size`, in bytes."""
    return sum([text_size(name) + value_size(value) for name, value in item.attrs.items()])


def put_attribute(attributes: LimitedSizeDict, name: str, value: Any) -> None:
    """`LimitedSizeDict.__setitem__`.

    Raises:
        ItemSizeTooLarge: the item would be too large.
    """
    others = [text_size(key) + _size(held) for key, held in attributes.items() if key != name]
    if sum(others) + text_size(name) + _size(value) > ITEM_BYTES_MAX:
        raise ItemSizeTooLarge
    dict.__setitem__(attributes, name, value)


def _size(value: Any) -> int:
    return value_size(value) if type(value) is DynamoType else text_size(str(value))


REPLACEMENTS: Mapping[str, Any] = {
    "moto.dynamodb.comparisons:ConditionExpressionParser.parse": parse_condition,
    "moto.dynamodb.models.dynamo_type:DynamoType.__deepcopy__": copy_value,
    "moto.dynamodb.models.dynamo_type:DynamoType.size": value_size,
    "moto.dynamodb.models.dynamo_type:Item.__deepcopy__": copy_item,
    "moto.dynamodb.models.dynamo_type:Item.size": item_size,
    "moto.dynamodb.models.dynamo_type:LimitedSizeDict.__setitem__": put_attribute,
    "moto.dynamodb.models.table:Table.set_stream_specification": set_stream_specification,
    "moto.dynamodb.models:DynamoDBBackend.tag_resource": tag_resource,
    "moto.dynamodb.models:DynamoDBBackend.transact_write_items": transact_write_items,
    "moto.dynamodb.models:UpdateExpressionExecutor": Executor,
    "moto.dynamodb.models:UpdateExpressionValidator": Validator,
    "moto.dynamodb.parsing.ast_nodes:Node.find_clauses": find_clauses,
    "moto.dynamodb.parsing.expressions:UpdateExpressionParser.make": classmethod(
        cast("Any", make_update)
    ),
    "moto.dynamodb.responses:DynamoHandler.transact_write_items": ask_of_a_transaction,
}
"""Replacements with the same results as moto's own, besides tags, streams and sizes."""


def patch_moto() -> None:
    """Apply all patches."""
    for target, ours in {**REPLACEMENTS, **CORRECTIONS}.items():
        patch_of(target).apply(ours)
