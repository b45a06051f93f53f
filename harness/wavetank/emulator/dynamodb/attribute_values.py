"""Attribute values in DynamoDB's JSON: validated, normalized and measured as DynamoDB does.

[DynamoDB API reference: AttributeValue; developer guide: HowItWorks.NamingRulesDataTypes, and
CapacityUnitCalculations, item sizes and formats]
"""

from collections.abc import Callable, Mapping
from typing import Any

from wavetank.emulator.dynamodb.numbers import NumberError, normalized_number

INVALID = "One or more parameter values were invalid: "
EMPTY = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
SEVERAL = (
    "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the "
    "supported datatypes"
)
DEPTH_MAX = 32
TOO_DEEP = "Nesting Levels have exceeded supported limits"
EMPTY_SETS = {
    "SS": "An string set  may not be empty",
    "NS": "An number set  may not be empty",
    "BS": "Binary sets should not be empty",
}
NOT_NULL = "Null attribute value types must have the value of true"
CONTAINER_BYTES = 3
ELEMENT_BYTES = 1

type AttributeMap = Mapping[str, dict[str, Any]]
"""Attributes, or expression attribute values, by name."""


class AttributeValueError(ValueError):
    """An attribute value that DynamoDB refuses; the text is AWS's message."""


def normalize_all(values: AttributeMap) -> None:
    """Validate the values, and change them to the form in which DynamoDB stores them.

    Raises:
        AttributeValueError: one of them is not valid.
    """
    for value in values.values():
        normalize(value)


def normalize(value: dict[str, Any], depth: int = 0) -> None:
    """Validate one value and everything in it, and normalize its numbers in place.

    Raises:
        AttributeValueError: it is not valid.
    """
    if not value:
        raise AttributeValueError(EMPTY)
    for kind in value:
        _normalize_kind(value, kind, depth)
    if len(value) > 1:
        raise AttributeValueError(SEVERAL)


def _normalize_kind(value: dict[str, Any], kind: str, depth: int) -> None:
    content = value[kind]
    match kind:
        case "N":
            value["N"] = _number(content)
        case "S" | "B" | "BOOL":
            pass
        case "NULL" if content is not True:
            raise AttributeValueError(INVALID + NOT_NULL)
        case "SS" | "NS" | "BS":
            value[kind] = _set(kind, content)
        case "L" | "M":
            _normalize_parts(content.values() if kind == "M" else content, depth + 1)


def _normalize_parts(parts: Any, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise AttributeValueError(TOO_DEEP)
    for part in parts:
        normalize(part, depth)


def _number(text: str) -> str:
    try:
        return normalized_number(text)
    except NumberError as error:
        raise AttributeValueError(str(error)) from error


def _set(kind: str, content: list[str]) -> list[str]:
    if not content:
        raise AttributeValueError(INVALID + EMPTY_SETS[kind])
    elements = [_number(text) for text in content] if kind == "NS" else content
    if len(set(elements)) == len(elements):
        return elements
    if kind == "NS":
        raise AttributeValueError("Input collection contains duplicates")
    of_type = "of type BS " if kind == "BS" else " "
    shown = f"[{', '.join(content)}]"
    raise AttributeValueError(f"{INVALID}Input collection {shown}{of_type}contains duplicates.")


def item_size(attributes: AttributeMap) -> int:
    """The size of an item in bytes: names and values."""
    return sum(text_size(name) + value_size(value) for name, value in attributes.items())


def value_size(value: Mapping[str, Any]) -> int:
    """The size of a value in bytes, without its name."""
    ((kind, content),) = value.items()
    return SIZES[kind](content)


def text_size(text: str) -> int:
    """The text's length in UTF-8 bytes."""
    return len(text) if text.isascii() else len(text.encode())


def number_size(text: str) -> int:
    """One byte for each two significant digits, one more, and another one for a minus."""
    digits = text.lstrip("-").replace(".", "").strip("0")
    return (len(digits) + 1) // 2 + 1 + text.startswith("-")


def binary_size(content: str | bytes) -> int:
    """The number of bytes, of which `content` may be the base64 text."""
    if isinstance(content, bytes):
        return len(content)
    return len(content) * 3 // 4 - content.count("=", -2)


def _list_size(parts: list[Any]) -> int:
    return CONTAINER_BYTES + sum(ELEMENT_BYTES + value_size(part) for part in parts)


def _map_size(parts: Mapping[str, Any]) -> int:
    return CONTAINER_BYTES + len(parts) * ELEMENT_BYTES + item_size(parts)


SIZES: Mapping[str, Callable[[Any], int]] = {
    "S": text_size,
    "N": number_size,
    "B": binary_size,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "SS": lambda texts: sum(map(text_size, texts)),
    "NS": lambda texts: sum(map(number_size, texts)),
    "BS": lambda contents: sum(map(binary_size, contents)),
    "L": _list_size,
    "M": _map_size,
}
"""The size of each type's content."""
