"""Texts, wildcards and regular expressions, each matched in linear time.

A filter is applied within PutLogEvents, so no pattern may need exponential time: regular
expressions are those of RE2, and wildcards are found one part after the other.
[CloudWatch Logs user guide, regex-expressions: "Supported regular expressions (regex) syntax"]
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, Protocol

import re2

from wavetank.emulator.logs.filter_patterns.tokens import FilterPatternError

WILDCARD = "*"
SUPPORTED = re.compile(
    r"(?:[A-Za-z0-9:_#=@/;,\-^$?\[\]{}|*+.]|\\[dDsSwW]|\\x[0-9A-Fa-f]{2}|\\[ -/:-@\[-`{-~])*",
)
"""The characters, symbols, operators and escapes that AWS lists: no parentheses, only ASCII."""


class TextMatcher(Protocol):
    """Interface that decides whether a text matches."""

    def matches(self, text: str) -> bool:
        """Whether the text matches."""
        ...


@dataclass(frozen=True)
class ContainedText:
    """Matches texts that contain a text; case matters."""

    part: str

    def matches(self, text: str) -> bool:
        """Whether the text matches."""
        return self.part in text


@dataclass(frozen=True)
class WildcardText:
    """Matches whole texts; each `*` stands for any number of characters."""

    pattern: str

    def matches(self, text: str) -> bool:
        """Whether the parts between the wildcards occur in order, two of them at the ends."""
        first, *others = self._parts
        if not others:
            return text == first
        *inner, last = others
        if not text.startswith(first):
            return False
        position = len(first)
        for part in inner:
            found = text.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        return len(text) - position >= len(last) and text.endswith(last)

    @cached_property
    def _parts(self) -> list[str]:
        return self.pattern.split(WILDCARD)


@dataclass(frozen=True)
class RegularExpression:
    """Matches texts of which a part matches a regular expression."""

    compiled: Any

    def matches(self, text: str) -> bool:
        """Whether a part of the text matches."""
        encoded = text.encode("utf-16-le", "surrogatepass")  # RE2 accepts no lone surrogates
        return self.compiled.search(encoded.decode("utf-16-le", "replace")) is not None


@lru_cache(maxsize=1024)
def parse_regular_expression(text: str) -> RegularExpression:
    """The expression between two percent signs.

    Raises:
        FilterPatternError: it is invalid, or has what CloudWatch Logs does not support.
    """
    content = text[1:-1]
    if not SUPPORTED.fullmatch(content):
        raise FilterPatternError(f"{text} has a character that is not supported")
    options = re2.Options()
    options.log_errors = False
    try:
        return RegularExpression(re2.compile(content, options))
    except re2.error as error:
        raise FilterPatternError(f"{text}: {error}") from error
