"""The records that Lambda makes of messages, and the formats that filters tell apart."""

import json
from typing import Any

import pytest

from wavetank.emulator.lambda_.queue_records import matches_filters, message_record

MESSAGE = {
    "MessageId": "id",
    "ReceiptHandle": "handle",
    "Body": "text",
    "MD5OfBody": "sum",
    "MD5OfMessageAttributes": "other sum",
    "Attributes": {"ApproximateReceiveCount": "1"},
    "MessageAttributes": {
        "name": {"DataType": "String", "StringValue": "value"},
        "bytes": {"DataType": "Binary", "BinaryValue": b"\x00\xff"},
    },
}


QUEUE = "arn:aws:sqs:eu-west-1:000000000000:orders"


def test_a_record_has_the_members_of_aws_example() -> None:
    """Names begin in lower case, and bytes are Base64."""
    lists: dict[str, list[str]] = {"stringListValues": [], "binaryListValues": []}
    assert message_record(MESSAGE, QUEUE) == {
        "messageId": "id",
        "receiptHandle": "handle",
        "body": "text",
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            "name": {"stringValue": "value", **lists, "dataType": "String"},
            "bytes": {"binaryValue": "AP8=", **lists, "dataType": "Binary"},
        },
        "md5OfBody": "sum",
        "md5OfMessageAttributes": "other sum",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:orders",
        "awsRegion": "eu-west-1",
    }


@pytest.mark.parametrize(
    ("body", "pattern", "matches"),
    [
        ("text", '{"body": ["text"]}', True),
        ("text", '{"body": {"kind": ["order"]}}', False),
        ('{"kind": "order"}', '{"body": {"kind": ["order"]}}', True),
        ('{"kind": "order"}', '{"body": ["text"]}', False),
        ('{"number": 10000}', '{"body": {"number": [{"numeric": [">", 9999]}]}}', True),
        ("text", '{"messageAttributes": {"name": {"stringValue": ["value"]}}}', True),
    ],
)
def test_the_formats_of_body_and_filter_must_agree(body: str, pattern: str, matches: Any) -> None:
    """Lambda drops a message in the other format; a filter without a body reads the rest."""
    record = message_record({**MESSAGE, "Body": body}, QUEUE)
    assert matches_filters(record, [json.loads(pattern)]) is matches


def test_one_of_several_filters_suffices() -> None:
    """And without filters every message matches."""
    record = message_record(MESSAGE, QUEUE)
    assert matches_filters(record, [{"body": ["other"]}, {"body": ["text"]}])
    assert matches_filters(record, [])
