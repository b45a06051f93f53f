"""Reading of a Kinesis data stream, from moto's in-process implementation of the service."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from moto import mock_aws

from wavetank.aws.clients import ClientError, aws_clients
from wavetank.emulator.firehose.kinesis_source import KinesisReader
from wavetank.emulator.firehose.stream_settings import KinesisSource
from wavetank.emulator.kinesis.state import restore_shards, shard_states

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
NAME = "source"


@cache
def _client() -> Any:
    """One for all tests, since reading the service's description takes a second."""
    return aws_clients(None).session.client("kinesis")


@pytest.fixture
def kinesis(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an in-process Kinesis with one stream of two shards."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "123456789012")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws(config={"core": {"service_whitelist": ["kinesis"]}}):
        client = _client()
        client.create_stream(StreamName=NAME, ShardCount=2)
        yield client


@pytest.fixture
def reader(kinesis: Any) -> KinesisReader:
    """A reader that has started, after one record."""
    kinesis.put_record(StreamName=NAME, Data=b"before", PartitionKey="0")
    arn = kinesis.describe_stream(StreamName=NAME)["StreamDescription"]["StreamARN"]
    made = KinesisReader(KinesisSource(arn, "role"), lambda: kinesis)
    made.start(NOW)
    return made


def _put(kinesis: Any, *data: bytes) -> None:
    for number, each in enumerate(data):
        kinesis.put_record(StreamName=NAME, Data=each, PartitionKey=str(number))


def test_reading_begins_at_the_latest_record_of_every_shard(
    kinesis: Any, reader: KinesisReader
) -> None:
    """Each record once, with its position; another read is due a second later."""
    data = [b"%d" % number for number in range(8)]
    _put(kinesis, *data)
    records = reader.read(NOW)
    assert sorted(record.data for record in records) == data
    positions = {record.position for record in records}
    assert None not in positions
    assert len({found.shard for found in positions if found}) == 2
    assert reader.next_due() == NOW + SECOND
    _put(kinesis, b"later")
    assert reader.read(NOW) == []
    assert [record.data for record in reader.read(NOW + SECOND)] == [b"later"]


def test_an_iterator_that_has_expired_is_renewed_after_the_last_record(
    kinesis: Any, reader: KinesisReader
) -> None:
    """An iterator is valid for five minutes; nothing is read twice or left out."""
    _put(kinesis, b"one")
    assert len(reader.read(NOW)) == 1
    _put(kinesis, b"two")
    get_records = kinesis.get_records
    refused: list[Any] = []

    def expired(**request: Any) -> Any:
        if not refused:
            refused.append(request)
            error = {"Error": {"Code": "ExpiredIteratorException", "Message": "expired"}}
            raise ClientError(error, "GetRecords")  # type: ignore[arg-type]  # a part of a response
        return get_records(**request)

    kinesis.get_records = expired
    assert [record.data for record in reader.read(NOW + SECOND)] == [b"two"]
    assert refused


def test_shards_that_are_created_later_are_read_from_their_beginning(
    kinesis: Any, reader: KinesisReader
) -> None:
    """After a split; the closed parent is read to its end."""
    shard = kinesis.list_shards(StreamName=NAME)["Shards"][0]
    start = int(shard["HashKeyRange"]["StartingHashKey"])
    end = int(shard["HashKeyRange"]["EndingHashKey"])
    kinesis.split_shard(
        StreamName=NAME, ShardToSplit=shard["ShardId"], NewStartingHashKey=str((start + end) // 2)
    )
    _put(kinesis, *[b"%d" % number for number in range(8)])
    records = reader.read(NOW + 60 * SECOND)
    records += reader.read(NOW + 61 * SECOND)
    assert sorted(record.data for record in records) == [b"%d" % number for number in range(8)]


def test_an_error_is_repeated_and_ends(kinesis: Any, reader: KinesisReader) -> None:
    """A data stream that is deleted stops nothing else."""
    kinesis.delete_stream(StreamName=NAME)
    assert reader.read(NOW) == []
    assert reader.next_due() == NOW + SECOND


def test_a_source_that_does_not_exist_cannot_be_started(kinesis: Any) -> None:
    """The creation of the delivery stream fails with the service's error."""
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/none"
    with pytest.raises(ClientError, match="not found"):
        KinesisReader(KinesisSource(arn, "role"), lambda: kinesis).start(NOW)


def test_reading_can_begin_again(kinesis: Any, reader: KinesisReader) -> None:
    """At the latest record, after the data stream was put into an earlier state."""
    _put(kinesis, b"one")
    assert len(reader.read(NOW)) == 1
    before = shard_states("123456789012", "eu-west-1")
    _put(kinesis, b"two", b"three")
    assert len(reader.read(NOW + SECOND)) == 2
    restore_shards("123456789012", "eu-west-1", before)
    reader.start(NOW)
    _put(kinesis, b"four")
    assert [record.data for record in reader.read(NOW)] == [b"four"]
