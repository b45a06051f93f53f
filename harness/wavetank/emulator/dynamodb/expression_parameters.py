"""Expression attribute names and values: each must be used, and is only given with expressions.

Messages are AWS's.
[DynamoDB developer guide: Expressions.ExpressionAttributeNames and .ExpressionAttributeValues]
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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


@dataclass(frozen=True)
class ExpressionUse:
    """The names of an operation's expression parameters, and of their legacy equivalents."""

    expressions: tuple[str, ...]
    legacy: tuple[str, ...] = ()


CONDITION = ExpressionUse(("ConditionExpression",), ("Expected", "ConditionalOperator"))
USES = {
    "ConditionCheckItem": CONDITION,
    "DeleteItem": CONDITION,
    "GetItem": ExpressionUse(("ProjectionExpression",), ("AttributesToGet",)),
    "PutItem": CONDITION,
    "Query": ExpressionUse(
        ("ProjectionExpression", "FilterExpression", "KeyConditionExpression"),
        ("AttributesToGet", "QueryFilter", "ConditionalOperator", "KeyConditions"),
    ),
    "Scan": ExpressionUse(
        ("ProjectionExpression", "FilterExpression"),
        ("AttributesToGet", "ScanFilter", "ConditionalOperator"),
    ),
    "UpdateItem": ExpressionUse(
        ("UpdateExpression", "ConditionExpression"),
        ("AttributeUpdates", "Expected", "ConditionalOperator"),
    ),
}
"""By operation, also for the operations in a batch or transaction."""
PLACEHOLDER = re.compile(r"[#:][A-Za-z0-9_]+")
CACHE_SIZE = 4096
NO_NAME = "An expression attribute name used in the document path is not defined; attribute name: "
NO_VALUE = "An expression attribute value used in expression is not defined; attribute value: "
MIXED = (
    "Can not use both expression and non-expression parameters in the same request: "
    "Non-expression parameters: {{{}}} Expression parameters: {{{}}}"
)


def check_combination(use: ExpressionUse, parameters: Mapping[str, Any]) -> None:
    """Check that names and values come with expressions, and legacy parameters without.

    Raises:
        AttributeValueError: they do not.
    """
    given = [name for name in use.expressions if name in parameters]
    legacy = [name for name in use.legacy if name in parameters]
    if "KeyConditions" in legacy and "KeyConditionExpression" not in given:
        legacy.remove("KeyConditions")
    if given and legacy:
        raise AttributeValueError(MIXED.format(", ".join(legacy), ", ".join(given)))
    if NAMES in parameters and not given:
        raise AttributeValueError(f"{NAMES} can only be specified when using expressions")
    valued = [name for name in use.expressions if name != "ProjectionExpression"]
    if VALUES in parameters and valued and not set(valued) & set(given):
        listed = f"{' and '.join(valued)} {'are' if len(valued) > 1 else 'is'} null"
        raise AttributeValueError(
            f"{VALUES} can only be specified when using expressions: {listed}"
        )


def check_expression_parameters(parameters: Mapping[str, Any]) -> None:
    """Validate the names and values of a request, or of one operation in it; normalize the values.

    Raises:
        AttributeValueError: a name or value is not valid.
    """
    names, values = parameters.get(NAMES), parameters.get(VALUES)
    for kind, entries in ((NAMES, names), (VALUES, values)):
        if entries is not None and not entries:
            raise AttributeValueError(f"{kind} must not be empty")
        _check_names(kind, entries or ())
    for name, value in (values or {}).items():
        _normalize_value(name, value)


def check_not_empty(use: ExpressionUse, parameters: Mapping[str, Any]) -> None:
    """Check that every expression has a text.

    Raises:
        AttributeValueError: one of them is empty.
    """
    for name in use.expressions:
        if name in parameters and not parameters[name].strip():
            raise AttributeValueError(f"Invalid {name}: The expression can not be empty;")


def check_all_defined(name: str, parameters: Mapping[str, Any]) -> None:
    """Check that every name and value in one of the expressions is given.

    Raises:
        AttributeValueError: one of them is not.
    """
    for placeholder in sorted(placeholders((parameters[name],))):
        kind, problem = (NAMES, NO_NAME) if placeholder.startswith("#") else (VALUES, NO_VALUE)
        if placeholder not in (parameters.get(kind) or {}):
            raise AttributeValueError(f"Invalid {name}: {problem}{placeholder}")


def check_all_used(parameters: Mapping[str, Any]) -> None:
    """Check that every name and value occurs in an expression; the expressions are valid.

    Raises:
        AttributeValueError: one of them does not.
    """
    names, values = parameters.get(NAMES), parameters.get(VALUES)
    if names or values:
        texts = tuple(parameters[name] for name in EXPRESSIONS if parameters.get(name))
        used = placeholders(texts)
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
def placeholders(texts: tuple[str, ...]) -> frozenset[str]:
    """The names and values that occur in the expressions."""
    return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))
