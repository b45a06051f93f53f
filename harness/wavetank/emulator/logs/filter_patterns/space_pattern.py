"""`[ip, user, ..., status = 4*, bytes > 1000]`: fields that are separated by white space.

Text in quotation marks or in brackets is one field.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.logs.filter_patterns.comparison import (
    OPERATORS,
    Comparison,
    parse_comparison,
)
from wavetank.emulator.logs.filter_patterns.conditions import AllOf, Condition, parse_conditions
from wavetank.emulator.logs.filter_patterns.tokens import FilterPatternError, Tokens

WORD = re.compile(r"\S+")
CLOSING = {'"': '"', "[": "]"}
ELLIPSIS = "..."


@dataclass(frozen=True)
class ComparedField:
    """`status = 4*`: a condition on a field with this name."""

    name: str
    comparison: Comparison

    def holds(self, event: Any) -> bool:
        return self.name in event and self.comparison.matches(event[self.name])


@dataclass(frozen=True)
class SpacePattern:
    """A filter pattern of named fields; an ellipsis stands for any number of fields."""

    names: tuple[str, ...]
    condition: Condition

    def matches(self, message: str) -> bool:
        """Whether the message has these fields, and the conditions are true."""
        fields = self._fields(message)
        return fields is not None and self.condition.holds(fields)

    def value(self, message: str, selector: str) -> str | None:
        """The field `$name`; None if there is none."""
        return (self._fields(message) or {}).get(selector.removeprefix("$"))

    def check_selector(self, selector: str) -> None:
        """Accept any: a field that no pattern names has no value."""

    def extracted(self, message: str) -> dict[str, str]:
        """Every field, by `$name`."""
        return {f"${name}": value for name, value in (self._fields(message) or {}).items()}

    def _fields(self, message: str) -> dict[str, str] | None:
        values = list(_split(message))
        if ELLIPSIS not in self.names:
            same = len(values) == len(self.names)
            return dict(zip(self.names, values, strict=True)) if same else None
        before = self.names.index(ELLIPSIS)
        after = len(self.names) - before - 1
        if len(values) < before + after:
            return None
        tail = values[len(values) - after :]
        return dict(zip(self.names[:before], values[:before], strict=True)) | dict(
            zip(self.names[before + 1 :], tail, strict=True)
        )


def parse_space_pattern(text: str) -> SpacePattern:
    """The pattern between the brackets.

    Raises:
        FilterPatternError: it is invalid.
    """
    names: list[str] = []
    conditions: list[Condition] = []
    tokens = Tokens(text)
    while True:
        name, found = _parse_field(tokens, len(names) + 1)
        names.append(name)
        conditions.extend(found)
        if not tokens.take(","):
            break
    tokens.end()
    if names.count(ELLIPSIS) > 1:
        raise FilterPatternError("only one ellipsis is possible")
    return SpacePattern(tuple(names), AllOf(tuple(conditions)))


def _parse_field(tokens: Tokens, number: int) -> tuple[str, list[Condition]]:
    """A field's name, and the condition on it if it has one; without a name it has its number."""
    following = tokens.peek()
    if following is None or following.text == ",":
        return str(number), []
    own: list[str] = []

    def parse_one(tokens: Tokens) -> Condition:
        name = tokens.take_any()
        if name.kind != "word":
            raise FilterPatternError(f"{name.text} is no name of a field")
        own.append(name.text)
        operator = tokens.peek()
        if operator is None or operator.text not in OPERATORS:
            return AllOf(())
        return ComparedField(name.text, parse_comparison(tokens))

    condition = parse_conditions(tokens, parse_one)
    return own[0], [condition]


def _split(message: str) -> Iterator[str]:
    """The fields of the message, found in linear time whatever is not closed."""
    last = {closing: message.rfind(closing) for closing in CLOSING.values()}
    found = WORD.search(message)
    while found is not None:
        begin, end = found.span()
        closing = CLOSING.get(message[begin])
        if closing is not None and last[closing] > begin:
            end = message.index(closing, begin + 1) + 1
            yield message[begin + 1 : end - 1]
        else:
            yield found[0]
        found = WORD.search(message, end)
