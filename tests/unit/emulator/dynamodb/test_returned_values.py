"""UpdateItem returns the attributes that the update names, changed or not."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.returned_values import only_updated, with_all_values

ITEM: dict[str, Any] = {
    "id": {"S": "1"},
    "a": {"N": "1"},
    "deep": {"M": {"b": {"N": "2"}, "c": {"N": "3"}}},
    "list": {"L": [{"N": "0"}, {"N": "1"}, {"M": {"x": {"N": "5"}, "y": {"N": "6"}}}]},
}


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("SET a = :n", {"a": ITEM["a"]}),
        ("SET deep.#b = :n", {"deep": {"M": {"b": {"N": "2"}}}}),
        ("SET list[1] = :n", {"list": {"L": [{"N": "1"}]}}),
        ("SET list[2].y = :n", {"list": {"L": [{"M": {"y": {"N": "6"}}}]}}),
        ("SET deep.#b = :n, deep.c = :n", {"deep": ITEM["deep"]}),
        ("REMOVE gone", {}),
        ("ADD a :n REMOVE gone", {"a": ITEM["a"]}),
    ],
)
def test_the_updated_attributes_are_those_of_the_expression(
    expression: str, shown: dict[str, Any]
) -> None:
    """Of a nested path, only what it leads to."""
    request = {
        "UpdateExpression": expression,
        "ExpressionAttributeNames": {"#b": "b"},
        "ReturnValues": "UPDATED_NEW",
    }
    assert with_all_values(request)["ReturnValues"] == "ALL_NEW"
    assert only_updated(request, {"Attributes": ITEM}) == {"Attributes": shown}


def test_other_requests_are_left_as_they_are() -> None:
    """And AttributeUpdates name whole attributes."""
    request = {"ReturnValues": "ALL_OLD"}
    assert with_all_values(request) is request
    answer = {"Attributes": ITEM}
    assert only_updated(request, answer) is answer
    legacy = {"AttributeUpdates": {"a": {}}, "ReturnValues": "UPDATED_OLD"}
    assert only_updated(legacy, answer) == {"Attributes": {"a": ITEM["a"]}}
