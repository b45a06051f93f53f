"""Projections return the parts of items to which their paths lead."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.attribute_values import AttributeValueError
from wavetank.emulator.dynamodb.projections import (
    project,
    projected_paths,
    without_projection,
)
from wavetank.emulator.dynamodb.reads import projected_answer, whole_items

ITEM: dict[str, Any] = {
    "id": {"S": "1"},
    "n": {"N": "0.0000001"},
    "deep": {"M": {"a": {"L": [{"N": "0"}, {"M": {"b": {"B": "AA=="}, "c": {"NULL": True}}}]}}},
    "other": {"SS": ["x"]},
}


@pytest.mark.parametrize(
    ("expression", "names", "parts"),
    [
        ("id, n", {}, {"id": ITEM["id"], "n": ITEM["n"]}),
        ("#n", {"#n": "n"}, {"n": ITEM["n"]}),
        ("#n", {"#n": "deep.a"}, {}),
        ("deep.a[0]", {}, {"deep": {"M": {"a": {"L": [{"N": "0"}]}}}}),
        (
            "deep . #a [ 1 ] . b",
            {"#a": "a"},
            {"deep": {"M": {"a": {"L": [{"M": {"b": {"B": "AA=="}}}]}}}},
        ),
        ("deep.a[0].x, gone[3]", {}, {}),
    ],
)
def test_an_expression_selects_parts(
    expression: str, names: dict[str, str], parts: dict[str, Any]
) -> None:
    """Of maps and lists too; a name with a dot is one name."""
    parameters = {"ProjectionExpression": expression, "ExpressionAttributeNames": names}
    assert project(ITEM, projected_paths(parameters)) == parts


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("", "Syntax error"),
        ("a,", "Syntax error"),
        ("a b", "Syntax error"),
        ("a..b", "Syntax error"),
        ("[0]", "Syntax error"),
        ("9a", "Syntax error"),
        ("abs, size", "reserved keyword: size"),
        ("#x", "is not defined; attribute name: #x"),
        ("deep.a, deep", r"path one: \[deep, a\], path two: \[deep\]"),
        ("x, x", r"path one: \[x\], path two: \[x\]"),
    ],
)
def test_an_invalid_expression_is_refused(expression: str, message: str) -> None:
    """With AWS's messages."""
    with pytest.raises(AttributeValueError, match=message):
        projected_paths({"ProjectionExpression": expression or " "})


def test_moto_is_asked_for_whole_items() -> None:
    """Without names that only the projection uses; a transaction projects each item by itself."""
    get = {
        "ProjectionExpression": "#a, #b",
        "FilterExpression": "#b = :x",
        "ExpressionAttributeNames": {"#a": "a", "#b": "b"},
    }
    rest = {"FilterExpression": "#b = :x", "ExpressionAttributeNames": {"#b": "b"}}
    assert without_projection(get) == rest
    plain = {"TableName": "t"}
    assert whole_items("Scan", plain) is plain
    request = {"TransactItems": [{"Get": {"ProjectionExpression": "n"}}, {"Get": {}}]}
    assert whole_items("TransactGetItems", request)["TransactItems"] == [{"Get": {}}] * 2
    answer: dict[str, Any] = {"Responses": [{"Item": ITEM}, {"Item": ITEM}]}
    projected_answer("TransactGetItems", request, answer)
    assert answer["Responses"] == [{"Item": {"n": ITEM["n"]}}, {"Item": ITEM}]


def test_attributes_to_get_are_whole_attributes() -> None:
    """[DynamoDB API reference: GetItem, AttributesToGet]."""
    request = {"AttributesToGet": ["n", "missing"]}
    answer = {"Item": ITEM}
    projected_answer("GetItem", request, answer)
    assert answer == {"Item": {"n": ITEM["n"]}}
