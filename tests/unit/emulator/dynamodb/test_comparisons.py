"""Conditions compare by type and value, and never raise for a type; arithmetic is exact."""

from collections.abc import Iterator
from typing import Any

import pytest
from moto.dynamodb.comparisons import get_filter_expression
from moto.dynamodb.exceptions import IncorrectDataType, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item

from wavetank.emulator.dynamodb.comparisons import CORRECTIONS
from wavetank.emulator.dynamodb.legacy_conditions import compare
from wavetank.emulator.dynamodb.legacy_updates import update_with_attribute_updates
from wavetank.emulator.patches import patch_of

ATTRIBUTES: dict[str, Any] = {
    "my_zero": {"N": "0"},
    "my_number": {"N": "12345678901234567.1"},
    "my_text": {"S": "é"},
    "my_empty": {"S": ""},
    "my_flag": {"BOOL": True},
    "my_bytes": {"B": "/w=="},
    "my_numbers": {"NS": ["1", "2"]},
    "my_list": {"L": [{"N": "1"}, {"S": "a"}]},
    "my_map": {"M": {"a": {"N": "1"}}},
    "my_nothing": {"NULL": True},
}
VALUES: dict[str, Any] = {
    ":zero": {"N": "0"},
    ":one": {"N": "1"},
    ":near": {"N": "12345678901234567.2"},
    ":text": {"S": "1"},
    ":low": {"B": "AA=="},
    ":numbers": {"NS": ["2", "1"]},
    ":map": {"M": {"a": {"N": "1"}}},
    ":null": {"NULL": True},
}


@pytest.fixture(autouse=True)
def corrected() -> Iterator[None]:
    """Moto with the corrections; afterwards as before: a simulator may have them."""
    before = {target: patch_of(target).is_applied for target in CORRECTIONS}
    for target, ours in CORRECTIONS.items():
        patch_of(target).apply(ours)
    yield
    for target, was_applied in before.items():
        if not was_applied:
            patch_of(target).undo()


def _item(**attributes: Any) -> Item:
    return Item(DynamoType({"S": "1"}), None, attributes)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("my_number = :near", False),
        ("my_number < :near", True),
        ("my_flag = :one", False),
        ("my_flag <> :one", True),
        ("my_zero < :text", False),
        ("my_zero >= :text", False),
        ("my_missing = my_gone", False),
        ("my_missing <> :one", True),
        ("my_missing < :one", False),
        ("my_numbers = :numbers", True),
        ("my_map = :map", True),
        ("my_nothing = :null", True),
        ("my_bytes > :low", True),
        ("my_flag < :one", False),
        ("my_zero BETWEEN :zero AND :one", True),
        ("my_empty BETWEEN :zero AND :one", False),
        ("my_zero IN (:one, :zero)", True),
        ("my_missing IN (:one)", False),
        ("contains(my_numbers, :one)", True),
        ("contains(my_list, :one)", True),
        ("contains(my_list, :text)", False),
        ("contains(my_missing, :one)", False),
        ("contains(my_zero, :zero)", False),
        ("size(my_text) > :one", True),
        ("size(my_list) > :one", True),
        ("size(my_missing) > :zero", False),
    ],
)
def test_a_condition_compares_types_and_values(condition: str, *, expected: bool) -> None:
    """Without an exception for any pair of types."""
    assert bool(get_filter_expression(condition, {}, VALUES).expr(_item(**ATTRIBUTES))) is expected


@pytest.mark.parametrize(
    ("name", "comparison", "others", "expected"),
    [
        ("my_zero", "LE", [{"S": "1"}], False),
        ("my_zero", "NE", [{"S": "0"}], True),
        ("my_zero", "BETWEEN", [{"N": "-1"}, {"N": "0.5"}], True),
        ("my_bytes", "GT", [{"B": "AA=="}], True),
        ("my_text", "BEGINS_WITH", [{"B": "AA=="}], False),
        ("my_zero", "CONTAINS", [{"N": "0"}], False),
        ("my_zero", "NOT_CONTAINS", [{"N": "0"}], True),
        ("my_numbers", "CONTAINS", [{"N": "2"}], True),
        ("my_list", "CONTAINS", [{"S": "a"}], True),
    ],
)
def test_a_legacy_filter_compares_types_and_values(
    name: str, comparison: str, others: list[Any], *, expected: bool
) -> None:
    """Values of different types have no order."""
    values = [DynamoType(other) for other in others]
    assert compare(DynamoType(ATTRIBUTES[name]), comparison, values) is expected


def test_a_number_has_no_size() -> None:
    """[DynamoDB developer guide: Expressions.OperatorsAndFunctions, size]."""
    with pytest.raises(MockValidationException, match="operand type: N"):
        get_filter_expression("size(my_zero) > :one", {}, VALUES).expr(_item(**ATTRIBUTES))


def test_arithmetic_needs_numbers() -> None:
    """Results keep their digits; other types are refused with DynamoDB's error."""
    one, other = DynamoType({"N": "0.3"}), DynamoType({"N": "0.1"})
    assert (one - other).value == "0.2"
    assert (one + DynamoType({"N": "1" + "0" * 30})).value == "1" + "0" * 30 + ".3"
    for wrong in ({"S": "1"}, {"NS": ["1"]}):
        with pytest.raises(IncorrectDataType):
            _ = one + DynamoType(wrong)


@pytest.mark.parametrize(
    ("update", "result"),
    [
        ({"Value": {"B": "AA=="}}, {"B": "AA=="}),
        ({"Value": {"N": "5"}, "Action": "ADD"}, {"N": "5.5"}),
        ({"Action": "DELETE"}, None),
    ],
)
def test_attribute_updates_keep_types(update: Any, result: dict[str, Any] | None) -> None:
    """Moto makes strings of binary values."""
    item = _item(a={"N": "0.5"})
    update_with_attribute_updates(item, {"a": update})
    found = item.attrs.get("a")
    assert (found and found.to_json()) == result


def test_sets_are_added_to_and_deleted_from() -> None:
    """A set that becomes empty is no attribute; another type is refused."""
    item = _item(a={"SS": ["x"]})
    update_with_attribute_updates(item, {"a": {"Value": {"SS": ["x", "y"]}, "Action": "ADD"}})
    assert item.attrs["a"].value == ["x", "y"]
    with pytest.raises(MockValidationException, match="Type mismatch"):
        update_with_attribute_updates(item, {"a": {"Value": {"N": "1"}, "Action": "ADD"}})
    update_with_attribute_updates(item, {"a": {"Value": {"SS": ["x", "y"]}, "Action": "DELETE"}})
    assert "a" not in item.attrs
