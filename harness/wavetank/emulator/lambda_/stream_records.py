"""The records that Lambda makes of Kinesis and DynamoDB streams.

[Lambda developer guide: with-kinesis, with-ddb]
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

type Json = Mapping[str, Any]


@dataclass(frozen=True)
class ShardRecord:
    """A record of a shard. Records of one `key` are processed in order whatever else happens."""

    number: int
    arrived: datetime
    key: str
    content: Json

    @property
    def id(self) -> str:
        """The sequence number as text, by which a function names the record."""
        return str(self.number)

    def lane(self, count: int) -> int:
        """Which of so many concurrent batches of the shard has it: by its key."""
        if count == 1:
            return 0
        return int.from_bytes(hashlib.sha256(self.key.encode()).digest()[:8]) % count


def kinesis_record(record: Json, shard_id: str, stream_arn: str, role: str) -> ShardRecord:
    """The record that Kinesis' GetRecords returned; the function has the role of that ARN."""
    number, arrived = record["SequenceNumber"], record["ApproximateArrivalTimestamp"]
    content = {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": number,
            "data": base64.b64encode(record["Data"]).decode(),
            "approximateArrivalTimestamp": arrived.timestamp(),
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard_id}:{number}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": role,
        "awsRegion": stream_arn.split(":")[3],
        "eventSourceARN": stream_arn,
    }
    return ShardRecord(int(number), arrived.astimezone(UTC), record["PartitionKey"], content)


def table_record(record: Json, stream_arn: str) -> ShardRecord:
    """The record that GetRecords of DynamoDB Streams returned."""
    change = dict(record["dynamodb"])
    created: datetime = change["ApproximateCreationDateTime"]
    change["ApproximateCreationDateTime"] = created.timestamp()
    content = {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": "aws:dynamodb",
        "awsRegion": record["awsRegion"],
        "dynamodb": _without_bytes(change),
        "eventSourceARN": stream_arn,
    }
    if identity := record.get("userIdentity"):
        content["userIdentity"] = {
            "principalId": identity["PrincipalId"],
            "type": identity["Type"],
        }
    key = json.dumps(content["dynamodb"]["Keys"], sort_keys=True)
    number = int(change["SequenceNumber"])
    return ShardRecord(number, created.astimezone(UTC), key, content)


def _without_bytes(part: Any) -> Any:
    """The attributes with base64 texts for binary values, as in an event."""
    match part:
        case bytes():
            return base64.b64encode(part).decode()
        case dict():
            return {name: _without_bytes(each) for name, each in part.items()}
        case list():
            return [_without_bytes(each) for each in part]
    return part
