"""Caches moto's validation of transactions by the form of their items.

Two items of the same form differ only in the values of their attributes. Of the values moto only
checks that no key is empty, so if one item is valid, the other is too.
[moto 5.1.24: dynamodb/responses.py, transact_write_items]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from wavetank.emulator.patches import patch_of

CACHE_SIZE = 4096
STOCK = patch_of("moto.dynamodb.responses:DynamoHandler.transact_write_items").original()
ATTRIBUTES = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
"""The member of each kind of item with its key, or attributes that must not be empty."""
RIGHT: set[str] = set()
"""The valid forms; cleared when there are many, which no pipeline reaches."""


def transact_write_items(handler: DynamoHandler) -> str:
    """`DynamoHandler.transact_write_items`, as text.

    Raises:
        Exception: moto's, if an item is wrong or the transaction is cancelled.
    """
    items = handler.body["TransactItems"]
    forms = [_form(item) for item in items]
    if not RIGHT.issuperset(forms):
        answer: str = STOCK(handler)
        _add(form for form in forms if form is not None)
        return answer
    for item in items:
        for kind, operation in item.items():
            if kind in ("Put", "Update"):
                handler.dynamodb_backend.get_table(operation["TableName"])
    handler.dynamodb_backend.transact_write_items(items)
    return dynamo_json_dump({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})


def _form(item: Mapping[str, Any]) -> str | None:
    """The item without its values; None if a value may be invalid."""
    if len(item) != 1:
        return None
    kind, operation = next(iter(item.items()))
    attributes = operation.get(ATTRIBUTES.get(kind, ""))
    values = operation.get("ExpressionAttributeValues")
    if not attributes or values == {} or _has_empty(attributes):
        return None
    parts = [operation.get(part) for part in ("ConditionExpression", "UpdateExpression")]
    names = operation.get("ExpressionAttributeNames")
    return repr((kind, parts, names, None if values is None else list(values)))


def _has_empty(attributes: Mapping[str, Any]) -> bool:
    return any("" in value.values() for value in attributes.values())


def _add(forms: Iterable[str]) -> None:
    if len(RIGHT) > CACHE_SIZE:
        RIGHT.clear()
    RIGHT.update(forms)
