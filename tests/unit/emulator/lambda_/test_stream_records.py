"""The records that a function gets of streams."""

from datetime import UTC, datetime
from typing import Any

from wavetank.emulator.lambda_.stream_records import (
    kinesis_record,
    table_record,
)

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
STREAM = "arn:aws:kinesis:eu-west-1:000000000000:stream/prices"
TABLE = "arn:aws:dynamodb:eu-west-1:000000000000:table/items/stream/2026"
SHARD = "shardId-000000000000"
ROLE = "arn:aws:iam::000000000000:role/reader"


def _kinesis(data: bytes) -> Any:
    record = {
        "SequenceNumber": "495",
        "PartitionKey": "k",
        "Data": data,
        "ApproximateArrivalTimestamp": NOON,
    }
    return kinesis_record(record, SHARD, STREAM, ROLE)


def test_a_kinesis_record_is_as_aws_documents_it() -> None:
    """With its data in base64, and the role that read it."""
    assert _kinesis(b"\xff").content == {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": "k",
            "sequenceNumber": "495",
            "data": "/w==",
            "approximateArrivalTimestamp": NOON.timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{SHARD}:495",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": ROLE,
        "awsRegion": "eu-west-1",
        "eventSourceARN": STREAM,
    }


def test_a_change_of_a_table_has_no_bytes() -> None:
    """Binary values are base64 texts, and who made the change is named in lower case."""
    record = {
        "eventID": "e",
        "eventName": "REMOVE",
        "eventVersion": "1.1",
        "awsRegion": "eu-west-1",
        "userIdentity": {"PrincipalId": "dynamodb.amazonaws.com", "Type": "Service"},
        "dynamodb": {
            "ApproximateCreationDateTime": NOON,
            "Keys": {"id": {"B": b"\0"}},
            "OldImage": {"id": {"B": b"\0"}, "all": {"BS": [b"\1"]}},
            "SequenceNumber": "7",
        },
    }
    found = table_record(record, TABLE)
    assert found.content["dynamodb"]["OldImage"] == {"id": {"B": "AA=="}, "all": {"BS": ["AQ=="]}}
    assert found.content["userIdentity"] == {
        "principalId": "dynamodb.amazonaws.com",
        "type": "Service",
    }
