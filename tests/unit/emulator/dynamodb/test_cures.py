"""Where moto's time went, and goes no more: parsing again, validating again, copying tables."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from tests.property.dynamodb_calls import FLAT
from wavetank.emulator.dynamodb.copying import copy_item
from wavetank.emulator.dynamodb.cures import CURES
from wavetank.emulator.dynamodb.direct import ask_moto
from wavetank.emulator.dynamodb.expressions import make_update, parse_condition
from wavetank.emulator.dynamodb.updates import plan_of

ACCOUNT, REGION = "123456789012", "eu-west-1"
CONDITION = "attribute_not_exists(Tick) OR Tick < :tick"


@pytest.fixture
def cured() -> Iterator[None]:
    """Moto with all cures, and a table; without them again, unless a tank had applied them."""
    before = [(cure, cure.is_applied) for cure in CURES]
    for cure in CURES:
        cure.apply()
    dynamodb_backends[ACCOUNT][REGION].reset()
    _ask("create_table", FLAT)
    yield
    for cure, was_applied in before:
        (cure.apply if was_applied else cure.undo)()


def _ask(method: str, body: dict[str, Any]) -> Any:
    status, text, _ = ask_moto(method, body, ACCOUNT, REGION)
    assert status == 200, text
    return text


def _move(tick: str) -> dict[str, Any]:
    return {
        "Update": {
            "TableName": "flat",
            "Key": {"id": {"S": "1"}},
            "UpdateExpression": "SET Tick = :tick",
            "ConditionExpression": CONDITION,
            "ExpressionAttributeValues": {":tick": {"S": tick}},
        }
    }


def _condition(tick: str) -> Any:
    return ConditionExpressionParser(CONDITION, None, {":tick": {"S": tick}})


def test_a_condition_is_lexed_once_and_takes_new_values_each_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second call parses nothing, and is judged by its own value."""
    item = Item(DynamoType({"S": "1"}), None, {"Tick": {"S": "b"}})
    assert parse_condition(_condition("c")).expr(item)
    monkeypatch.delattr(ConditionExpressionParser, "_lex_condition_expression")
    assert not parse_condition(_condition("a")).expr(item)


def test_an_update_is_parsed_once() -> None:
    """The same text has the same tree, another text another."""
    one, same, other = (
        make_update(UpdateExpressionParser, text)
        for text in ("SET a = :n", "SET a = :n", "SET b = :n")
    )
    assert one is same
    assert one is not other


@pytest.mark.parametrize(
    ("text", "is_planned"),
    [
        ("SET Price = :price, Tick = :tick", True),
        ("SET #a = if_not_exists(#a, :zero) + :one REMOVE b", True),
        ("SET many = list_append(many, :one)", True),
        ("SET deep.a = :one", False),
        ("ADD tally :one", False),
        ("SET a = :one, a = :one", False),
        ("SET size = :one", False),
    ],
)
def test_updates_of_whole_attributes_are_planned(text: str, *, is_planned: bool) -> None:
    """All others are left to moto, wrong ones too."""
    tree = make_update(UpdateExpressionParser, text)
    assert (plan_of(tree, (("#a", "tally"),)) is not None) is is_planned


@pytest.mark.usefixtures("cured")
def test_a_transaction_copies_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where it goes through nor where it is cancelled."""

    def refuse(*_: object) -> None:
        raise AssertionError("a table was copied")

    monkeypatch.setattr(Table, "__deepcopy__", refuse, raising=False)
    _ask("put_item", {"TableName": "flat", "Item": {"id": {"S": "1"}}})
    _ask("transact_write_items", {"TransactItems": [_move("b")]})
    status, text, _ = ask_moto(
        "transact_write_items", {"TransactItems": [_move("a")]}, ACCOUNT, REGION
    )
    assert status == 400
    assert "ConditionalCheckFailed" in text


@pytest.mark.usefixtures("cured")
def test_a_copy_shares_nothing_that_can_change() -> None:
    """What is nested is copied as well, by moto's own `deepcopy` too."""
    item = Item(DynamoType({"S": "1"}), None, {"deep": {"M": {"a": {"L": [{"N": "1"}]}}}})
    for made in (copy_item(item), copy.deepcopy(item)):
        assert made == item
        made.attrs["deep"]["a"].value.append(DynamoType({"N": "2"}))
        assert made != item
