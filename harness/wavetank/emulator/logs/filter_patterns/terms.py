"""`ERROR -Timeout`, `?ERROR ?WARN`, `"out of memory"`: terms of log events, with their case.

A term with a question mark is optional: one of several must occur. Beside other terms it is
ignored.
"""

import re
from dataclasses import dataclass

from wavetank.emulator.logs.filter_patterns.text_matchers import (
    ContainedText,
    TextMatcher,
    parse_regular_expression,
)
from wavetank.emulator.logs.filter_patterns.tokens import FilterPatternError, unquoted

TERM = re.compile(r'\s*(?P<sign>[?-]?)(?P<text>"(?:[^"\\]|\\.)*"|%[^%]*%|[^\s"%]+)')


@dataclass(frozen=True)
class Term:
    """A term of a filter pattern; its sign makes it required, optional or excluded."""

    sign: str
    text: TextMatcher

    def occurs(self, message: str) -> bool:
        """Whether the message has the term."""
        return self.text.matches(message)


@dataclass(frozen=True)
class TermPattern:
    """A filter pattern of terms; without a term it matches every log event."""

    terms: tuple[Term, ...]

    def matches(self, message: str) -> bool:
        """Whether the message matches."""
        optional = [term for term in self.terms if term.sign == "?"]
        others = [term for term in self.terms if term.sign != "?"]
        if not others:
            return not optional or any(term.occurs(message) for term in optional)
        return all(term.occurs(message) is (term.sign != "-") for term in others)

    def value(self, message: str, selector: str) -> str | None:
        """None: terms have no names."""
        del message, selector
        return None

    def check_selector(self, selector: str) -> None:
        """Accept any: terms have no values."""

    def extracted(self, message: str) -> dict[str, str]:
        """No values: terms have no names."""
        del message
        return {}


def parse_terms(text: str) -> TermPattern:
    """The pattern of the text.

    Raises:
        FilterPatternError: a quotation mark or percent sign is not closed.
    """
    found, position = [], 0
    while text[position:].strip():
        matched = TERM.match(text, position)
        if matched is None:
            raise FilterPatternError(f"unexpected {text[position:].strip()}")
        position = matched.end()
        found.append(Term(matched["sign"], _text_matcher(matched["text"])))
    return TermPattern(tuple(found))


def _text_matcher(text: str) -> TextMatcher:
    if text.startswith("%"):
        return parse_regular_expression(text)
    return ContainedText(unquoted(text) if text.startswith('"') else text)
