"""Comparisons of conditions and filters by type and value, and exact arithmetic in updates.

Moto compares Python's values: numbers lose digits, 1 equals true, a missing attribute equals
another one, and values of different types raise. On AWS operands of different types, or without a
value, are unequal, and no other comparison of them is true.
[DynamoDB developer guide: Expressions.OperatorsAndFunctions; moto 5.1.24: dynamodb/comparisons.py,
dynamodb/models/dynamo_type.py]
"""

import base64
from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import ge, gt, le, lt
from typing import Any

from moto.dynamodb.comparisons import AttributePath, AttributeValue, FuncBetween, FuncIn, FuncSize
from moto.dynamodb.exceptions import IncorrectDataType, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType

from wavetank.emulator.dynamodb.attribute_values import binary_size, text_size
from wavetank.emulator.dynamodb.numbers import NumberError, add_numbers, subtract_numbers
from wavetank.emulator.patches import patch_of

ORDERED = frozenset({"B", "N", "S"})
"""The types that `<` and the like compare."""
STOCK_CAST = patch_of("moto.dynamodb.models.dynamo_type:DynamoType.cast_value").original()
SIZE_OPERAND = (
    "Invalid operand type for operator or function; operator or function: size, operand type: {}"
)

type Typed = tuple[str, Any]
"""A type of DynamoDB, and a value that equals another one if DynamoDB's do."""


def typed(kind: str, content: Any) -> Typed:
    """The comparable form of a value, from JSON or from moto's types."""
    match kind:
        case "N":
            return kind, Decimal(content)
        case "B":
            return kind, content if isinstance(content, bytes) else base64.b64decode(content)
        case "SS" | "NS" | "BS":
            return kind, frozenset(typed(kind[0], element)[1] for element in content)
        case "L":
            return kind, [_typed_part(part) for part in content]
        case "M":
            return kind, {name: _typed_part(part) for name, part in content.items()}
    return kind, content


def _typed_part(part: Any) -> Typed:
    if isinstance(part, DynamoType):
        return typed(part.type, part.value)
    ((kind, content),) = part.items()
    return typed(kind, content)


def operand_value(operand: Any, item: Any) -> Typed | None:
    """The value of a condition's operand for the item; None if the item has no such attribute."""
    match operand:
        case AttributeValue():
            return typed(operand.type, operand.value)
        case AttributePath():
            attribute = operand._get_attr(item)  # noqa: SLF001 - moto has no public name for it
            return None if attribute is None else typed(attribute.type, attribute.value)
        case FuncSize():
            size = operand.expr(item)
            return None if size is None else ("N", Decimal(size))
    return "BOOL", operand.expr(item)


def equal(condition: Any, item: Any) -> bool:
    """`=`."""
    one = operand_value(condition.lhs, item)
    return one is not None and one == operand_value(condition.rhs, item)


def not_equal(condition: Any, item: Any) -> bool:
    """`<>`."""
    return not equal(condition, item)


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(condition: Any, item: Any) -> bool:
        one, other = operand_value(condition.lhs, item), operand_value(condition.rhs, item)
        return _holds(compare, one, other)

    return holds


def _holds(compare: Callable[[Any, Any], bool], one: Typed | None, other: Typed | None) -> bool:
    if one is None or other is None or one[0] != other[0] or one[0] not in ORDERED:
        return False
    return compare(one[1], other[1])


def between(function: FuncBetween, item: Any) -> bool:
    """`BETWEEN`."""
    low, value, high = (
        operand_value(operand, item) for operand in (function.start, function.attr, function.end)
    )
    return _holds(le, low, value) and _holds(le, value, high)


def is_in(function: FuncIn, item: Any) -> bool:
    """`IN`."""
    value = operand_value(function.attr, item)
    return value is not None and any(
        value == operand_value(other, item) for other in function.possible_values
    )


def contains(function: Any, item: Any) -> bool:
    """`contains`: a substring, or an element of a set or list."""
    whole, part = operand_value(function.attr, item), operand_value(function.operand, item)
    if whole is None or part is None:
        return False
    kind, content = whole
    if kind == "L":
        return part in content
    is_inside = kind in {"S", "B"} and part[0] == kind
    return (is_inside or kind == f"{part[0]}S") and part[1] in content


