"""Conditions that are combined with `&&`, `||` and parentheses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from wavetank.emulator.logs.filter_patterns.tokens import FilterPatternError, Tokens


class Condition(Protocol):
    """Interface of a condition on a log event that is read as JSON or as fields."""

    def holds(self, event: Any) -> bool:
        """Whether the condition is true of the event."""
        ...


@dataclass(frozen=True)
class AllOf:
    """A condition that is true if all of its parts are."""

    parts: tuple[Condition, ...]

    def holds(self, event: Any) -> bool:
        return all(part.holds(event) for part in self.parts)


@dataclass(frozen=True)
class AnyOf:
    """A condition that is true if one of its parts is."""

    parts: tuple[Condition, ...]

    def holds(self, event: Any) -> bool:
        return any(part.holds(event) for part in self.parts)


type ParseOne = Callable[[Tokens], Condition]


def parse_conditions(tokens: Tokens, parse_one: ParseOne) -> Condition:
    """Conditions with `||` between groups with `&&`, which binds more tightly.

    Raises:
        FilterPatternError: a condition or a parenthesis is missing.
    """
    parts = [_parse_all(tokens, parse_one)]
    while tokens.take("||"):
        parts.append(_parse_all(tokens, parse_one))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def _parse_all(tokens: Tokens, parse_one: ParseOne) -> Condition:
    parts = [_parse_part(tokens, parse_one)]
    while tokens.take("&&"):
        parts.append(_parse_part(tokens, parse_one))
    return parts[0] if len(parts) == 1 else AllOf(tuple(parts))


def _parse_part(tokens: Tokens, parse_one: ParseOne) -> Condition:
    if not tokens.take("("):
        return parse_one(tokens)
    found = parse_conditions(tokens, parse_one)
    if not tokens.take(")"):
        raise FilterPatternError("a parenthesis is not closed")
    return found
