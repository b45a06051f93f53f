"""What an AWS call of a handler writes to."""

from typing import Any

import pytest

from wavetank.simulation.call_targets import CallTargets


class _Tables:
    """DynamoDB with one table, whose key has two attributes."""

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self) -> Any:
        return [{"TableNames": ["Orders"]}]

    def describe_table(self, **_named: str) -> Any:
        schema = [{"AttributeName": name} for name in ("id", "line")]
        return {"Table": {"KeySchema": schema}}


class _Aws:
    dynamodb = _Tables()


ITEM = {"line": {"N": "1"}, "id": {"S": "7"}, "price": {"N": "3"}}
KEY = {"line": {"N": "1"}, "id": {"S": "7"}}
NAMED = 'Orders {"id": "7", "line": "1"}'
ARN = "arn:aws:dynamodb:eu-west-1:000000000000:table/Orders"
PUT = {"TableName": "Orders", "Item": ITEM}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "targets"),
    [
        ("dynamodb", "PutItem", PUT, (NAMED,)),
        ("dynamodb", "UpdateItem", {"TableName": ARN, "Key": KEY}, (NAMED,)),
        ("dynamodb", "GetItem", {"TableName": "Orders", "Key": KEY}, ()),
        ("dynamodb", "PutItem", {"TableName": "Other", "Item": ITEM}, ()),
        (
            "dynamodb",
            "TransactWriteItems",
            {"TransactItems": [{"Put": PUT}, {"ConditionCheck": PUT}, {"Delete": None}]},
            (NAMED,),
        ),
        (
            "dynamodb",
            "BatchWriteItem",
            {"RequestItems": {"Orders": [{"DeleteRequest": {"Key": KEY}}]}},
            (NAMED,),
        ),
        ("s3", "PutObject", {"Bucket": "files", "Key": "a/b", "Body": b"1"}, ("files a/b",)),
        ("s3", "GetObject", {"Bucket": "files", "Key": "a/b"}, ()),
        ("sqs", "SendMessage", {"QueueUrl": "http://localhost/000000000000/q"}, ("q",)),
        ("sns", "Publish", {"PhoneNumber": "+15550100"}, ()),
    ],
)
def test_items_objects_and_channels_are_named(
    service: str, operation: str, parameters: dict[str, Any], targets: tuple[str, ...]
) -> None:
    """Of calls that write; the key of an item is in the order of the table's schema."""
    aws: Any = _Aws()
    assert CallTargets(aws).of(service, operation, parameters) == targets
