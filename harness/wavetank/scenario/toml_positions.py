"""On which line and column each key of a TOML text stands, which tomllib does not tell.

The text is one that tomllib has read, so it is well-formed: what is looked for here is only where
things begin. A place is reached by its path, `("fault", 2, "after")`, counted from nought.
"""

import re
import tomllib
from collections.abc import Mapping
from typing import NamedTuple

type Path = tuple[str | int, ...]

TOKEN = re.compile(
    r'''
      (?P<space>   [ \t\n]+ | \#[^\n]* )
    | (?P<string>  """(?:\\.|[^\\])*?"{3,5} | \'{3}.*?\'{3,5}
                 | "(?:\\.|[^"\\\n])*"      | '[^'\n]*' )
    | (?P<sign>    [\[\]{}=,.] )
    | (?P<bare>    [^\s\[\]{}=,.\#"']+ )
    ''',
    re.VERBOSE | re.DOTALL,
)


class TextPosition(NamedTuple):
    """Both counted from one, as editors do."""

    line: int
    column: int


class Token(NamedTuple):
    """A piece of the text; spaces matter only where they end a line."""

    text: str
    start: int
    ends_line: bool


def find_place(places: Mapping[Path, TextPosition], path: Path) -> TextPosition:
    """Where the path stands, or else the nearest thing that would have held it."""
    while path not in places and path:
        path = path[:-1]
    return places.get(path, TextPosition(1, 1))


def find_places(text: str) -> dict[Path, TextPosition]:
    """Every key, table and element of a list in the text, which tomllib must have read before."""
    return _Scanner(text.replace("\r\n", "\n")).places()


class _Scanner:
    """Walks once through the tokens; each method begins where its part of the text does."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0
        self._places: dict[Path, TextPosition] = {}
        self._lengths: dict[Path, int] = {}
        """How many elements each list of tables has so far."""

    def places(self) -> dict[Path, TextPosition]:
        table: Path = ()
        while self._next < len(self._tokens):
            table = self._header() if self._peek() == "[" else self._pair(table)
        return self._places

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; within a list of tables, names go on from its last element."""
        start = self._take().start
        is_list = self._peek() == "["
        if is_list:
            self._take()
        *above, name = self._key()
        table: Path = ()
        for part in above:
            table = self._last((*table, part))
        table = (*table, name)
        for _ in range(1 + is_list):
            self._take()
        self._note(table, start)
        if is_list:
            self._lengths[table] = self._lengths.get(table, 0) + 1
            table = self._last(table)
            self._note(table, start)
        return table

    def _last(self, table: Path) -> Path:
        length = self._lengths.get(table)
        return table if length is None else (*table, length - 1)

    def _pair(self, table: Path) -> Path:
        """`a.b = value`; the table is still the same after it."""
        start = self._tokens[self._next].start
        path = table
        for part in self._key():
            path = (*path, part)
            self._note(path, start)
        self._take()
        self._value(path)
        return table

    def _value(self, path: Path) -> None:
        match self._peek():
            case "[":
                self._list(path)
            case "{":
                self._inline_table(path)
            case _:
                # A number or a time may have points and spaces: it ends with the line or a sign.
                while not self._take().ends_line and self._peek() not in {",", "]", "}"}:
                    pass

    def _list(self, path: Path) -> None:
        self._take()
        index = 0
        while self._peek() != "]":
            self._note((*path, index), self._tokens[self._next].start)
            self._value((*path, index))
            index += 1
            if self._peek() == ",":
                self._take()
        self._take()

    def _inline_table(self, path: Path) -> None:
        self._take()
        while self._peek() != "}":
            self._pair(path)
            if self._peek() == ",":
                self._take()
        self._take()

    def _key(self) -> list[str]:
        parts = [_unquoted(self._take().text)]
        while self._peek() == ".":
            self._take()
            parts.append(_unquoted(self._take().text))
        return parts

    def _peek(self) -> str:
        return self._tokens[self._next].text if self._next < len(self._tokens) else ""

    def _take(self) -> Token:
        self._next += 1
        return self._tokens[self._next - 1]

    def _note(self, path: Path, start: int) -> None:
        """The first place counts: a later one only adds to the table."""
        line = self._text.count("\n", 0, start) + 1
        column = start - self._text.rfind("\n", 0, start)
        self._places.setdefault(path, TextPosition(line, column))


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = []
    for match in TOKEN.finditer(text):
        if match.lastgroup != "space":
            tokens.append(Token(match[0], match.start(), ends_line=False))
        elif "\n" in match[0] and tokens:
            tokens[-1] = tokens[-1]._replace(ends_line=True)
    return [*tokens[:-1], *(token._replace(ends_line=True) for token in tokens[-1:])]


def _unquoted(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
