"""An item is deleted a minute after it has expired, unless that was years ago."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table

from tests.property.dynamodb_calls import FLAT
from tests.unit.emulator.dynamodb.patched_moto import ACCOUNT, REGION, patched_moto
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.emulator.dynamodb.time_to_live import delete_expired_items, is_due

NOW = datetime(2030, 1, 1, tzinfo=UTC)
SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"N": str(SECONDS - 60)}, True),
        ({"N": str(SECONDS - 59)}, False),
        ({"N": f"{SECONDS - 60}.5"}, False),
        ({"N": str(SECONDS)}, False),
        ({"N": str(SECONDS - 4 * 365 * 86_400)}, True),
        ({"N": str(SECONDS - 6 * 365 * 86_400)}, False),
        ({"N": str(SECONDS * 1000)}, False),
        ({"S": str(SECONDS - 60)}, False),
        (None, False),
    ],
)
def test_an_item_is_due_by_its_attribute(value: dict[str, Any] | None, *, expected: bool) -> None:
    """Numbers count seconds; other types, and numbers of long ago, never expire."""
    attribute = None if value is None else DynamoType(value)
    assert is_due(attribute, NOW) is expected


def _put(number: int, expires: int) -> None:
    item = {"id": {"S": str(number)}, "expires": {"N": str(expires)}}
    assert call_moto("put_item", {"TableName": "flat", "Item": item}, ACCOUNT, REGION)[0] == 200


def test_items_are_read_only_once_the_earliest_may_be_due(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it was put or updated; what is put later may be due first."""
    with patched_moto() as backend:
        call_moto("create_table", FLAT, ACCOUNT, REGION)
        table = backend.get_table("flat")
        table.ttl = {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
        scans: list[object] = []
        read = Table.all_items

        def counted(scanned: Table) -> list[Item]:
            scans.append(scanned)
            return read(scanned)

        monkeypatch.setattr(Table, "all_items", counted)

        def left(seconds: int) -> int:
            delete_expired_items(backend, NOW + timedelta(seconds=seconds))
            return len(table)

        for number in range(3):
            _put(number, SECONDS + 100 + number)
        assert [left(second) for second in range(100)] == [3] * 100
        assert len(scans) == 1
        assert [left(second) for second in (159, 160, 161)] == [3, 2, 1]
        _put(5, SECONDS + 50)
        assert left(162) == 0
        _put(6, SECONDS + 5000)
        assert left(163) == 1
        values = {":n": {"N": str(SECONDS)}}
        backend.update_item("flat", {"id": {"S": "6"}}, "SET expires = :n", {}, values)
        assert left(164) == 0
