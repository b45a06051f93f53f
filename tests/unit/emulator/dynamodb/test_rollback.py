"""A transaction of statements that fails changes nothing, and copies only what it changes."""

from typing import Any

import pytest
from moto.dynamodb.exceptions import MockValidationException
from moto.dynamodb.models.dynamo_type import Item

from tests.property.dynamodb_calls import FLAT
from tests.unit.emulator.dynamodb.patched_moto import ACCOUNT, REGION, patched_moto
from wavetank.emulator.dynamodb import rollback
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.emulator.dynamodb.item_copy import copy_item


def test_failed_statements_are_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items and the stream are as before; one item of many was copied."""
    copied: list[Any] = []

    def recorded(item: Item) -> Item:
        copied.append(item)
        return copy_item(item)

    monkeypatch.setattr(rollback, "copy_item", recorded)
    with patched_moto() as backend:
        call_moto("create_table", FLAT, ACCOUNT, REGION)
        for number in range(20):
            item = {"id": {"S": str(number)}, "a": {"N": "1"}}
            call_moto("put_item", {"TableName": "flat", "Item": item}, ACCOUNT, REGION)
        table = backend.get_table("flat")
        before = {str(item.to_json()) for item in table.all_items()}
        statements = [
            {"Statement": "DELETE FROM flat WHERE id = '3'"},
            {"Statement": "INSERT INTO flat VALUE {'id': 'new'}"},
            {"Statement": "INSERT INTO flat VALUE {'b': 'no key'}"},
        ]
        with pytest.raises(MockValidationException):
            backend.execute_transaction(statements)
        assert {str(item.to_json()) for item in table.all_items()} == before
        assert len(table.stream_shard.items) == 20  # type: ignore[union-attr]  # it has one
        assert len(copied) == 1
        backend.execute_transaction(statements[:2])
        assert len(table.stream_shard.items) == 22  # type: ignore[union-attr]  # it has one
