"""The strings and numbers of a text in JSON, with the key that each is under.

The text is read by tokens and not parsed: all that is not replaced stays as it is, with its spaces
and doubled keys, and a text that breaks off or is not valid JSON is read as far as it goes. Such a
text may be what the incident was about.
"""

import json
import re
from collections.abc import Callable

TOKEN = re.compile(
    r"""
    (?P<key>"(?:[^"\\]|\\.)*+"(?=\s*:))
    | (?P<string>"(?:[^"\\]|\\.)*+(?:"|\Z))
    | (?P<number>-?\d[\d.eE+-]*)
    | (?P<open>[{\[])
    | (?P<close>[}\]])
    | (?P<comma>,)
    """,
    re.VERBOSE | re.DOTALL,
)
BEGINS = ("{", "[")


type KeyPath = tuple[str, ...]
"""The keys that a value is under, the nearest last; a value in an array has the array's."""
type Replace = Callable[[str, KeyPath], str]
"""The new value of a string or number, which may be the same."""


def looks_like_json(text: str) -> bool:
    """Whether the text begins as an object or an array does."""
    return text.lstrip().startswith(BEGINS)


def replaced(text: str, string: Replace, number: Replace, key: Callable[[str], str]) -> str:
    """The text with its strings, numbers and keys replaced."""
    return _Reader(string, number, key).read(text)


class _Reader:
    """Reads the tokens of one text; `_current` is the key of the value that comes next."""

    def __init__(self, string: Replace, number: Replace, key: Callable[[str], str]) -> None:
        self._string, self._number, self._key = string, number, key
        self._stack: list[KeyPath] = []
        self._current: KeyPath = ()

    def read(self, text: str) -> str:
        """The text with all replacements."""
        return TOKEN.sub(self._token, text)

    def _token(self, found: re.Match[str]) -> str:
        token = found[0]
        match found.lastgroup:
            case "key":
                name = _value(token)
                self._current = (*self._around(), name)
                return _written(token, name, self._key(name))
            case "string":
                value = _value(token)
                return _written(token, value, self._string(value, self._current))
            case "number":
                return self._number(token, self._current)
            case "open":
                self._stack.append(self._current)
            case "close":
                self._current = self._stack.pop() if self._stack else ()
            case _:
                self._current = self._around()
        return token

    def _around(self) -> KeyPath:
        """The keys of the object or array that the next value is in."""
        return self._stack[-1] if self._stack else ()


def _value(token: str) -> str:
    """The string of a token; as it is written if its end or an escape is not valid."""
    try:
        value: str = json.loads(token, strict=False)
    except ValueError:
        return token.removeprefix('"').removesuffix('"')
    return value


def _written(token: str, old: str, new: str) -> str:
    """The token of the new string, with the same escapes; the same token if nothing changed."""
    if new == old:
        return token
    text = json.dumps(new, ensure_ascii=token.isascii())
    return text if token.endswith('"') and len(token) > 1 else text[:-1]
