"""Values are validated, normalized and measured as AWS documents."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.attribute_values import (
    AttributeValueError,
    item_size,
    normalize,
    value_size,
)


def test_numbers_are_normalized_wherever_they_are() -> None:
    """In sets, lists and maps too."""
    value = {"M": {"a": {"L": [{"N": "1.0"}, {"NS": ["1e1", "2.50"]}]}, "b": {"S": "1.0"}}}
    normalize(value)
    assert value == {"M": {"a": {"L": [{"N": "1"}, {"NS": ["10", "2.5"]}]}, "b": {"S": "1.0"}}}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({}, "Supplied AttributeValue is empty"),
        ({"S": "a", "N": "1"}, "has more than one datatypes set"),
        ({"NULL": False}, "Null attribute value types must have the value of true"),
        ({"SS": []}, "An string set  may not be empty"),
        ({"NS": []}, "An number set  may not be empty"),
        ({"BS": []}, "Binary sets should not be empty"),
        ({"SS": ["a", "a"]}, r"Input collection \[a, a\] contains duplicates\.$"),
        ({"NS": ["1", "1.0"]}, "^Input collection contains duplicates$"),
        ({"BS": ["Yg==", "Yg=="]}, r"\[Yg==, Yg==\]of type BS contains duplicates\.$"),
        ({"L": [{"M": {"a": {"N": "x"}}}]}, "cannot be converted to a numeric value: x"),
    ],
)
def test_invalid_values_are_refused(value: dict[str, Any], message: str) -> None:
    """With AWS's messages; numbers of a set are compared by value."""
    with pytest.raises(AttributeValueError, match=message):
        normalize(value)


def test_values_are_nested_up_to_32_levels() -> None:
    """[Service quotas: nested attribute depth]."""
    value: dict[str, Any] = {"S": "x"}
    for _ in range(32):
        value = {"L": [value]}
    normalize(value)
    with pytest.raises(AttributeValueError, match="Nesting Levels"):
        normalize({"L": [value]})


@pytest.mark.parametrize(
    ("value", "size"),
    [
        ({"S": "é"}, 2),
        ({"N": "100"}, 2),
        ({"N": "-12.345"}, 5),
        ({"B": "AAEC"}, 3),
        ({"B": "AAE="}, 2),
        ({"B": b"\x00\x01"}, 2),
        ({"BOOL": True}, 1),
        ({"NULL": True}, 1),
        ({"SS": ["ab", "c"]}, 3),
        ({"L": [{"S": "a"}, {"S": "b"}]}, 3 + 2 + 2),
        ({"M": {"key": {"S": "b"}}}, 3 + 1 + 4),
    ],
)
def test_a_value_has_the_documented_size(value: dict[str, Any], size: int) -> None:
    """Containers have three bytes and one for each element, numbers one for two digits."""
    assert value_size(value) == size
    assert item_size({"name": value}) == len("name") + size
