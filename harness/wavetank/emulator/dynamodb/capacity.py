"""The capacity that a call consumes, by the sizes of the items that it reads or writes.

The capacity of secondary indexes, and of items that a filter leaves out, is not counted.
[DynamoDB developer guide: CapacityUnitCalculations, read-write-operations, transactions]
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from wavetank.emulator.dynamodb.attribute_values import item_size

WRITE_UNIT_BYTES = 1024
READ_UNIT_BYTES = 4096
EVENTUALLY_CONSISTENT = 0.5
PER_TRANSACTION = 2
WRITES = frozenset({"BatchWriteItem", "DeleteItem", "PutItem", "TransactWriteItems", "UpdateItem"})
TRANSACTIONS = {
    "TransactGetItems": "ReadCapacityUnits",
    "TransactWriteItems": "WriteCapacityUnits",
}
BATCHES = frozenset({"BatchGetItem", "BatchWriteItem", *TRANSACTIONS})

type Sizes = list[tuple[str, int]]
"""The table and the size in bytes of each item, the larger one if it has changed."""


def wants_capacity(request: Mapping[str, Any]) -> bool:
    """Whether the answer is to say what was consumed."""
    return bool(request.get("ReturnConsumedCapacity", "NONE") != "NONE")


def consumed_capacity(operation: str, request: Mapping[str, Any], sizes: Sizes) -> Any:
    """The member ConsumedCapacity of the answer."""
    tables = {"TableName": request["TableName"]} if "TableName" in request else {}
    units: dict[str, float] = dict.fromkeys(tables.values(), 0.0)
    units = defaultdict(float, units)
    for table, size in _together(operation, sizes):
        units[table] += _units(operation, request, table, size)
    shown = [_shown(operation, request, table, count) for table, count in units.items()]
    return shown if operation in BATCHES else shown[0]


def _together(operation: str, sizes: Sizes) -> Iterable[tuple[str, int]]:
    """The sizes that are rounded to units: a query's items are counted together."""
    if operation not in {"Query", "Scan"}:
        return sizes
    return [(table, sum(size for _, size in sizes)) for table in {table for table, _ in sizes}]


def _units(operation: str, request: Mapping[str, Any], table: str, size: int) -> float:
    unit = WRITE_UNIT_BYTES if operation in WRITES else READ_UNIT_BYTES
    count = float(max(1, -(-size // unit)))
    if operation in TRANSACTIONS:
        return count * PER_TRANSACTION
    if operation in WRITES:
        return count
    part = request["RequestItems"][table] if operation == "BatchGetItem" else request
    return count if part.get("ConsistentRead") else count * EVENTUALLY_CONSISTENT


def _shown(operation: str, request: Mapping[str, Any], table: str, count: float) -> dict[str, Any]:
    units = {"CapacityUnits": count}
    if kind := TRANSACTIONS.get(operation):
        units[kind] = count
    parts = {"Table": units} if request["ReturnConsumedCapacity"] == "INDEXES" else {}
    return {"TableName": table, **units, **parts}


def read_sizes(operation: str, request: Mapping[str, Any], answer: Mapping[str, Any]) -> Sizes:
    """The sizes of the whole items that a read has found, 0 for one that does not exist."""
    match operation:
        case "GetItem":
            return [(request["TableName"], item_size(answer.get("Item", {})))]
        case "Query" | "Scan":
            items = answer.get("Items", [])
            return [(request["TableName"], item_size(item)) for item in [*items, {}]]
        case "BatchGetItem":
            return list(_batch_sizes(request["RequestItems"], answer["Responses"]))
        case "TransactGetItems":
            pairs = zip(request["TransactItems"], answer["Responses"], strict=True)
            return [(g["Get"]["TableName"], item_size(r.get("Item", {}))) for g, r in pairs]
    return []


def _batch_sizes(tables: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    for table, part in tables.items():
        items = found.get(table, [])
        missing = len(part["Keys"]) - len(items)
        yield from ((table, item_size(item)) for item in [*items, *[{}] * missing])


def written_parts(operation: str, request: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The table of each item that a call writes or checks, and the item or its key."""
    match operation:
        case "BatchWriteItem":
            for table, entries in request["RequestItems"].items():
                yield from ((table, part) for entry in entries for part in entry.values())
        case "TransactWriteItems":
            for entry in request["TransactItems"]:
                yield from ((part["TableName"], part) for part in entry.values())
        case "DeleteItem" | "PutItem" | "UpdateItem":
            yield request["TableName"], request
