"""Texts with placeholders: `{"order": {{ number }}, "size": "{{ choice(S, M, L) }}"}`.

A placeholder is replaced by a value of the action, or by one that is drawn from the seed. Nothing
is executed, and all other text is taken as it is.
"""

import random
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wavetank.core.clock import rfc3339
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of, shown

PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
CALL = re.compile(r"(\w+)(?:\((.*)\))?", re.DOTALL)
DECIMALS_MAX = 9
OPENING, AS_IT_IS = "{{", "{{ choice({{) }}"
"""How placeholders begin, and a placeholder that becomes that."""


@dataclass(frozen=True)
class ActionValues:
    """What placeholders stand for in one action; `number` counts from 1."""

    number: int
    at: datetime
    key: str
    random: random.Random


@dataclass(frozen=True)
class Placeholder:
    """One kind of placeholder: what it becomes, and `example` as it is written."""

    example: str
    summary: str
    check: Callable[[tuple[str, ...]], bool]
    value: Callable[[ActionValues, tuple[str, ...]], str]


def render(text: str, values: ActionValues) -> str:
    """The text with the value of each placeholder, drawn from left to right."""

    def replace(found: re.Match[str]) -> str:
        placeholder, arguments = _parse(found[1])
        return placeholder.value(values, arguments)

    return PLACEHOLDER.sub(replace, text)


def verbatim(text: str) -> str:
    """What is written for a text that has no placeholders, whatever braces it has."""
    return text.replace(OPENING, AS_IT_IS)


def check_text(text: str) -> None:
    """Check that all placeholders of the text exist, and have the arguments that they need.

    Raises:
        UsageError: one does not; names those that do.
    """
    for found in PLACEHOLDER.finditer(text):
        _parse(found[1])


def _parse(written: str) -> tuple[Placeholder, tuple[str, ...]]:
    matched = CALL.fullmatch(written)
    name = matched[1] if matched else written
    if name not in PLACEHOLDERS:
        raise UsageError(*one_of("a placeholder: one of", name, PLACEHOLDERS))
    assert matched is not None  # only names of placeholders are in the table
    placeholder = PLACEHOLDERS[name]
    arguments = tuple(part.strip() for part in matched[2].split(",")) if matched[2] else ()
    if not placeholder.check(arguments):
        expected, action = f"{{{{ {placeholder.example} }}}}", "correct its arguments"
        raise UsageError(expected, f"{{{{ {shown(written)[1:-1]} }}}}", action)
    return placeholder, arguments


def _no_arguments(arguments: tuple[str, ...]) -> bool:
    return not arguments


def _integers(arguments: tuple[str, ...]) -> bool:
    return all(map(_is_whole, arguments)) and _are_limits(arguments)


def _decimals(arguments: tuple[str, ...]) -> bool:
    *limits, decimals = arguments or ("",)
    if not all(map(_is_decimal, limits)) or not _are_limits(limits):
        return False
    return decimals.isdecimal() and int(decimals) <= DECIMALS_MAX


def _are_limits(arguments: Sequence[str]) -> bool:
    match arguments:
        case [low, high]:
            return float(low) <= float(high)
    return False


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,15}", text) is not None


def _is_decimal(text: str) -> bool:
    return re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,9})?", text) is not None


def _uniform(values: ActionValues, arguments: tuple[str, ...]) -> str:
    number = values.random.uniform(float(arguments[0]), float(arguments[1]))
    return f"{number:.{int(arguments[2])}f}"


PLACEHOLDERS: Mapping[str, Placeholder] = {
    "number": Placeholder(
        "number",
        "how many were sent by this workload, counted from 1",
        _no_arguments,
        lambda values, _: str(values.number),
    ),
    "key": Placeholder(
        "key",
        "one of `keys` values, `key-1` to `key-5` with `keys = 5`; without `keys` each has its own",
        _no_arguments,
        lambda values, _: values.key,
    ),
    "time": Placeholder(
        "time",
        "the virtual instant, such as `2030-01-01T00:05:00Z`",
        _no_arguments,
        lambda values, _: rfc3339(values.at),
    ),
    "uuid": Placeholder(
        "uuid",
        "a random UUID",
        _no_arguments,
        lambda values, _: str(uuid.UUID(int=values.random.getrandbits(128), version=4)),
    ),
    "choice": Placeholder(
        "choice(red, green)",
        "one of these texts",
        bool,
        lambda values, arguments: values.random.choice(arguments),
    ),
    "integer": Placeholder(
        "integer(1, 100)",
        "a whole number of this range",
        _integers,
        lambda values, arguments: str(values.random.randint(int(arguments[0]), int(arguments[1]))),
    ),
    "decimal": Placeholder(
        "decimal(-5, 35.5, 1)",
        "a number of this range, with so many decimals",
        _decimals,
        _uniform,
    ),
}


def placeholder_rows() -> Iterator[tuple[str, str]]:
    """Each placeholder as it is written, and what it becomes."""
    for placeholder in PLACEHOLDERS.values():
        yield f"{{{{ {placeholder.example} }}}}", placeholder.summary
