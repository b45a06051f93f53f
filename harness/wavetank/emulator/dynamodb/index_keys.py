"""Queries and puts against the keys of a table and its indexes, which moto does not check.

Messages are AWS's as its SDKs' users quote them.
[DynamoDB API reference: Query, KeyConditionExpression; developer guide: Query.FilterExpression,
GSI, "the data types"]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

NAME = r"(#?[A-Za-z_][\w]*)"
VALUE = r"(:\w+)"
COMPARISON = re.compile(rf"{NAME}\s*(?:<=|>=|=|<|>)\s*{VALUE}")
BETWEEN = re.compile(rf"{NAME}\s+BETWEEN\s+{VALUE}\s+AND\s+{VALUE}", re.IGNORECASE)
BEGINS = re.compile(rf"begins_with\s*\(\s*{NAME}\s*,\s*{VALUE}\s*\)", re.IGNORECASE)
FIRST_NAME = re.compile(rf"(?<![\w.:#]){NAME}(?![\w]|\s*\()")
"""The first name of a document path: not one after a dot, nor that of a function."""
NO_INDEX = "The table does not have the specified index: {}"
FILTERED_KEY = (
    "Filter Expression can only contain non-primary key attributes: Primary key attribute: {}"
)
OTHER_TYPE = (
    "One or more parameter values were invalid: Condition parameter type does not match schema type"
)
BOUNDS = (
    "Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than "
    "or equal to lower bound; lower bound operand: AttributeValue: {}, upper bound operand: "
    "AttributeValue: {}"
)
OTHER_INDEX_TYPE = (
    "One or more parameter values were invalid: Type mismatch for Index Key {} Expected: {} "
    "Actual: {} IndexName: {}"
)


class KeyUseError(ValueError):
    """A use of key attributes that DynamoDB refuses; the text is AWS's message."""


@dataclass(frozen=True)
class TableKeys:
    """Names and types of the key attributes of a table, and of its indexes by name."""

    own: Mapping[str, str]
    indexes: Mapping[str, Mapping[str, str]]


def check_query(request: Mapping[str, Any], keys: TableKeys) -> None:
    """Check a query: its index, the types in its key condition, and its filter.

    Raises:
        KeyUseError: AWS refuses it.
    """
    index = request.get("IndexName")
    if index is not None and index not in keys.indexes:
        raise KeyUseError(NO_INDEX.format(index))
    used = keys.own if index is None else keys.indexes[index]
    names = request.get("ExpressionAttributeNames") or {}
    values = request.get("ExpressionAttributeValues") or {}
    condition = request.get("KeyConditionExpression") or ""
    for name, placeholder in _compared(condition):
        expected = used.get(names.get(name, name))
        value = values.get(placeholder)
        if expected and value and expected not in value:
            raise KeyUseError(OTHER_TYPE)
    for _, low, high in BETWEEN.findall(condition):
        _check_bounds(values.get(low), values.get(high))
    for name in FIRST_NAME.findall(request.get("FilterExpression") or ""):
        if names.get(name, name) in used:
            raise KeyUseError(FILTERED_KEY.format(names.get(name, name)))


def check_index(request: Mapping[str, Any], keys: TableKeys) -> None:
    """Check that the index of a scan exists.

    Raises:
        KeyUseError: it does not.
    """
    index = request.get("IndexName")
    if index is not None and index not in keys.indexes:
        raise KeyUseError(NO_INDEX.format(index))


def check_item(item: Mapping[str, Any], keys: TableKeys) -> None:
    """Check that the item's attributes that are keys of indexes have their types.

    Raises:
        KeyUseError: one has another type.
    """
    for index, types in keys.indexes.items():
        for name, expected in types.items():
            actual = next(iter(item.get(name, ())), expected)
            if actual != expected:
                raise KeyUseError(OTHER_INDEX_TYPE.format(name, expected, actual, index))


def _compared(condition: str) -> Iterator[tuple[str, str]]:
    yield from COMPARISON.findall(condition)
    yield from BEGINS.findall(condition)
    for name, low, high in BETWEEN.findall(condition):
        yield name, low
        yield name, high


def _check_bounds(low: Mapping[str, Any] | None, high: Mapping[str, Any] | None) -> None:
    if not low or not high:
        return
    (kind, first), second = next(iter(low.items())), high.get(next(iter(low)))
    if second is None or kind not in {"N", "S"}:
        return
    is_wrong = Decimal(first) > Decimal(second) if kind == "N" else _utf8(first) > _utf8(second)
    if is_wrong:
        raise KeyUseError(BOUNDS.format(f"{{{kind}:{first}}}", f"{{{kind}:{second}}}"))


def _utf8(text: str) -> bytes:
    """What strings are ordered by."""
    return text.encode()
