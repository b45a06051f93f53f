"""Values of an event by the part of JSONPath that EventBridge supports.

Dot notation, array indices and wildcards. [EventBridge user guide, eb-transform-target-input]
"""

import re
from collections.abc import Iterator
from typing import Any

from wavetank.emulator.json_steps import Step, values_along

STEP = re.compile(r"\.?(?P<name>[^.\[\]*]+)|\[(?P<index>\d+)\]|\.?(?P<all>\*)|\[(?P<each>\*)\]")
QUOTED = re.compile(r"\[(['\"])(.+?)\1\]")


class MissingValueError(LookupError):
    """An event has no value at a JSON path."""


def value_at(path: str, event: Any) -> Any:
    """The value at the path; the list of all values if it has a wildcard.

    Raises:
        MissingValueError: there is none, or the path is none that EventBridge supports.
    """
    steps = list(_steps(path))
    found = values_along(event, steps)
    if None in steps:
        return found
    if not found:
        raise MissingValueError(path)
    return found[0]


def _steps(path: str) -> Iterator[Step]:
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
