"""Values of an event by the part of JSONPath that EventBridge supports.

Dot notation, array indices and wildcards. [EventBridge user guide, eb-transform-target-input]
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

STEP = re.compile(r"\.?(?P<name>[^.\[\]*]+)|\[(?P<index>\d+)\]|\.?(?P<all>\*)|\[(?P<each>\*)\]")
QUOTED = re.compile(r"\[(['\"])(.+?)\1\]")


class MissingValueError(LookupError):
    """The event has no value at the path."""


def value_at(path: str, event: Any) -> Any:
    """The value at the path; the list of all values if it has a wildcard.

    Raises:
        MissingValueError: there is none, or the path is none that EventBridge supports.
    """
    found = [event]
    steps = list(_steps(path))
    for step in steps:
        found = [inner for value in found for inner in _inner(value, step)]
    if None in steps:
        return found
    if not found:
        raise MissingValueError(path)
    return found[0]


def _steps(path: str) -> Iterator[str | int | None]:
    """The names and indices of the path; None for a wildcard."""
    if not path.startswith("$"):
        raise MissingValueError(path)
    rest = QUOTED.sub(r".\2", path[1:])
    position = 0
    while position < len(rest):
        matched = STEP.match(rest, position)
        if matched is None:
            raise MissingValueError(path)
        position = matched.end()
        if matched["index"]:
            yield int(matched["index"])
        else:
            yield matched["name"]


def _inner(value: Any, step: str | int | None) -> Iterator[Any]:
    match value, step:
        case Mapping(), str() if step in value:
            yield value[step]
        case list(), int() if step < len(value):
            yield value[step]
        case Mapping(), None:
            yield from value.values()
        case list(), None:
            yield from value
