"""The parts of a filter pattern, and the error of an invalid one."""

import re
from dataclasses import dataclass

TOKEN = re.compile(
    r"""\s*(?:
        (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<regex>%[^%]*%)
      | (?P<operator>&&|\|\||!=|>=|<=|=|>|<|\(|\)|,)
      | (?P<selector>\$(?:[.\[][^\s=!<>&|(),]*)?)
      | (?P<word>(?:[^\s=!<>&|(),"%]|\.\.\.)+)
    )""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(.)")


class FilterPatternError(ValueError):
    """A pattern that CloudWatch Logs refuses; the message says why."""


@dataclass(frozen=True)
class Token:
    """A token of a filter pattern; its kind is the name of a group of `TOKEN`."""

    kind: str
    text: str


class Tokens:
    """The tokens of a filter pattern, read in order."""

    def __init__(self, text: str) -> None:
        self._tokens = _split(text)
        self._position = 0

    def peek(self) -> Token | None:
        """The next token; None at the end."""
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def take(self, *texts: str) -> Token | None:
        """The next token if it is one of these words or operators; None otherwise."""
        found = self.peek()
        if found is None or found.kind not in {"word", "operator"} or found.text not in texts:
            return None
        self._position += 1
        return found

    def take_any(self) -> Token:
        """The next token.

        Raises:
            FilterPatternError: there is none.
        """
        found = self.peek()
        if found is None:
            raise FilterPatternError("the pattern ends too early")
        self._position += 1
        return found

    def end(self) -> None:
        """Check that no token is left.

        Raises:
            FilterPatternError: there is one.
        """
        if (found := self.peek()) is not None:
            raise FilterPatternError(f"unexpected {found.text}")


def unquoted(text: str) -> str:
    """The content of a quoted string."""
    return ESCAPE.sub(r"\1", text[1:-1])


def _split(text: str) -> list[Token]:
    found, position = [], 0
    while text[position:].strip():
        matched = TOKEN.match(text, position)
        if matched is None or matched.lastgroup is None:
            raise FilterPatternError(f"unexpected {text[position:].strip()}")
        found.append(Token(matched.lastgroup, matched[matched.lastgroup]))
        position = matched.end()
    return found
