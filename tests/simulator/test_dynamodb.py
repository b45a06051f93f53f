"""DynamoDB asked directly and asked as LocalStack asks moto: the same, but for corrections."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from localstack.services.moto import MotoFallbackDispatcher
from localstack.services.plugins import SERVICE_PLUGINS

from tests.simulator.conftest import Deployed
from wavetank.aws.clients import ClientError
from wavetank.emulator.dynamodb.answers import corrected_answer
from wavetank.emulator.dynamodb.execution import OPERATIONS
from wavetank.emulator.dynamodb.provider import MotoDynamoDb

TABLE = "compared"
KEY = {"id": {"S": "1"}}
ITEM: dict[str, Any] = {
    **KEY,
    "price": {"N": "100.1234567"},
    "image": {"B": b"\x00\xff"},
    "list": {"L": [{"NULL": True}, {"M": {"a": {"BS": [b"x"]}}}]},
}
UPDATE: dict[str, Any] = {
    "TableName": TABLE,
    "Key": KEY,
    "UpdateExpression": "SET price = price + :more, image = :image",
    "ExpressionAttributeValues": {":more": {"N": "0.0000001"}, ":image": {"B": b"\x01"}},
}
CONDITION = {"ConditionExpression": "attribute_not_exists(id)"}
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"TableName": TABLE, "Item": ITEM, "ReturnConsumedCapacity": "TOTAL"}),
    ("put_item", {"TableName": TABLE, "Item": ITEM, "ReturnValues": "ALL_OLD"}),
    ("put_item", {"TableName": TABLE, "Item": ITEM, **CONDITION}),
    (
        "put_item",
        {
            "TableName": TABLE,
            "Item": ITEM,
            **CONDITION,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        },
    ),
    ("update_item", {**UPDATE, "ReturnValues": "ALL_NEW"}),
    ("update_item", {**UPDATE, "UpdateExpression": "SET price price"}),
    ("get_item", {"TableName": TABLE, "Key": KEY, "ConsistentRead": True}),
    ("get_item", {"TableName": TABLE, "Key": {"id": {"S": "2"}}}),
    ("get_item", {"TableName": "none", "Key": KEY}),
    ("get_item", {"TableName": TABLE, "Key": KEY, "ReturnConsumedCapacity": "ALL"}),
    ("scan", {"TableName": TABLE, "ReturnConsumedCapacity": "INDEXES"}),
    ("scan", {"TableName": TABLE, "Limit": 1}),
    (
        "query",
        {
            "TableName": TABLE,
            "KeyConditionExpression": "id = :id",
            "ExpressionAttributeValues": {":id": {"S": "1"}},
        },
    ),
    ("batch_get_item", {"RequestItems": {TABLE: {"Keys": [KEY]}}}),
    ("batch_write_item", {"RequestItems": {TABLE: [{"PutRequest": {"Item": {"id": {"S": "2"}}}}]}}),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": TABLE, "Key": KEY}}]}),
    ("transact_write_items", {"TransactItems": [{"Update": UPDATE}]}),
    (
        "transact_write_items",
        {
            "TransactItems": [
                {
                    "Put": {
                        "TableName": TABLE,
                        "Item": ITEM,
                        **CONDITION,
                        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
                    }
                },
                {"Delete": {"TableName": TABLE, "Key": {"id": {"S": "2"}}}},
            ]
        },
    ),
    ("delete_item", {"TableName": TABLE, "Key": KEY, "ReturnValues": "ALL_OLD"}),
]


@pytest.fixture
def table(pipeline: Deployed) -> Iterator[Any]:
    """A client, and a table that is gone afterwards."""
    dynamodb = pipeline.simulator.aws.dynamodb
    yield dynamodb
    if TABLE in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=TABLE)


def _answers(dynamodb: Any) -> list[tuple[str, Any]]:
    """What the SDK makes of the answers, and of the errors, from an empty table on."""
    dynamodb.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )
    answers = [(name, _answer(getattr(dynamodb, name), call)) for name, call in CALLS]
    dynamodb.delete_table(TableName=TABLE)
    return answers


def _answer(operation: Callable[..., Any], call: dict[str, Any]) -> Any:
    try:
        answer = operation(**call)
    except ClientError as error:
        answer = dict(error.response)
    metadata = answer.pop("ResponseMetadata")
    kept = {"x-amzn-errortype", "content-type"}
    headers = {name: text for name, text in metadata["HTTPHeaders"].items() if name in kept}
    return metadata["HTTPStatusCode"], headers, answer


def _corrected(name: str, seen: tuple[int, Any, Any], call: dict[str, Any]) -> tuple[str, Any]:
    """The answer that moto gave, without what AWS leaves out."""
    status, headers, answer = seen
    return name, (status, headers, _without_capacity(corrected_answer(call, answer)))


def _without_capacity(answer: dict[str, Any]) -> dict[str, Any]:
    """Moto counts a unit for each item."""
    return {name: value for name, value in answer.items() if name != "ConsumedCapacity"}


def test_the_sdk_sees_the_same_whichever_way_moto_is_asked(
    table: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Answers and errors, binary values, capacity and cancellation reasons included."""
    ours = _answers(table)
    loaded: Any = SERVICE_PLUGINS.get_service("dynamodb")
    stock = MotoFallbackDispatcher(MotoDynamoDb())
    for operation in OPERATIONS:
        monkeypatch.setitem(loaded.skeleton.dispatch_table, operation, stock[operation])
    theirs = [
        _corrected(*each, call) for each, (_, call) in zip(_answers(table), CALLS, strict=True)
    ]
    assert [name for name, _ in ours] == [name for name, _ in CALLS]
    assert [
        (name, (status, headers, _without_capacity(answer)))
        for name, (status, headers, answer) in ours
    ] == theirs


def test_every_answer_names_its_request(table: Any) -> None:
    """As the SDK's users quote it to AWS's support."""
    answer = table.list_tables()["ResponseMetadata"]
    direct = table.scan(TableName=table.list_tables()["TableNames"][0])["ResponseMetadata"]
    assert answer["RequestId"]
    assert direct["RequestId"]
