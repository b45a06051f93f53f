"""What moto asks of a transaction before it begins, asked once for each form of its items.

Two items of one form differ in the values of their attributes alone. Of those moto asks only that
no key is empty, so what it found right of one it finds right of the other.
[moto 5.1.24: dynamodb/responses.py, transact_write_items]
"""

from collections.abc import Iterable, Mapping
from typing import Any

from moto.dynamodb.models.utilities import dynamo_json_dump
from moto.dynamodb.responses import DynamoHandler

from wavetank.emulator.patches import patch_of

KEPT = 4096
STOCK = patch_of("moto.dynamodb.responses:DynamoHandler.transact_write_items").original()
ATTRIBUTES = {"Put": "Item", "Update": "Key", "Delete": "Key", "ConditionCheck": "Key"}
"""Where each kind of item has the attributes that must not be empty, or that are its key."""
RIGHT: set[str] = set()
"""The forms that were found right; emptied when there are many, which no pipeline comes to."""


def transact_write_items(handler: DynamoHandler) -> str:
    """`DynamoHandler.transact_write_items`, in text.

    Raises:
        Exception: as moto, where an item is wrong or the transaction is cancelled.
    """
    items = handler.body["TransactItems"]
    forms = [_form(item) for item in items]
    if not RIGHT.issuperset(forms):
        answer: str = STOCK(handler)
        _remember(form for form in forms if form is not None)
        return answer
    for item in items:
        for kind, operation in item.items():
            if kind in ("Put", "Update"):
                handler.dynamodb_backend.get_table(operation["TableName"])
    handler.dynamodb_backend.transact_write_items(items)
    return dynamo_json_dump({"ConsumedCapacity": [], "ItemCollectionMetrics": {}})


def _form(item: Mapping[str, Any]) -> str | None:
    """All of the item but its values; None where a value may be what is wrong."""
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


def _remember(forms: Iterable[str]) -> None:
    if len(RIGHT) > KEPT:
        RIGHT.clear()
    RIGHT.update(forms)
