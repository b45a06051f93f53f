"""Conditions of a template: true, false, or unknown if they depend on a value that is not known.

[CloudFormation template reference: conditions-section-structure]
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wavetank.templates.accessors import as_list

SIDES = ("left", "right")
type Value = Callable[[Any], object]
"""Resolves a value: a text, another object for a resource, or None if it is not known."""


def truth(
    written: Any, conditions: Mapping[str, Any], value: Value, within: tuple[str, ...] = ()
) -> bool | None:
    """Whether the condition is true; None if the template does not determine that.

    `within` are the names of the conditions that led here: one that contains itself is unknown.
    """
    function, argument = next(iter(written.items())) if _is_function(written) else ("", None)

    def below(part: Any) -> bool | None:
        return truth(part, conditions, value, within)

    match function:
        case "Condition" if isinstance(argument, str) and argument not in within:
            return truth(conditions.get(argument), conditions, value, (*within, argument))
        case "Fn::And":
            return _all(map(below, as_list(argument)))
        case "Fn::Or":
            return _negated(_all(_negated(below(part)) for part in as_list(argument)))
        case "Fn::Not" if isinstance(argument, list) and len(argument) == 1:
            return _negated(below(argument[0]))
        case "Fn::Equals" if isinstance(argument, list) and len(argument) == len(SIDES):
            return _are_equal(*map(value, argument))
        case _:
            return None


def _is_function(written: Any) -> bool:
    return isinstance(written, dict) and len(written) == 1


def _all(parts: Iterable[bool | None]) -> bool | None:
    found = list(parts)
    if False in found:
        return False
    return None if None in found else True


def _negated(part: bool | None) -> bool | None:  # noqa: FBT001 - it is a truth value
    return None if part is None else not part


def _are_equal(left: object, right: object) -> bool | None:
    """A resource's name is not known before it exists, but is never empty."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    if left is not None and right is not None and "" in {left, right}:
        return False
    return None
