"""The three AWS calls of a tick: Scan, PutRecordBatch, TransactWriteItems."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from streaming.tick import PricesMovedError
from streaming.walk import Index, Sample

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef
    from mypy_boto3_firehose import FirehoseClient

RECORDS_PER_BATCH = 500
"""AWS's limit of PutRecordBatch; at our record size its 4 MiB are far away."""
SENDINGS_MAX = 4
"""Of one batch with partial failures; then Lambda's own retry, a minute later, is the back-off."""
TICK_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
CONTESTED = frozenset({"ConditionalCheckFailed", "TransactionConflict"})


class DeliveryIncompleteError(Exception):
    """The delivery stream kept refusing some of the records."""


class StreamingAws:
    """The calls, on the table and the delivery stream that the function was given."""

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        firehose: "FirehoseClient",
        table: str,
        stream: str,
        encode: Callable[[Sample], bytes],
    ) -> None:
        self._dynamodb = dynamodb
        self._firehose = firehose
        self._table = table
        self._stream = stream
        self._encode = encode

    def read_prices(self) -> list[Index]:
        """Every item that has a price; one call for a table below 1 MB."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        items = (item for page in pages for item in page["Items"])
        return [_index(item) for item in items if "Price" in item]

    def deliver(self, samples: list[Sample]) -> None:
        """Puts the samples in order; of a batch that was taken in part, only the rest again."""
        for batch in batched(map(self._encode, samples), RECORDS_PER_BATCH, strict=False):
            self._deliver_batch(list(batch))

    def keep_prices(self, indices: list[Index]) -> None:
        """Moves the items in one transaction, each only forward in time."""
        try:
            self._dynamodb.transact_write_items(TransactItems=[self._move(i) for i in indices])
        except self._dynamodb.exceptions.TransactionCanceledException as error:
            if _is_contested(error):
                raise PricesMovedError(str(error)) from error
            raise

    def _deliver_batch(self, records: list[bytes]) -> None:
        codes: set[str] = set()
        for _ in range(SENDINGS_MAX):
            answer = self._firehose.put_record_batch(
                DeliveryStreamName=self._stream, Records=[{"Data": data} for data in records]
            )
            if not answer["FailedPutCount"]:
                return
            results = zip(records, answer["RequestResponses"], strict=True)
            refused = [(data, result) for data, result in results if "ErrorCode" in result]
            records = [data for data, _ in refused]
            codes = {result["ErrorCode"] for _, result in refused}
        raise DeliveryIncompleteError(
            f"{self._stream} refused {len(records)} records {SENDINGS_MAX} times: {sorted(codes)}"
        )

    def _move(self, index: Index) -> "TransactWriteItemTypeDef":
        assert index.tick is not None  # only made indices are kept
        return {
            "Update": {
                "TableName": self._table,
                "Key": {"TickerName": {"S": index.ticker}},
                "UpdateExpression": "SET Price = :price, Tick = :tick",
                "ConditionExpression": "attribute_not_exists(Tick) OR Tick < :tick",
                "ExpressionAttributeValues": {
                    ":price": {"N": str(index.price)},
                    ":tick": {"S": index.tick.strftime(TICK_FORMAT)},
                },
            }
        }


def _index(item: "dict[str, AttributeValueTypeDef]") -> Index:
    tick = next((item[name]["S"] for name in ("Tick", "Since") if name in item), None)
    return Index(
        ticker=item["TickerName"]["S"],
        price=Decimal(item["Price"]["N"]),
        tick=datetime.fromisoformat(tick) if tick else None,
    )


def _is_contested(error: ClientError) -> bool:
    reasons = {reason.get("Code", "None") for reason in error.response["CancellationReasons"]}
    return bool(reasons & CONTESTED) and reasons <= CONTESTED | {"None"}
