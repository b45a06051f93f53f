"""Comparisons of a value of a log event with one of the pattern."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.logs.filter_patterns.text_matchers import (
    TextMatcher,
    WildcardText,
    parse_regular_expression,
)
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
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Comparison:
    """An operator and its right side in a filter pattern: a number, or a text matcher."""

    operator: str
    number: float | None
    text: TextMatcher

    def matches(self, value: Any) -> bool:
        """Whether it is true of the value; an object, an array or null compares with nothing."""
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return False
        found = number_of(value)
        if self.number is not None and found is not None:
            return OPERATORS[self.operator](found, self.number)
        equal = self.text.matches(str(value))
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
    return Comparison(found.text, number, _text_matcher(value))


def number_of(value: Any) -> float | None:
    """The value as a number; None if it is not a number."""
    text = str(value).strip()
    return float(text) if NUMBER.fullmatch(text) else None


def _text_matcher(value: Token) -> TextMatcher:
    match value.kind:
        case "regex":
            return parse_regular_expression(value.text)
        case "string":
            return WildcardText(unquoted(value.text))
        case "word":
            return WildcardText(value.text)
        case _:
            raise FilterPatternError(f"a value is missing before {value.text}")
