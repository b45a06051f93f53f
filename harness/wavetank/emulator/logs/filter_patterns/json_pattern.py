"""`{ $.status = 500 && $.path = "/api/*" }`: conditions on log events that are JSON."""

import json
import re
from dataclasses import dataclass
from typing import Any

from wavetank.emulator.json_steps import Step, values_along
from wavetank.emulator.logs.filter_patterns.comparison import Comparison, parse_comparison
from wavetank.emulator.logs.filter_patterns.conditions import Condition, parse_conditions
from wavetank.emulator.logs.filter_patterns.tokens import FilterPatternError, Tokens

STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\[(?P<index>\d+|\*)\]|\['(?P<quoted>[^']+)'\]")
CONSTANTS = {"TRUE": True, "FALSE": False, "NULL": None}


@dataclass(frozen=True)
class Selector:
    """`$.a.b[0]`: selects values of a log event by a path; a step None is a wildcard."""

    steps: tuple[Step, ...]

    def values(self, event: Any) -> list[Any]:
        """The values at the path."""
        return values_along(event, self.steps)


@dataclass(frozen=True)
class Compared:
    """`$.a = 1`: a condition that compares the selected values."""

    selector: Selector
    comparison: Comparison

    def holds(self, event: Any) -> bool:
        return any(self.comparison.matches(value) for value in self.selector.values(event))


@dataclass(frozen=True)
class IsConstant:
    """`$.a IS TRUE`, `IS FALSE` or `IS NULL`: a condition on the selected values."""

    selector: Selector
    constant: bool | None

    def holds(self, event: Any) -> bool:
        return any(value is self.constant for value in self.selector.values(event))


@dataclass(frozen=True)
class Exists:
    """`$.a EXISTS` or `$.a NOT EXISTS`: a condition on the presence of a value."""

    selector: Selector
    expected: bool

    def holds(self, event: Any) -> bool:
        return bool(self.selector.values(event)) is self.expected


@dataclass(frozen=True)
class JsonPattern:
    """A filter pattern with a condition on JSON; it matches no other log event."""

    condition: Condition

    def matches(self, message: str) -> bool:
        """Whether the message matches."""
        event = _parse(message)
        return event is not None and self.condition.holds(event)

    def value(self, message: str, selector: str) -> str | None:
        """The first value at the path, as text; None if there is none."""
        values = parse_selector(selector).values(_parse(message))
        if not values or isinstance(values[0], dict | list) or values[0] is None:
            return None
        return values[0] if isinstance(values[0], str) else json.dumps(values[0])

    def check_selector(self, selector: str) -> None:
        """Check that it is a selector of JSON.

        Raises:
            FilterPatternError: it is not.
        """
        parse_selector(selector)

    def extracted(self, message: str) -> dict[str, str]:
        """The values that the pattern refers to, by their paths."""
        del message
        return {}


def parse_json_pattern(text: str) -> JsonPattern:
    """The pattern between the braces.

    Raises:
        FilterPatternError: it is invalid.
    """
    tokens = Tokens(text)
    condition = parse_conditions(tokens, _parse_condition)
    tokens.end()
    return JsonPattern(condition)


def parse_selector(text: str) -> Selector:
    """The selector of the text.

    Raises:
        FilterPatternError: it is invalid.
    """
    steps: list[Step] = []
    position = 1
    while position < len(text):
        matched = STEP.match(text, position)
        if matched is None:
            raise FilterPatternError(f"{text} is no selector such as $.name")
        position = matched.end()
        steps.append(_step(matched))
    if not text.startswith("$"):
        raise FilterPatternError(f"{text} is no selector such as $.name")
    return Selector(tuple(steps))


def _step(matched: re.Match[str]) -> Step:
    if index := matched["index"]:
        return None if index == "*" else int(index)
    name = matched["name"] or matched["quoted"]
    return None if name == "*" else name


def _parse_condition(tokens: Tokens) -> Condition:
    found = tokens.take_any()
    if found.kind != "selector":
        raise FilterPatternError(f"{found.text} is no selector such as $.name")
    selector = parse_selector(found.text)
    if tokens.take("EXISTS"):
        return Exists(selector, expected=True)
    if tokens.take("NOT"):
        if not tokens.take("EXISTS"):
            raise FilterPatternError("EXISTS is missing after NOT")
        return Exists(selector, expected=False)
    if tokens.take("IS"):
        constant = tokens.take(*CONSTANTS)
        if constant is None:
            raise FilterPatternError("TRUE, FALSE or NULL is missing after IS")
        return IsConstant(selector, CONSTANTS[constant.text])
    return Compared(selector, parse_comparison(tokens))


def _parse(message: str) -> Any:
    """The message as JSON; None if it is none, or its numbers or depth exceed Python's limits."""
    try:
        return json.loads(message)
    except (ValueError, RecursionError):
        return None
