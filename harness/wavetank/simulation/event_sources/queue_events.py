"""The events that Lambda makes of SQS messages, and the filters of a mapping.

[Lambda developer guide: with-sqs, with-sqs-filtering, invocation-eventfiltering]
"""

import base64
import json
from collections.abc import Mapping
from typing import Any

from wavetank.simulation.event_sources.mapping import EventSourceMapping


def message_record(message: Mapping[str, Any], mapping: EventSourceMapping) -> dict[str, Any]:
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
        "eventSourceARN": mapping.source,
        "awsRegion": mapping.region,
    }
    if "MD5OfMessageAttributes" in message:
        record["md5OfMessageAttributes"] = message["MD5OfMessageAttributes"]
    return record


def matches_filters(record: Mapping[str, Any], mapping: EventSourceMapping) -> bool:
    """Whether the record matches one of the mapping's filters; each does if it has none.

    A body that is JSON is matched by its members, any other as a string.
    """
    if not mapping.filters:
        return True
    from wavetank.emulator.lambda_.event_filters import matches  # noqa: PLC0415 - imports LocalStack

    filtered = {**record, "body": _parsed(record["body"])}
    return any(matches(pattern, filtered) for pattern in mapping.filters)


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
    found |= {"stringListValues": [], "binaryListValues": [], "dataType": value["DataType"]}
    return found
