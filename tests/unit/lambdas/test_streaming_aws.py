"""The three calls as they go over the wire, against botocore's own models of the services."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from streaming.aws import SENDINGS_MAX, DeliveryIncompleteError, StreamingAws
from streaming.record import as_ndjson
from streaming.tick import PricesMovedError
from streaming.walk import Index, Sample
from tests.pipeline import NOON

SAMPLES = [Sample(f"Index_{n}", NOON, Decimal(n)) for n in (1, 2, 3)]
LINES = [as_ndjson(sample) for sample in SAMPLES]


class Calls:
    """The adapter with its two clients stubbed: answers go in, and every request is checked."""

    def __init__(self) -> None:
        session = boto3.Session("test", "test", region_name="eu-west-1")
        dynamodb = session.client("dynamodb")
        firehose = session.client("firehose")
        self.table = Stubber(dynamodb)
        self.stream = Stubber(firehose)
        self.table.activate()
        self.stream.activate()
        self.aws = StreamingAws(dynamodb, firehose, "prices", "stream", as_ndjson)

    def expect_put(self, lines: list[bytes], refused: list[int]) -> None:
        results = [
            {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
            if position in refused
            else {"RecordId": str(position)}
            for position in range(len(lines))
        ]
        self.stream.add_response(
            "put_record_batch",
            {"FailedPutCount": len(refused), "RequestResponses": results},
            {"DeliveryStreamName": "stream", "Records": [{"Data": line} for line in lines]},
        )


@pytest.fixture
def calls() -> Calls:
    """A fresh adapter; stubs left over would mean a call that was not made."""
    return Calls()


def test_only_the_refused_records_of_a_batch_are_sent_again(calls: Calls) -> None:
    """A batch that was taken in part costs no duplicates of what was taken."""
    calls.expect_put(LINES, refused=[0, 2])
    calls.expect_put([LINES[0], LINES[2]], refused=[1])
    calls.expect_put([LINES[2]], refused=[])
    calls.aws.deliver(SAMPLES)
    calls.stream.assert_no_pending_responses()


def test_records_refused_again_and_again_fail_the_tick(calls: Calls) -> None:
    """The handler gives up after a few sendings, and says how many records and why."""
    for _ in range(SENDINGS_MAX):
        calls.expect_put(LINES, refused=[0, 1, 2])
    with pytest.raises(DeliveryIncompleteError, match=r"3 records.*ServiceUnavailable"):
        calls.aws.deliver(SAMPLES)


def test_batches_hold_at_most_five_hundred_records(calls: Calls) -> None:
    """Firehose refuses a larger PutRecordBatch whole."""
    many = SAMPLES * 200
    calls.expect_put([as_ndjson(sample) for sample in many[:500]], refused=[])
    calls.expect_put([as_ndjson(sample) for sample in many[500:]], refused=[])
    calls.aws.deliver(many)
    calls.stream.assert_no_pending_responses()


def test_every_page_of_the_table_is_read_and_other_items_are_left_out(calls: Calls) -> None:
    """Prices come back exact, with their tick, from as many pages as there are."""
    first = {"TickerName": {"S": "Index_1"}, "Price": {"N": "100.25"}}
    second = {**first, "TickerName": {"S": "Index_2"}, "Tick": {"S": "2026-11-23T12:00:00Z"}}
    other = {"TickerName": {"S": "a note"}}
    scan: dict[str, Any] = {"TableName": "prices", "ConsistentRead": True}
    page = {"Items": [first, other], "LastEvaluatedKey": {"TickerName": {"S": "Index_1"}}}
    calls.table.add_response("scan", page, scan)
    again = {**scan, "ExclusiveStartKey": page["LastEvaluatedKey"]}
    calls.table.add_response("scan", {"Items": [second]}, again)
    assert calls.aws.read_prices() == [
        Index("Index_1", Decimal("100.25"), None),
        Index("Index_2", Decimal("100.25"), datetime(2026, 11, 23, 12, tzinfo=UTC)),
    ]


def test_a_walk_that_has_not_begun_stands_at_the_minute_it_begins_after(calls: Calls) -> None:
    """So the second tick makes up for a failed first one; the item's own tick takes precedence."""
    since = {
        "TickerName": {"S": "Index_1"},
        "Price": {"N": "1"},
        "Since": {"S": "2026-11-23T11:59:00Z"},
    }
    moved = since | {"TickerName": {"S": "Index_2"}, "Tick": {"S": "2026-11-23T12:00:00Z"}}
    scan: dict[str, Any] = {"TableName": "prices", "ConsistentRead": True}
    calls.table.add_response("scan", {"Items": [since, moved]}, scan)
    ticks = [index.tick for index in calls.aws.read_prices()]
    assert ticks == [
        datetime(2026, 11, 23, 11, 59, tzinfo=UTC),
        datetime(2026, 11, 23, 12, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("codes", "error"),
    [
        (["None", "ConditionalCheckFailed"], PricesMovedError),
        (["TransactionConflict"], PricesMovedError),
        (["ConditionalCheckFailed", "ThrottlingError"], ClientError),
        (["ValidationError"], ClientError),
    ],
)
def test_only_a_contested_transaction_counts_as_moved(
    calls: Calls, codes: list[str], error: Callable[..., Exception]
) -> None:
    """Another writer is a reason to look again; a throttle or a mistake is not."""
    calls.table.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": [{"Code": code} for code in codes]},
    )
    with pytest.raises(error):  # type: ignore[call-overload]  # a class, which the stub cannot say
        calls.aws.keep_prices([Index("Index_1", Decimal(1), NOON)])
