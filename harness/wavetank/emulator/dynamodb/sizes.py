"""Sizes of values and items as moto has them, without asking a text what else it could be.

moto sizes every item that a scan passes, and the whole item again for each attribute that is set.
[moto 5.1.24: dynamodb/models/dynamo_type.py]
"""

from typing import Any

from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict

STOCK_VALUE_SIZE = DynamoType.size
ITEM_BYTES_MAX = 405_000
"""moto's own limit, between AWS's documented 400 KB and what it takes."""


def value_size(value: DynamoType) -> int:
    """`DynamoType.size`, in bytes: texts, numbers and binaries in base64 are texts."""
    content = value.value
    return text_size(content) if type(content) is str else STOCK_VALUE_SIZE(value)


def item_size(item: Item) -> int:
    """`Item.size`, in bytes."""
    return sum([text_size(name) + value_size(value) for name, value in item.attrs.items()])


def put_attribute(attributes: LimitedSizeDict, name: str, value: Any) -> None:
    """`LimitedSizeDict.__setitem__`.

    Raises:
        ItemSizeTooLarge: the item would be; what it had under the name counts too, as with moto.
    """
    size = sum([text_size(other) + _size(held) for other, held in attributes.items()])
    if size + text_size(name) + _size(value) > ITEM_BYTES_MAX:
        raise ItemSizeTooLarge
    dict.__setitem__(attributes, name, value)


def text_size(text: str) -> int:
    """In UTF-8."""
    return len(text) if text.isascii() else len(text.encode())


def _size(value: Any) -> int:
    return value_size(value) if type(value) is DynamoType else text_size(str(value))
