"""The line and column of each key of a TOML text, which tomllib does not provide.

The text is valid, since tomllib has parsed it, so only the beginnings of things are searched. A
position is found by its path, such as `("fault", 2, "after")`, counted from zero.
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
    """A position in a text: line and column, both counted from one."""

    line: int
    column: int


class TomlToken(NamedTuple):
    """A token of a TOML text; white space is significant only at the end of a line."""

    text: str
    start: int
    ends_line: bool


def position_of(positions: Mapping[Path, TextPosition], path: Path) -> TextPosition:
    """The position of the path, or else of its nearest parent."""
    while path not in positions and path:
        path = path[:-1]
    return positions.get(path, TextPosition(1, 1))


def key_positions(text: str) -> dict[Path, TextPosition]:
    """The position of every key, table and list element in a valid TOML text."""
    return _Scanner(text.replace("\r\n", "\n")).positions()


class _Scanner:
    """Walks once through the tokens; each method starts at the first token of its part."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _tokens(text)
        self._next = 0
        self._positions: dict[Path, TextPosition] = {}
        self._lengths: dict[Path, int] = {}
        """How many elements each array of tables has so far."""

    def positions(self) -> dict[Path, TextPosition]:
        table: Path = ()
        while self._next < len(self._tokens):
            table = self._header() if self._peek() == "[" else self._pair(table)
        return self._positions

    def _header(self) -> Path:
        """`[a.b]` or `[[a.b]]`; inside an array of tables, names continue from its last element."""
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
        self._add(table, start)
        if is_list:
            self._lengths[table] = self._lengths.get(table, 0) + 1
            table = self._last(table)
            self._add(table, start)
        return table

    def _last(self, table: Path) -> Path:
        length = self._lengths.get(table)
        return table if length is None else (*table, length - 1)

    def _pair(self, table: Path) -> Path:
        """`a.b = value`; returns the table, which stays the same."""
        start = self._tokens[self._next].start
        path = table
        for part in self._key():
            path = (*path, part)
            self._add(path, start)
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
                # A number or a time may contain points and spaces: it ends at a line end or a sign.
                while not self._take().ends_line and self._peek() not in {",", "]", "}"}:
                    pass

    def _list(self, path: Path) -> None:
        self._take()
        index = 0
        while self._peek() != "]":
            self._add((*path, index), self._tokens[self._next].start)
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

    def _take(self) -> TomlToken:
        self._next += 1
        return self._tokens[self._next - 1]

    def _add(self, path: Path, start: int) -> None:
        """Only the first position counts: a later header adds to the same table."""
        line = self._text.count("\n", 0, start) + 1
        column = start - self._text.rfind("\n", 0, start)
        self._positions.setdefault(path, TextPosition(line, column))


def _tokens(text: str) -> list[TomlToken]:
    tokens: list[TomlToken] = []
    for match in TOKEN.finditer(text):
        if match.lastgroup != "space":
            tokens.append(TomlToken(match[0], match.start(), ends_line=False))
        elif "\n" in match[0] and tokens:
            tokens[-1] = tokens[-1]._replace(ends_line=True)
    return [*tokens[:-1], *(token._replace(ends_line=True) for token in tokens[-1:])]


def _unquoted(key: str) -> str:
    return str(tomllib.loads(f"key = {key}")["key"]) if key[0] in "\"'" else key
