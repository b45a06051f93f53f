"""A stream is read while its table is written: its shard is open all the time."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Semaphore
from types import SimpleNamespace
from typing import Any

import pytest
from moto.dynamodb.models import DynamoDBBackend

from tests.property.dynamodb_calls import FLAT
from tests.unit.emulator.dynamodb.patched_moto import ACCOUNT, REGION, patched_moto
from wavetank.core.clock import WallClock
from wavetank.emulator.dynamodb.direct import ONE_AT_A_TIME
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.emulator.dynamodb.streams_provider import WavetankDynamoDbStreams
from wavetank.emulator.dynamodb.time_to_live import delete_expired_items

CONTEXT: Any = SimpleNamespace(account_id=ACCOUNT, region=REGION)
WRITES = 300
NOW = WallClock().now()


@pytest.fixture
def backend() -> Iterator[DynamoDBBackend]:
    """A table with a stream, and threads that alternate often."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    with patched_moto() as made:
        call_moto("create_table", FLAT, ACCOUNT, REGION)
        yield made
    sys.setswitchinterval(interval)


def _update(_: DynamoDBBackend, number: int) -> None:
    body = {
        "TableName": "flat",
        "Key": {"id": {"S": str(number % 3)}},
        "UpdateExpression": "SET a = :a",
        "ExpressionAttributeValues": {":a": {"N": str(number)}},
    }
    assert call_moto("update_item", body, ACCOUNT, REGION)[0] == 200


def _expire(backend: DynamoDBBackend, number: int) -> None:
    expired = int(NOW.timestamp()) - 100
    item = {"id": {"S": str(number)}, "until": {"N": str(expired)}}
    backend.get_table("flat").ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}
    call_moto("put_item", {"TableName": "flat", "Item": item}, ACCOUNT, REGION)
    delete_expired_items(backend, NOW)


@pytest.mark.parametrize("write", [_update, _expire])
def test_the_shard_is_open_while_its_table_is_written(
    backend: DynamoDBBackend, write: Callable[[DynamoDBBackend, int], None]
) -> None:
    """A reader that has caught up always gets a next iterator, and every record once."""
    provider = WavetankDynamoDbStreams(WallClock())
    arn = provider.list_streams(CONTEXT)["Streams"][0]["StreamArn"]
    shard = provider.describe_stream(CONTEXT, arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = provider.get_shard_iterator(CONTEXT, arn, shard, "LATEST")["ShardIterator"]
    has_ended, polls = Event(), Semaphore(0)

    def write_all() -> None:
        try:
            for number in range(WRITES):
                polls.acquire()
                with ONE_AT_A_TIME:
                    write(backend, number)
        finally:
            has_ended.set()

    found: list[str] = []
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(write_all)
        try:
            is_last = False
            while not is_last:
                is_last = has_ended.is_set()
                polls.release()
                answer = provider.get_records(CONTEXT, iterator)
                found += [each["dynamodb"]["SequenceNumber"] for each in answer["Records"]]
                iterator = answer["NextShardIterator"]
                described = provider.describe_stream(CONTEXT, arn)["StreamDescription"]
                assert described["StreamStatus"] == "ENABLED"
        finally:
            polls.release(WRITES)
        writing.result()
    expected = len(backend.get_table("flat").stream_shard.items)  # type: ignore[union-attr]  # it has one
    assert len(found) == len(set(found)) == expected >= WRITES


def test_the_shard_is_open_in_the_midst_of_an_update(backend: DynamoDBBackend) -> None:
    """Observed where moto reads the update's values."""
    stream: Any = backend.get_table("flat").stream_shard
    observed: list[bool] = []

    class Values(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            observed.append(stream.is_open)
            return super().__getitem__(name)

    values = Values({":a": {"N": "1"}})
    backend.update_item("flat", {"id": {"S": "1"}}, "SET a = :a", {}, values)
    assert observed
    assert all(observed)
    assert len(stream.items) == 1
