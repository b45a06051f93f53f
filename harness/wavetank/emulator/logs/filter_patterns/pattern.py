"""The three kinds of filter patterns, by their first character."""

from functools import lru_cache
from typing import Protocol

from wavetank.emulator.logs.filter_patterns.json_pattern import parse_json_pattern
from wavetank.emulator.logs.filter_patterns.space_pattern import parse_space_pattern
from wavetank.emulator.logs.filter_patterns.terms import parse_terms
from wavetank.emulator.logs.filter_patterns.tokens import FilterPatternError

NO_FIELDS = "[]"
"""Accepted by AWS, which does not document it; here it matches every event, as no pattern does."""
__all__ = ["FilterPattern", "FilterPatternError", "parse_filter_pattern"]


class FilterPattern(Protocol):
    """Interface of a filter pattern: which messages it matches, and their values."""

    def matches(self, message: str) -> bool:
        """Whether the message matches."""
        ...

    def value(self, message: str, selector: str) -> str | None:
        """The value at the selector, `$.name` of JSON or `$name` of a field; None if none."""
        ...

    def check_selector(self, selector: str) -> None:
        """Check a selector of the pattern's values.

        Raises:
            FilterPatternError: it cannot be one.
        """
        ...

    def extracted(self, message: str) -> dict[str, str]:
        """The values that the pattern gives names, by selector."""
        ...


@lru_cache(maxsize=1024)
def parse_filter_pattern(text: str) -> FilterPattern:
    """The pattern of the text; an empty one matches everything.

    Raises:
        FilterPatternError: CloudWatch Logs would refuse it.
    """
    stripped = text.strip()
    if stripped.startswith("{") and stripped.endswith("}"):
        return parse_json_pattern(stripped[1:-1])
    if stripped == NO_FIELDS:
        return parse_terms("")
    if stripped.startswith("[") and stripped.endswith("]"):
        return parse_space_pattern(stripped[1:-1])
    if stripped.startswith(("{", "[")):
        raise FilterPatternError(f"{stripped[0]} is not closed")
    return parse_terms(stripped)
