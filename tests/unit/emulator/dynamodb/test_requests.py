"""Requests are checked before moto sees them: counts, sizes, keys and expression parameters."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.requests import ITEM_BYTES_MAX, RequestError, prepare_request

KEYS = {"t": {"id": "S"}, "u": {"id": "S"}, "ranged": {"id": "S", "at": "N"}}
KEY = {"id": {"S": "1"}}


def _prepare(operation: str, **request: Any) -> dict[str, Any]:
    prepare_request(operation, request, lambda table: KEYS.get(table, {}))
    return request


def _refusal(operation: str, **request: Any) -> str:
    with pytest.raises(RequestError) as refused:
        _prepare(operation, **request)
    return str(refused.value)


def _puts(count: int) -> list[Any]:
    return [{"PutRequest": {"Item": {"id": {"S": str(index)}}}} for index in range(count)]


def _keys(count: int) -> dict[str, Any]:
    return {"Keys": [{"id": {"S": str(index)}} for index in range(count)]}


def test_a_batch_writes_25_items_and_reads_100() -> None:
    """In one table, and in all of them."""
    _prepare("BatchWriteItem", RequestItems={"t": _puts(25)})
    _prepare("BatchGetItem", RequestItems={"t": _keys(100)})
    many = _refusal("BatchWriteItem", RequestItems={"t": _puts(26)})
    assert "less than or equal to 25" in many
    in_two = {"t": _puts(13), "u": _puts(13)}
    assert "BatchWriteItem call" in _refusal("BatchWriteItem", RequestItems=in_two)
    read = {"t": _keys(51), "u": _keys(50)}
    assert "BatchGetItem call" in _refusal("BatchGetItem", RequestItems=read)


@pytest.mark.parametrize("operation", ["TransactGetItems", "TransactWriteItems"])
def test_a_transaction_has_100_items(operation: str) -> None:
    """Moto reads 25 at most."""
    items = [{"Get": {"TableName": "t", "Key": {"id": {"S": str(n)}}}} for n in range(101)]
    _prepare(operation, TransactItems=items[:100])
    assert "less than or equal to 100" in _refusal(operation, TransactItems=items)


def test_a_transaction_writes_an_item_once() -> None:
    """Whatever the order and notation of the key."""
    at, other = {"N": "1"}, {"N": "1.0"}
    put = {"Put": {"TableName": "ranged", "Item": {**KEY, "at": at}}}
    delete = {"Delete": {"TableName": "ranged", "Key": {"at": other, **KEY}}}
    message = _refusal("TransactWriteItems", TransactItems=[put, delete])
    assert message == "Transaction request cannot include multiple operations on one item"


def test_keys_of_a_batch_are_compared_by_table() -> None:
    """A put and a delete of the same item are duplicates, items of two tables are not."""
    put, delete = _puts(1)[0], {"DeleteRequest": {"Key": {"id": {"S": "0"}}}}
    _prepare("BatchWriteItem", RequestItems={"t": [put], "u": [put]})
    assert "contains duplicates" in _refusal("BatchWriteItem", RequestItems={"t": [put, delete]})
    twice = {"Keys": [{"id": {"S": "1"}, "at": {"N": text}} for text in ("1", "1.0")]}
    assert "contains duplicates" in _refusal("BatchGetItem", RequestItems={"ranged": twice})


@pytest.mark.parametrize("key", [{}, {"id": {"N": "1"}}, {**KEY, "more": {"S": "x"}}])
def test_a_key_has_the_attributes_of_the_schema(key: dict[str, Any]) -> None:
    """Neither more nor fewer, and of its types."""
    assert "does not match the schema" in _refusal("GetItem", TableName="t", Key=key)


def test_an_item_has_400_kilobytes() -> None:
    """Names count, and a key does."""
    rest = ITEM_BYTES_MAX - len("id1text")
    _prepare("PutItem", TableName="t", Item={**KEY, "text": {"S": "x" * rest}})
    larger = {**KEY, "text": {"S": "x" * (rest + 1)}}
    assert "maximum allowed size" in _refusal("PutItem", TableName="t", Item=larger)


def test_unused_names_and_values_are_refused() -> None:
    """All of them are named."""
    names = {"#a": "a", "#b": "b", "#c": "c"}
    values = {":x": {"N": "1"}, ":y": {"N": "2"}}
    update = {"TableName": "t", "Key": KEY, "UpdateExpression": "SET #a = :x"}
    message = _refusal("UpdateItem", **update, ExpressionAttributeNames=names)
    assert message.endswith("ExpressionAttributeNames unused in expressions: keys: {#b, #c}")
    only = {"ExpressionAttributeNames": {"#a": "a"}, "ExpressionAttributeValues": values}
    message = _refusal("UpdateItem", **update, **only)
    assert message.endswith("ExpressionAttributeValues unused in expressions: keys: {:y}")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"ExpressionAttributeNames": {}}, "can only be specified when using expressions"),
        ({"ExpressionAttributeValues": {}}, "expressions: ConditionExpression is null"),
        ({"ConditionExpression": "#x = id"}, "is not defined; attribute name: #x"),
        ({"ConditionExpression": "id = :x"}, "is not defined; attribute value: :x"),
        ({"ConditionExpression": " "}, "The expression can not be empty;"),
        (
            {"ConditionExpression": "id = id", "Expected": {}},
            "parameters: {Expected} Expression parameters: {ConditionExpression}",
        ),
        (
            {"ConditionExpression": "id = :x", "ExpressionAttributeValues": {}},
            "must not be empty",
        ),
        (
            {"ConditionExpression": "id = :x", "ExpressionAttributeValues": {"x": {"S": "a"}}},
            'contains invalid key: Syntax error; key: "x"',
        ),
        (
            {"ConditionExpression": "id = :x", "ExpressionAttributeValues": {":x": {"N": "a"}}},
            "numeric value: a for key :x",
        ),
        ({"ConditionExpression": "a <"}, "Invalid ConditionExpression: Syntax error"),
    ],
)
def test_invalid_expressions_are_refused(parameters: dict[str, Any], message: str) -> None:
    """Before the item is looked at, and not with an internal error."""
    assert message in _refusal("DeleteItem", TableName="t", Key=KEY, **parameters)


def test_numbers_of_a_request_are_normalized() -> None:
    """Also those of parameters from before expressions, and of PartiQL."""
    legacy = {"a": {"AttributeValueList": [{"N": "1.0"}], "ComparisonOperator": "EQ"}}
    request = _prepare("Scan", TableName="t", ScanFilter=legacy)
    assert request["ScanFilter"]["a"]["AttributeValueList"] == [{"N": "1"}]
    request = _prepare("ExecuteStatement", Statement="...", Parameters=[{"N": "1e1"}])
    assert request["Parameters"] == [{"N": "10"}]
