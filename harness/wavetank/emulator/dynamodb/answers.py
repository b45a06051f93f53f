"""Removes from moto's responses to operations on items what AWS leaves out.

[DynamoDB API reference: ReturnConsumedCapacity, ReturnItemCollectionMetrics and ReturnValues of
each operation; developer guide: CapacityUnitCalculations, transactions]
"""

from collections.abc import Mapping
from typing import Any

from wavetank.emulator.dynamodb.attribute_values import item_size, normalize
from wavetank.emulator.dynamodb.capacity import consumed_capacity, wants_capacity

PROJECTING = ("IndexName",)

type Answer = dict[str, Any]


def corrected_answer(request: Mapping[str, Any], answer: Answer) -> Answer:
    """Moto's answer as AWS gives it; the same object if they do not differ."""
    shown = {name: value for name, value in answer.items() if _is_shown(name, value, request)}
    if any(name in request for name in PROJECTING):
        for item in (*shown.get("Items", ()), *((shown["Item"],) if "Item" in shown else ())):
            _normalize_numbers(item)
        return shown
    return answer if shown == answer else shown


def replayed_answer(request: Mapping[str, Any], answer: Answer) -> Answer:
    """The answer to a transaction that was executed before: it has only read the items."""
    if "ConsumedCapacity" not in answer or "TransactItems" not in request:
        return answer
    parts = [part for entry in request["TransactItems"] for part in entry.values()]
    sizes = [(part["TableName"], item_size(part.get("Item", {}))) for part in parts]
    consumed = consumed_capacity("TransactGetItems", request, sizes)
    return answer | {"ConsumedCapacity": consumed}


def _is_shown(name: str, value: object, request: Mapping[str, Any]) -> bool:
    match name:
        case "ConsumedCapacity":
            return wants_capacity(request)
        case "ItemCollectionMetrics":
            return bool(request.get("ReturnItemCollectionMetrics") == "SIZE")
        case "ConsumedCapacityUnits":
            return False
        case "Items":
            return request.get("Select") != "COUNT"
        case "Attributes":
            return value not in ({}, None)
    return True


def read_size(answer: Answer) -> int:
    """The size in bytes of the items that a transaction has read."""
    return sum(item_size(each.get("Item", {})) for each in answer["Responses"])


def _normalize_numbers(attributes: Mapping[str, dict[str, Any]]) -> None:
    """Remove the exponents that moto's projections give to small numbers."""
    for value in attributes.values():
        if "B" not in value and "BS" not in value:
            normalize(value)
