"""Capacity units follow the sizes of items."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.capacity import Sizes, consumed_capacity, read_sizes, written_parts

TABLE: dict[str, Any] = {"TableName": "t", "ReturnConsumedCapacity": "TOTAL"}


@pytest.mark.parametrize(
    ("operation", "more", "sizes", "units"),
    [
        ("GetItem", {}, [("t", 0)], 0.5),
        ("GetItem", {}, [("t", 4097)], 1),
        ("GetItem", {"ConsistentRead": True}, [("t", 4097)], 2),
        ("PutItem", {}, [("t", 1024)], 1),
        ("UpdateItem", {}, [("t", 1025)], 2),
        ("Query", {}, [("t", 3000), ("t", 3000), ("t", 0)], 1),
        ("Scan", {"ConsistentRead": True}, [("t", 0)], 1),
    ],
)
def test_a_call_consumes_units_by_size(
    operation: str, more: dict[str, Any], sizes: Sizes, units: float
) -> None:
    """One unit for each started KB of a write or 4 KB of a read, half of that unless consistent."""
    consumed = consumed_capacity(operation, TABLE | more, sizes)
    assert consumed == {"TableName": "t", "CapacityUnits": units}


def test_batches_and_transactions_consume_by_table() -> None:
    """A transaction twice as much; INDEXES shows the table's share."""
    request = {
        "ReturnConsumedCapacity": "INDEXES",
        "RequestItems": {"a": {"Keys": [{}, {}]}, "b": {"Keys": [{}], "ConsistentRead": True}},
    }
    sizes = [("a", 100), ("a", 5000), ("b", 1)]
    units = {"a": 1.5, "b": 1.0}
    assert consumed_capacity("BatchGetItem", request, sizes) == [
        {"TableName": name, "CapacityUnits": count, "Table": {"CapacityUnits": count}}
        for name, count in units.items()
    ]
    request = {"ReturnConsumedCapacity": "TOTAL"}
    assert consumed_capacity("TransactWriteItems", request, [("a", 1500)]) == [
        {"TableName": "a", "CapacityUnits": 4.0, "WriteCapacityUnits": 4.0}
    ]


def test_sizes_are_those_of_whole_items() -> None:
    """An item that does not exist is read too."""
    item = {"id": {"S": "1"}}
    batch: dict[str, Any] = {"RequestItems": {"t": {"Keys": [{}, {}]}}}
    assert read_sizes("BatchGetItem", batch, {"Responses": {"t": [item]}}) == [("t", 3), ("t", 0)]
    gets = {"TransactItems": [{"Get": TABLE}, {"Get": TABLE}]}
    assert read_sizes("TransactGetItems", gets, {"Responses": [{}, {"Item": item}]}) == [
        ("t", 0),
        ("t", 3),
    ]
    writes = {"RequestItems": {"t": [{"PutRequest": {"Item": item}}]}}
    assert list(written_parts("BatchWriteItem", writes)) == [("t", {"Item": item})]
