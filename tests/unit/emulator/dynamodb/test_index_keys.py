"""Queries and puts against the keys of tables and indexes."""

from typing import Any

import pytest

from wavetank.emulator.dynamodb.index_keys import (
    KeyUseError,
    TableKeys,
    check_index,
    check_item,
    check_query,
)

KEYS = TableKeys(own={"pk": "S", "sk": "N"}, indexes={"index": {"g": "S"}})
VALUES = {":s": {"S": "a"}, ":n": {"N": "9"}, ":m": {"N": "10"}}


def _refusal(condition: str, filtered: str = "", **request: Any) -> str | None:
    """The message for a query; None if it is accepted."""
    try:
        _query(condition, filtered, **request)
    except KeyUseError as error:
        return str(error)
    return None


def _query(condition: str, filtered: str = "", **request: Any) -> None:
    names = {"#p": "pk", "#x": "x"}
    check_query(
        {
            "KeyConditionExpression": condition,
            "FilterExpression": filtered,
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": VALUES,
            **request,
        },
        KEYS,
    )


@pytest.mark.parametrize(
    ("condition", "filtered", "request_"),
    [
        ("pk = :s", "", {}),
        ("#p=:s AND sk BETWEEN :n AND :m", "", {}),
        ("pk = :s AND sk > :n", "x = :s AND contains(y.pk, :s) AND #x.sk = :n", {}),
        ("g = :s", "pk = :s", {"IndexName": "index"}),
    ],
)
def test_what_aws_accepts(condition: str, filtered: str, request_: dict[str, Any]) -> None:
    """Numbers are compared as numbers; a filter may contain keys of the table, but of no index."""
    assert _refusal(condition, filtered, **request_) is None


@pytest.mark.parametrize(
    ("condition", "filtered", "request_", "message"),
    [
        ("pk = :n", "", {}, "does not match schema type"),
        ("#p = :s AND sk = :s", "", {}, "does not match schema type"),
        ("pk = :s AND begins_with(sk, :s)", "", {}, "does not match schema type"),
        ("pk = :s AND sk between :m and :n", "", {}, "upper bound operand: AttributeValue: {N:9}"),
        ("pk = :s", "sk = :n", {}, "Primary key attribute: sk"),
        ("pk = :s", "attribute_exists(#p)", {}, "Primary key attribute: pk"),
        ("g = :s", "g = :s", {"IndexName": "index"}, "Primary key attribute: g"),
        ("g = :s", "", {"IndexName": "none"}, "not have the specified index: none"),
    ],
)
def test_what_aws_refuses(
    condition: str, filtered: str, request_: dict[str, Any], message: str
) -> None:
    """Moto finds no items, or answers with another error."""
    assert message in str(_refusal(condition, filtered, **request_))


def test_a_scan_of_an_index_that_does_not_exist_is_refused() -> None:
    """As a query is."""
    check_index({}, KEYS)
    with pytest.raises(KeyUseError, match="none"):
        check_index({"IndexName": "none"}, KEYS)


def test_an_item_has_the_types_of_the_keys_of_indexes() -> None:
    """An attribute that is absent is accepted: the index does not have the item."""
    check_item({"pk": {"S": "a"}}, KEYS)
    check_item({"g": {"S": "a"}}, KEYS)
    with pytest.raises(KeyUseError, match="Index Key g Expected: S Actual: N IndexName: index"):
        check_item({"g": {"N": "1"}}, KEYS)
