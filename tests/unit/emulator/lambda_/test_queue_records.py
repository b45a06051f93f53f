"""The records that Lambda makes of messages."""

from wavetank.emulator.lambda_.queue_records import message_record

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
