"""Where moto's time went, and goes no more: parsing again, validating again, copying tables."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.exceptions import ItemSizeTooLarge
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing.ast_nodes import (
    ExpressionAttributeName,
    UpdateExpressionAddClause,
    UpdateExpressionSetClause,
)
from moto.dynamodb.parsing.expressions import UpdateExpressionParser
from moto.dynamodb.responses import DynamoHandler

from tests.property.dynamodb_calls import FLAT
from wavetank.emulator.dynamodb import attribute_values
from wavetank.emulator.dynamodb import validation_cache as forms
from wavetank.emulator.dynamodb.corrections import CORRECTIONS
from wavetank.emulator.dynamodb.execution import call_moto
from wavetank.emulator.dynamodb.expressions import find_clauses, make_update, parse_condition
from wavetank.emulator.dynamodb.item_copy import copy_item
from wavetank.emulator.dynamodb.patches import (
    REPLACEMENTS,
    item_size,
    patch_moto,
    put_attribute,
    value_size,
)
from wavetank.emulator.dynamodb.updates import plan_of
from wavetank.emulator.patches import patch_of

ACCOUNT, REGION = "123456789012", "eu-west-1"
CONDITION = "attribute_not_exists(Tick) OR Tick < :tick"


@pytest.fixture
def patched() -> Iterator[None]:
    """Moto with all patches, and a table; afterwards as before: a simulator may have them."""
    patches = [patch_of(target) for target in (*REPLACEMENTS, *CORRECTIONS)]
    before = [patch.is_applied for patch in patches]
    patch_moto()
    dynamodb_backends[ACCOUNT][REGION].reset()
    _ask("create_table", FLAT)
    yield
    for patch, was_applied in zip(patches, before, strict=True):
        if not was_applied:
            patch.undo()


def _ask(method: str, body: dict[str, Any]) -> Any:
    status, text, _ = call_moto(method, body, ACCOUNT, REGION)
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
    """The second call parses nothing, and is checked with its own value."""
    item = Item(DynamoType({"S": "1"}), None, {"Tick": {"S": "b"}})
    assert parse_condition(_condition("c")).expr(item)
    monkeypatch.delattr(ConditionExpressionParser, "_lex_condition_expression")
    assert not parse_condition(_condition("a")).expr(item)


def test_values_that_a_condition_does_not_use_make_no_new_one() -> None:
    """The items of a transaction share a condition where its own values are the same."""

    def parsed(**values: str) -> Any:
        texts = {f":{name}": {"S": value} for name, value in values.items()}
        return parse_condition(ConditionExpressionParser(CONDITION, None, texts))

    assert parsed(tick="a", price="1") is parsed(tick="a", price="2")
    assert parsed(tick="a") is not parsed(tick="b")


@pytest.mark.parametrize("text", ["SET a = :n", "SET #a = if_not_exists(#b, :n) REMOVE c ADD d :m"])
def test_clauses_are_found_where_moto_finds_them(text: str) -> None:
    """The same nodes in the same order."""
    stock = patch_of("moto.dynamodb.parsing.ast_nodes:Node.find_clauses").original()
    tree = make_update(UpdateExpressionParser, text)
    for kinds in (
        [ExpressionAttributeName],
        [UpdateExpressionSetClause, UpdateExpressionAddClause],
    ):
        assert find_clauses(tree, kinds) == stock(tree, kinds)


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


@pytest.mark.usefixtures("patched")
def test_a_transaction_copies_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where it goes through nor where it is cancelled."""

    def refuse(*_: object) -> None:
        raise AssertionError("a table was copied")

    monkeypatch.setattr(Table, "__deepcopy__", refuse, raising=False)
    _ask("put_item", {"TableName": "flat", "Item": {"id": {"S": "1"}}})
    _ask("transact_write_items", {"TransactItems": [_move("b")]})
    status, text, _ = call_moto(
        "transact_write_items", {"TransactItems": [_move("a")]}, ACCOUNT, REGION
    )
    assert status == 400
    assert "ConditionalCheckFailed" in text


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("Key", {"id": {"S": ""}}),
        ("TableName", "none"),
        ("ExpressionAttributeValues", {}),
        ("ExpressionAttributeValues", {":other": {"S": "c"}}),
        ("ExpressionAttributeNames", {"#unused": "Tick"}),
        ("ConditionExpression", "Tick <"),
        ("UpdateExpression", "SET"),
    ],
)
def test_a_form_that_was_valid_once_is_still_checked_for_empty_keys(
    part: str, wrong: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a transaction like one before, but for a part that moto does not take: as by moto."""
    _ask("transact_write_items", {"TransactItems": [_move("a")]})
    item = _move("b")
    item["Update"][part] = wrong
    ours = _outcome(item)
    monkeypatch.setattr(DynamoHandler, "transact_write_items", forms.STOCK)
    assert ours == _outcome(item) != _outcome(_move("c"))


def _outcome(item: dict[str, Any]) -> object:
    """What moto says to a transaction of the item, or how it fails."""
    try:
        return call_moto("transact_write_items", {"TransactItems": [item]}, ACCOUNT, REGION)
    except (KeyError, TypeError, ValueError) as error:
        return repr(error)


@pytest.mark.usefixtures("patched")
def test_equal_transactions_are_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of a form goes through without moto's questions."""
    answer = _ask("transact_write_items", {"TransactItems": [_move("a")]})

    def refuse(*_: object) -> None:
        raise AssertionError("it was asked again")

    monkeypatch.setattr(forms, "STOCK", refuse)
    assert _ask("transact_write_items", {"TransactItems": [_move("b")]}) == answer


@pytest.mark.parametrize(
    "value",
    [
        {"S": "text"},
        {"S": "\u00e9\U0001f30a"},
        {"N": "-12.5"},
        {"B": "eA=="},
        {"BOOL": True},
        {"NULL": True},
        {"SS": ["a", "\u00e9"]},
        {"L": [{"S": "a"}, {"N": "1"}]},
        {"M": {"\u00e9": {"S": "a"}, "b": {"L": [{"N": "1"}]}}},
    ],
)
def test_sizes_are_those_of_the_json(value: dict[str, Any]) -> None:
    """Every form of a value is as large as DynamoDB has it, alone and in an item."""
    item = Item(DynamoType({"S": "1"}), None, {"id": {"S": "1"}, "\u00e9": value})
    assert value_size(DynamoType(value)) == attribute_values.value_size(value)
    assert item_size(item) == len("id1") + 2 + attribute_values.value_size(value)


def test_an_item_is_too_large_with_more_than_400_kilobytes() -> None:
    """What an attribute replaces does not count."""
    attributes = LimitedSizeDict()
    put_attribute(attributes, "a", DynamoType({"S": "x" * 200_000}))
    for _ in range(2):
        put_attribute(attributes, "b", DynamoType({"S": "x" * (400 * 1024 - 200_002)}))
    with pytest.raises(ItemSizeTooLarge):
        put_attribute(attributes, "c", DynamoType({"S": "x"}))


@pytest.mark.usefixtures("patched")
def test_a_copy_shares_nothing_that_can_change() -> None:
    """What is nested is copied as well, by moto's own `deepcopy` too."""
    item = Item(DynamoType({"S": "1"}), None, {"deep": {"M": {"a": {"L": [{"N": "1"}]}}}})
    for made in (copy_item(item), copy.deepcopy(item)):
        assert made == item
        made.attrs["deep"]["a"].value.append(DynamoType({"N": "2"}))
        assert made != item
