"""What the three AWS calls of a tick cost when nobody is behind them.

The SDK builds, checks and signs each request, and reads an answer that was there before: less than
that no emulator can cost. The requests and answers are those of the shipped function's ordinary
tick.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.ticker import FIRST_PRICES, RECORDS_PER_TICK

TABLE, STREAM = "floor-table", "floor-stream"
TICK = "2026-11-24T10:00:00Z"
PRICE = "100.1234567"
RECORD = f'{{"ticker":"Index_1","timestamp":"{TICK}","price":{PRICE}}}\n'.encode()
RECORD_ID_CHARACTERS = 160
KEYS = [{"TickerName": {"S": first.ticker}} for first in FIRST_PRICES]
MOVES: list[Any] = [
    {
        "Update": {
            "TableName": TABLE,
            "Key": key,
            "UpdateExpression": "SET Price = :price, Tick = :tick",
            "ConditionExpression": "attribute_not_exists(Tick) OR Tick < :tick",
            "ExpressionAttributeValues": {":price": {"N": PRICE}, ":tick": {"S": TICK}},
        }
    }
    for key in KEYS
]
ANSWERS: Mapping[str, Mapping[str, Any]] = {
    "Scan": {
        "Count": len(KEYS),
        "ScannedCount": len(KEYS),
        "Items": [key | {"Price": {"N": PRICE}, "Tick": {"S": TICK}} for key in KEYS],
    },
    "PutRecordBatch": {
        "FailedPutCount": 0,
        "Encrypted": False,
        "RequestResponses": [{"RecordId": "0" * RECORD_ID_CHARACTERS}] * RECORDS_PER_TICK,
    },
    "TransactWriteItems": {"ConsumedCapacity": [], "ItemCollectionMetrics": {}},
}
"""By operation."""


@dataclass(frozen=True)
class _Answer:
    """As much of a response as the SDK reads."""

    content: bytes
    status_code: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"content-type": "application/x-amz-json-1.0"}
    )


def floor_calls(aws: AwsClients) -> Callable[[], None]:
    """The three calls, one after the other; they leave the process as little as they reach AWS.

    `aws` must be made for this alone: its clients answer themselves from now on. Credentials of a
    session make the requests as long as a function's.
    """
    dynamodb, firehose = aws.dynamodb, aws.firehose
    bodies = {name: json.dumps(answer).encode() for name, answer in ANSWERS.items()}

    def answer(event_name: str, **_: object) -> _Answer:
        return _Answer(bodies[event_name.rpartition(".")[2]])

    answered: Any = answer  # the stubs know no handler that gives something back
    for client in (dynamodb, firehose):
        client.meta.events.register("before-send", answered)

    def call() -> None:
        pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE, ConsistentRead=True)
        assert sum(len(page["Items"]) for page in pages) == len(KEYS)  # an answer was read
        firehose.put_record_batch(
            DeliveryStreamName=STREAM, Records=[{"Data": RECORD}] * RECORDS_PER_TICK
        )
        dynamodb.transact_write_items(TransactItems=MOVES)

    return call