def begins_with(function: Any, item: Any) -> bool:
    """`begins_with`, of strings and binary values."""
    whole, start = operand_value(function.attr, item), operand_value(function.substr, item)
    if whole is None or start is None or whole[0] != start[0] or whole[0] not in {"B", "S"}:
        return False
    return bool(whole[1].startswith(start[1]))


def size(function: FuncSize, item: Any) -> int | None:
    """`size`: bytes of a string or binary, else elements; None for a missing attribute.

    Raises:
        MockValidationException: a value has no size.
    """
    found: Any = function.attr
    if not isinstance(found, AttributeValue):
        found = found._get_attr(item)  # noqa: SLF001 - as above
    if found is None:
        return None
    kind, content = found.type, found.value
    match kind:
        case "S":
            return text_size(content)
        case "B":
            return binary_size(content)
        case "SS" | "NS" | "BS" | "L" | "M":
            return len(content)
    raise MockValidationException(SIZE_OPERAND.format(kind))


def cast_value(value: DynamoType) -> Any:
    """`DynamoType.cast_value`, by which moto sorts and compares keys: exact numbers, and bytes."""
    content = value.value
    match value.type:
        case "N":
            return int(content) if content.isdigit() else Decimal(content)
        case "B":
            return content if isinstance(content, bytes) else base64.b64decode(content)
    return STOCK_CAST.fget(value)


def values_equal(one: DynamoType, other: DynamoType) -> bool:
    """`DynamoType.__eq__`; the elements of a set have no order."""
    if one.type != other.type:
        return False
    if one.is_set():
        return set(one.value) == set(other.value)
    return bool(one.value == other.value)


def values_differ(one: DynamoType, other: DynamoType) -> bool:
    """`DynamoType.__ne__`."""
    return not values_equal(one, other)


def add(one: DynamoType, other: DynamoType) -> DynamoType:
    """`DynamoType.__add__`.

    Raises:
        IncorrectDataType: an operand is not a number.
        MockValidationException: the result cannot be stored.
    """
    return _computed(add_numbers, one, other)


def subtract(one: DynamoType, other: DynamoType) -> DynamoType:
    """`DynamoType.__sub__`.

    Raises:
        IncorrectDataType: an operand is not a number.
        MockValidationException: the result cannot be stored.
    """
    return _computed(subtract_numbers, one, other)


def _computed(compute: Callable[[str, str], str], one: DynamoType, other: DynamoType) -> DynamoType:
    if not (one.is_number() and other.is_number()):
        raise IncorrectDataType
    try:
        return DynamoType({"N": compute(one.value, other.value)})
    except NumberError as error:
        raise MockValidationException(str(error)) from error


CORRECTIONS: Mapping[str, Any] = {
    "moto.dynamodb.comparisons:FuncBeginsWith.expr": begins_with,
    "moto.dynamodb.comparisons:FuncBetween.expr": between,
    "moto.dynamodb.comparisons:FuncContains.expr": contains,
    "moto.dynamodb.comparisons:FuncIn.expr": is_in,
    "moto.dynamodb.comparisons:FuncSize.expr": size,
    "moto.dynamodb.comparisons:OpEqual.expr": equal,
    "moto.dynamodb.comparisons:OpGreaterThan.expr": _ordering(gt),
    "moto.dynamodb.comparisons:OpGreaterThanOrEqual.expr": _ordering(ge),
    "moto.dynamodb.comparisons:OpLessThan.expr": _ordering(lt),
    "moto.dynamodb.comparisons:OpLessThanOrEqual.expr": _ordering(le),
    "moto.dynamodb.comparisons:OpNotEqual.expr": not_equal,
    "moto.dynamodb.models.dynamo_type:DynamoType.__add__": add,
    "moto.dynamodb.models.dynamo_type:DynamoType.__eq__": values_equal,
    "moto.dynamodb.models.dynamo_type:DynamoType.__ne__": values_differ,
    "moto.dynamodb.models.dynamo_type:DynamoType.__sub__": subtract,
    "moto.dynamodb.models.dynamo_type:DynamoType.cast_value": property(cast_value),
}
"""Moto's attributes whose results differ from AWS's, and their replacements."""
