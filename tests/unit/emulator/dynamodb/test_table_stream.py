"""A table's stream: records with AWS's members, for a day, also after the table is gone."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import freezegun
import pytest
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from tests.property.dynamodb_calls import RANGED
from wavetank.emulator.dynamodb import table_stream
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.emulator.dynamodb.table_stream import FIRST_NUMBER, STREAMS, TableStream, streams_of

ACCOUNT, REGION = "123456789012", "eu-west-2"
START = datetime(2030, 1, 1, tzinfo=UTC)
BINARY: dict[str, Any] = {"B": "AA=="}


@pytest.fixture
def stream() -> Iterator[TableStream]:
    """The stream of a table with a range key, in frozen time."""
    with freezegun.freeze_time(START):
        dynamodb_backends[ACCOUNT][REGION].reset()
        call_moto("create_table", RANGED, ACCOUNT, REGION)
        table = dynamodb_backends[ACCOUNT][REGION].tables["ranged"]
        table.stream_specification = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
        made: Any = TableStream(ACCOUNT, table)
        table.stream_shard = made
        yield made
    STREAMS.pop((ACCOUNT, REGION))


def _item(**attributes: Any) -> Item:
    keys: dict[str, Any] = {"id": {"S": "1"}, "at": {"N": "2"}}
    return Item(DynamoType(keys["id"]), DynamoType(keys["at"]), {**keys, **attributes})


def test_a_record_has_the_members_that_aws_documents(stream: TableStream) -> None:
    """Keys, images with nested values, sizes and numbers."""
    stream.add(None, _item(deep={"M": {"list": {"L": [BINARY]}}}))
    shown = table_stream.record_as_json(stream, stream.items[0])
    assert shown["eventName"] == "INSERT"
    assert (shown["awsRegion"], shown["eventSource"]) == (REGION, "aws:dynamodb")
    change = shown["dynamodb"]
    assert change["Keys"] == {"id": {"S": "1"}, "at": {"N": "2"}}
    assert change["NewImage"]["deep"] == {"M": {"list": {"L": [BINARY]}}}
    assert "OldImage" not in change
    assert change["SequenceNumber"] == str(FIRST_NUMBER)
    assert change["SizeBytes"] == 2 * 7 + len("deep") + 3 + 1 + len("list") + 3 + 1 + 1


def test_a_change_that_changes_nothing_is_not_recorded(stream: TableStream) -> None:
    """[DynamoDB developer guide: Streams]."""
    stream.add(_item(a={"N": "1"}), _item(a={"N": "1"}))
    stream.add(None, None)
    assert stream.items == []


def test_records_are_found_by_number_after_older_ones_are_gone(stream: TableStream) -> None:
    """The numbers go on, also when none is left."""
    with freezegun.freeze_time(START) as frozen:
        for hours, text in ((0, "a"), (12, "b"), (13, "c")):
            frozen.move_to(START + timedelta(hours=hours))
            stream.add(None, _item(text={"S": text}))
        stream.trim(START + timedelta(hours=24))
        assert stream.trim_horizon() == FIRST_NUMBER + 1
        found = stream.records_from(FIRST_NUMBER + 2, 10)
        assert [record.number for record in found] == [FIRST_NUMBER + 2]
        stream.trim(START + timedelta(hours=48))
        assert (stream.items, stream.next_number) == ([], FIRST_NUMBER + 3)


def test_a_stream_outlives_its_table_by_a_day(stream: TableStream) -> None:
    """Closed, and with its records."""
    stream.add(None, _item())
    dynamodb_backends[ACCOUNT][REGION].delete_table("ranged")
    assert list(streams_of(ACCOUNT, REGION, START)) == [stream]
    assert not stream.is_open
    assert list(streams_of(ACCOUNT, REGION, START + timedelta(hours=24))) == []
    assert STREAMS[ACCOUNT, REGION] == {}


def test_a_new_stream_leaves_those_that_are_readable(
    stream: TableStream, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In virtual time its ARN is another, also when streams before them are gone."""
    monkeypatch.setenv("WAVETANK_TIME", "virtual")
    table, second = stream.table, TableStream(ACCOUNT, stream.table)
    second.add(None, _item())
    del STREAMS[ACCOUNT, REGION][stream.description.arn]
    third = TableStream(ACCOUNT, table)
    assert list(STREAMS[ACCOUNT, REGION].values()) == [second, third]


def test_records_are_saved_and_reset(stream: TableStream) -> None:
    """A reset restores them by ARN; a stream of the same table takes saved ones."""
    stream.add(None, _item(a=BINARY))
    states, rows = table_stream.stream_states(ACCOUNT, REGION), table_stream.records_to_save(stream)
    stream.add_expired(_item())
    assert stream.items[-1].by_ttl
    table_stream.restore_streams(ACCOUNT, REGION, states)
    assert table_stream.records_to_save(stream) == rows
    table_stream.restore_streams(ACCOUNT, REGION, {})
    assert (stream.items, stream.next_number) == ([], FIRST_NUMBER)
    table_stream.restore_records(stream, rows)
    assert table_stream.records_to_save(stream) == rows


def test_a_simulation_has_the_same_stream_whenever_it_was_deployed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its ARN and shard are in the events of functions; a second stream of the table has others."""
    monkeypatch.setenv("WAVETANK_TIME", "virtual")
    found = []
    for start in (START, START + timedelta(days=1)):
        with freezegun.freeze_time(start):
            dynamodb_backends[ACCOUNT][REGION].reset()
            call_moto("create_table", RANGED, ACCOUNT, REGION)
            table = dynamodb_backends[ACCOUNT][REGION].tables["ranged"]
            table.stream_specification = {"StreamViewType": "NEW_IMAGE"}
            first, second = TableStream(ACCOUNT, table), TableStream(ACCOUNT, table)
            STREAMS.pop((ACCOUNT, REGION))
        assert first.description.arn != second.description.arn
        found.append((first.description.arn, first.shard_id, first.event_id("1")))
    assert found[0] == found[1]
