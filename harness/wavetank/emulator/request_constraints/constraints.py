"""The members of a request that violate the constraints of its model, in AWS's words; pure.

The SDK for Python has the constraints in its models, and checks required members, types and minima
only. AWS checks lengths, ranges, patterns and enumerations too, and names every violation.
[botocore: data/*/service-2.json; AWS API references: "Length Constraints", "Pattern"]
"""

import re
import warnings
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

type Shape = Any
"""A shape of the SDK's, which LocalStack's operations have: only its attributes are used here."""

TEXT = "Value {value} at '{path}' failed to satisfy constraint: Member must {constraint}"
LENGTHS = frozenset({"blob", "list", "map", "string"})
RANGES = frozenset({"double", "float", "integer", "long"})
NO_PATTERN = frozenset({"ConsumerARN", "HttpEndpointUrl"})
"""Shapes that have other values here: those of moto, and addresses of this machine without TLS."""
ANY_ENUMERATION = frozenset({"Runtime"})
"""Shapes whose values another module checks: it knows which ones run here."""


def validation_message(shape: Shape, request: Mapping[str, Any]) -> str | None:
    """AWS's message for the violations in a request of that shape; None without any."""
    if shape is None:  # an operation without parameters
        return None
    found = list(_violations(shape, request, ""))
    if not found:
        return None
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: {'; '.join(found)}"


def _violations(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if value is None or not _is_constrained(shape):
        return
    own = None if shape.name in NO_PATTERN else shape.metadata.get("pattern")
    for constraint in _own(shape, value, own):
        yield TEXT.format(value=_shown(shape, value), path=path, constraint=constraint)
    yield from _inner(shape, value, path)


def _inner(shape: Shape, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        for name in shape.required_members:
            if value.get(name) is None:
                missing = _member(path, name)
                yield TEXT.format(value="null", path=missing, constraint="not be null")
        for name, member in shape.members.items():
            yield from _violations(member, value.get(name), _member(path, name))
    elif shape.type_name == "list" and isinstance(value, list):
        for number, each in enumerate(value, 1):
            yield from _violations(shape.member, each, f"{path}.{number}.member")
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, each in value.items():
            yield from _violations(shape.value, each, f"{path}.{key}.member")


def _own(shape: Shape, value: Any, pattern: str | None) -> Iterator[str]:
    """The constraints of the shape itself that the value violates."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name in LENGTHS and hasattr(value, "__len__"):
        yield from _bounds("length", len(value), low, high)
    elif shape.type_name in RANGES and isinstance(value, int | float):
        yield from _bounds("value", value, low, high)
    if isinstance(value, str):
        compiled = _compiled(pattern) if pattern else None
        if compiled is not None and not compiled.fullmatch(value):
            yield f"satisfy regular expression pattern: {pattern}"
        names = shape.metadata.get("enum")
        if names and value not in names and shape.name not in ANY_ENUMERATION:
            yield f"satisfy enum value set: [{', '.join(names)}]"


def _bounds(what: str, size: float, low: float | None, high: float | None) -> Iterator[str]:
    if high is not None and size > high:
        yield f"have {what} less than or equal to {high}"
    if low is not None and size < low:
        yield f"have {what} greater than or equal to {low}"


def _member(path: str, name: str) -> str:
    """The path of a member: names begin with a small letter, as in Java."""
    own = name[0].lower() + name[1:]
    return f"{path}.{own}" if path else own


def _shown(shape: Shape, value: Any) -> str:
    """The value as in the message; AWS shows long ones in full."""
    if shape.type_name in {"string", *RANGES}:
        return f"'{value}'"
    return "'[...]'"


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    """The pattern; None if Python does not know its syntax, such as that of Unicode classes."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # sets in sets, which Java has
            return re.compile(pattern, re.DOTALL)
    except re.error:
        return None


def _is_constrained(shape: Shape) -> bool:
    """Whether the shape or one within it has constraints; most have none, and cost nothing."""
    known = _CONSTRAINED.get(id(shape))
    if known is None or known[0] is not shape:
        known = _CONSTRAINED[id(shape)] = (shape, _finds_constraint(shape, set()))
    return known[1]


_CONSTRAINED: dict[int, tuple[Shape, bool]] = {}
"""By identity, because shapes have no hash of their own; each entry keeps its shape alive."""


def _finds_constraint(shape: Shape, seen: set[str]) -> bool:
    if shape.name in seen:
        return False
    seen.add(shape.name)
    if any(name in shape.metadata for name in ("min", "max", "pattern", "enum")):
        return True
    if shape.type_name == "structure":
        members = shape.members.values()
        return bool(shape.required_members) or any(_finds_constraint(m, seen) for m in members)
    if shape.type_name == "list":
        return _finds_constraint(shape.member, seen)
    return shape.type_name == "map" and _finds_constraint(shape.value, seen)
