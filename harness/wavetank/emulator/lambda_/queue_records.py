"""The records that Lambda makes of SQS messages, and which of them match a mapping's filters.

[Lambda developer guide: with-sqs, with-sqs-filtering, invocation-eventfiltering]
"""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any


def message_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """The record of a message that ReceiveMessage returned, as in the function's event."""
    attributes = message.get("MessageAttributes", {})
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {name: _attribute(value) for name, value in attributes.items()},
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": queue_arn.split(":")[3],
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def matches_filters(record: Mapping[str, Any], patterns: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the record matches one of the patterns; each does if there are none.

    A body that is JSON is matched by its members, any other as a string.
    """
    if not patterns:
        return True
    from localstack.utils.event_matcher import matches_event  # noqa: PLC0415 - the rest does without LocalStack

    filtered = {**record, "body": _parsed(record["body"])}
    return any(matches_event(dict(pattern), filtered) for pattern in patterns)


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body


def _attribute(value: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "StringValue" in value:
        found["stringValue"] = value["StringValue"]
    if "BinaryValue" in value:
        found["binaryValue"] = base64.b64encode(value["BinaryValue"]).decode()
    return found | {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
