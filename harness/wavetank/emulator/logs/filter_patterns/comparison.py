"""Comparisons of a value of a log event with one of the pattern."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.logs.filter_patterns.tokens import (
    FilterPatternError,
    Token,
    Tokens,
    unquoted,
)

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
WILDCARD = "*"


@dataclass(frozen=True)
class Comparison:
    """An operator and the value on its right: a number, text with `*`, or a regular expression."""

    operator: str
    number: float | None
    expression: re.Pattern[str]

    def matches(self, value: Any) -> bool:
        """Whether it is true of the value; an object, an array or null compares with nothing."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return False
        found = number_of(value)
        if self.number is not None and found is not None:
            return OPERATORS[self.operator](found, self.number)
        equal = self.expression.search(str(value)) is not None
        return {"=": equal, "!=": not equal}.get(self.operator, False)


def parse_comparison(tokens: Tokens) -> Comparison:
    """The operator and the value that follow.

    Raises:
        FilterPatternError: there are none, or the operator needs a number.
    """
    found = tokens.take(*OPERATORS)
    if found is None:
        raise FilterPatternError("an operator such as = is missing")
    value = tokens.take_any()
    number = number_of(value.text) if value.kind == "word" else None
    if number is None and found.text not in {"=", "!="}:
        raise FilterPatternError(f"{found.text} needs a number; {value.text} is none")
    return Comparison(found.text, number, _expression(value))


def number_of(value: Any) -> float | None:
    """The value as a number; None if it is none."""
    text = str(value).strip()
    return float(text) if NUMBER.fullmatch(text) else None


def regular_expression(text: str) -> re.Pattern[str]:
    """The expression between two percent signs.

    Raises:
        FilterPatternError: it is invalid.
    """
    try:
        return re.compile(text[1:-1])
    except re.error as error:
        raise FilterPatternError(f"{text}: {error}") from error


def _expression(value: Token) -> re.Pattern[str]:
    match value.kind:
        case "regex":
            return regular_expression(value.text)
        case "string":
            text = unquoted(value.text)
        case "word":
            text = value.text
        case _:
            raise FilterPatternError(f"a value is missing before {value.text}")
    parts = (re.escape(part) for part in text.split(WILDCARD))
    return re.compile(rf"\A{'.*'.join(parts)}\Z", re.DOTALL)
