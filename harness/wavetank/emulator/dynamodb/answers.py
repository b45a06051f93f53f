"""What AWS leaves out of its answers to operations on items, where moto puts something in.

[DynamoDB API reference: ReturnConsumedCapacity, ReturnItemCollectionMetrics and ReturnValues of
each operation; developer guide: CapacityUnitCalculations, transactions]
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from wavetank.emulator.dynamodb.attribute_values import item_size, normalize

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
PER_TRANSACTION = 2
"""Capacity units of a transaction for each one without."""
PROJECTING = ("AttributesToGet", "IndexName", "ProjectionExpression")

type Answer = dict[str, Any]


def corrected_answer(operation: str, request: Mapping[str, Any], answer: Answer) -> Answer:
    """Moto's answer as AWS gives it; the same object if they do not differ."""
    asked = request.get("ReturnConsumedCapacity", "NONE") != "NONE"
    shown = {name: value for name, value in answer.items() if _is_shown(name, value, request)}
    if operation == "TransactWriteItems" and asked:
        shown["ConsumedCapacity"] = transaction_capacity(request, "WriteCapacityUnits")
    if any(name in request for name in PROJECTING):
        for item in (*shown.get("Items", ()), *((shown["Item"],) if "Item" in shown else ())):
            _normalize_numbers(item)
        return shown
    return answer if shown == answer else shown


def replayed_answer(request: Mapping[str, Any], answer: Answer) -> Answer:
    """The answer to a transaction that was executed before: it has only read the items."""
    if "TransactItems" not in request or "ConsumedCapacity" not in answer:
        return answer
    return answer | {"ConsumedCapacity": transaction_capacity(request, "ReadCapacityUnits")}


def _is_shown(name: str, value: object, request: Mapping[str, Any]) -> bool:
    match name:
        case "ConsumedCapacity":
            return bool(request.get("ReturnConsumedCapacity", "NONE") != "NONE")
        case "ItemCollectionMetrics":
            return bool(request.get("ReturnItemCollectionMetrics") == "SIZE")
        case "ConsumedCapacityUnits":
            return False
        case "Attributes":
            return value not in ({}, None)
    return True


def read_size(answer: Answer) -> int:
    """The size in bytes of the items that a transaction has read."""
    return sum(item_size(each.get("Item", {})) for each in answer["Responses"])


def transaction_capacity(request: Mapping[str, Any], units: str) -> list[dict[str, Any]]:
    """The capacity of a transaction by table, of which `units` names the kind.

    An item whose size is not in the request counts as one unit.
    """
    size = WRITE_UNIT_BYTES if units == "WriteCapacityUnits" else READ_UNIT_BYTES
    tables: dict[str, float] = defaultdict(float)
    for entry in request["TransactItems"]:
        for part in entry.values():
            count = -(-item_size(part.get("Item", {})) // size)
            tables[part["TableName"]] += PER_TRANSACTION * max(count, 1)
    return [
        {"TableName": table, "CapacityUnits": total, units: total}
        | ({"Table": {"CapacityUnits": total, units: total}} if _has_indexes(request) else {})
        for table, total in tables.items()
    ]


def _has_indexes(request: Mapping[str, Any]) -> bool:
    return request.get("ReturnConsumedCapacity") == "INDEXES"


def _normalize_numbers(attributes: Mapping[str, dict[str, Any]]) -> None:
    """Remove the exponents that moto's projections give to small numbers."""
    for value in attributes.values():
        if "B" not in value and "BS" not in value:
            normalize(value)
