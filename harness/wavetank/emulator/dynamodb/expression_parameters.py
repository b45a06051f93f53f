"""Expression attribute names and values: each must be used, and is only given with expressions.

Messages are AWS's.
[DynamoDB developer guide: Expressions.ExpressionAttributeNames and .ExpressionAttributeValues]
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from wavetank.emulator.dynamodb.attribute_values import AttributeValueError, normalize

NAMES, VALUES = "ExpressionAttributeNames", "ExpressionAttributeValues"
EXPRESSIONS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
PLACEHOLDER = re.compile(r"[#:][A-Za-z0-9_]+")
CACHE_SIZE = 4096


def check_expression_parameters(parameters: Mapping[str, Any]) -> None:
    """Validate the names and values of a request, or of one operation in it; normalize the values.

    Raises:
        AttributeValueError: a name or value is not valid.
    """
    names, values = parameters.get(NAMES), parameters.get(VALUES)
    if names is None and values is None:
        return
    if not any(parameters.get(name) for name in EXPRESSIONS):
        given = NAMES if names is not None else VALUES
        raise AttributeValueError(f"{given} can only be specified when using expressions")
    for kind, entries in ((NAMES, names), (VALUES, values)):
        if entries is not None and not entries:
            raise AttributeValueError(f"{kind} must not be empty")
        _check_names(kind, entries or ())
    for name, value in (values or {}).items():
        _normalize_value(name, value)


def check_all_used(parameters: Mapping[str, Any]) -> None:
    """Check that every name and value occurs in an expression; the expressions are valid.

    Raises:
        AttributeValueError: one of them does not.
    """
    names, values = parameters.get(NAMES), parameters.get(VALUES)
    if names or values:
        texts = tuple(parameters[name] for name in EXPRESSIONS if parameters.get(name))
        used = _placeholders(texts)
        _check_used(NAMES, names, used)
        _check_used(VALUES, values, used)


def _check_names(kind: str, names: Iterable[str]) -> None:
    sign = "#" if kind == NAMES else ":"
    for name in names:
        if not (name.startswith(sign) and PLACEHOLDER.fullmatch(name)):
            raise AttributeValueError(f'{kind} contains invalid key: Syntax error; key: "{name}"')


def _normalize_value(name: str, value: dict[str, Any]) -> None:
    try:
        normalize(value)
    except AttributeValueError as error:
        message = f"{VALUES} contains invalid value: {error} for key {name}"
        raise AttributeValueError(message) from error


def _check_used(kind: str, given: Mapping[str, Any] | None, used: frozenset[str]) -> None:
    unused = [name for name in given or () if name not in used]
    if unused:
        listed = ", ".join(unused)
        raise AttributeValueError(
            f"Value provided in {kind} unused in expressions: keys: {{{listed}}}"
        )


@lru_cache(CACHE_SIZE)
def _placeholders(texts: tuple[str, ...]) -> frozenset[str]:
    """The names and values that occur in the expressions."""
    return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))
