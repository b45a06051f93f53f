"""The cost of a tick's three AWS calls without a server behind them.

The SDK builds, checks and signs each request, and reads a prepared answer: no emulator can cost
less. The requests and answers are those of an ordinary tick of the shipped function.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.ticker.contract import FIRST_PRICES, RECORDS_PER_TICK

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
"""Prepared answers by operation."""


@dataclass(frozen=True)
class _Answer:
    """The parts of a response that the SDK reads."""

    content: bytes
    status_code: int = 200
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"content-type": "application/x-amz-json-1.0"}
    )


def floor_calls(aws: AwsClients) -> Callable[[], None]:
    """The three calls in sequence; they open no connection.

    `aws` must be created for this only: its clients answer themselves from then on. A session's
    credentials make the requests as long as a function's.
    """
    dynamodb, firehose = aws.dynamodb, aws.firehose
    bodies = {name: json.dumps(answer).encode() for name, answer in ANSWERS.items()}

    def answer(event_name: str, **_: object) -> _Answer:
        return _Answer(bodies[event_name.rpartition(".")[2]])

    answered: Any = answer  # the stubs have no handler that returns a value
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
