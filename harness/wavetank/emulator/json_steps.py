"""Values of a JSON document along a path, for EventBridge and CloudWatch Logs."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

type Step = str | int | None
"""A member of an object, an index of an array, or None for all values of either."""


def values_along(document: Any, steps: Iterable[Step]) -> list[Any]:
    """The values at the end of the steps; none if the document has none there."""
    found = [document]
    for step in steps:
        found = [inner for value in found for inner in _inner(value, step)]
    return found


def _inner(value: Any, step: Step) -> Iterator[Any]:
    match value, step:
        case Mapping(), str() if step in value:
            yield value[step]
        case list(), int() if step < len(value):
            yield value[step]
        case Mapping(), None:
            yield from value.values()
        case list(), None:
            yield from value
