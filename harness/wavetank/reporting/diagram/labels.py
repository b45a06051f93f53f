"""Break names and labels into lines that fit."""

import re
from collections.abc import Iterable

NAME_CHARACTERS_MAX = 24
LABEL_CHARACTERS_MAX = 18
LABEL_LINES_MAX = 4
PIECES = re.compile(r".{1,24}?(?:[-@./_](?=.)|$)|.{1,24}")
"""Parts of a name, each up to and including a character after which it may be broken."""


def name_lines(name: str) -> tuple[str, ...]:
    """A name in lines, broken after a hyphen or similar if it has one."""
    return tuple(_filled(PIECES.findall(name), "", NAME_CHARACTERS_MAX))


def label_lines(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases in lines, as many in a line as fit; the omitted ones are counted."""
    lines = list(_filled(phrases, ", ", LABEL_CHARACTERS_MAX))
    if len(lines) > LABEL_LINES_MAX:
        shown = lines[: LABEL_LINES_MAX - 1]
        more = len(phrases) - sum(line.count(", ") + 1 for line in shown)
        lines = [*shown, f"and {more} more"]
    return tuple(
        f"{line}," if number < len(lines) - 1 else line for number, line in enumerate(lines)
    )


def _filled(pieces: Iterable[str], between: str, most: int) -> list[str]:
    lines: list[str] = []
    for piece in pieces:
        if lines and len(lines[-1]) + len(between) + len(piece) <= most:
            lines[-1] += between + piece
        else:
            lines.append(piece)
    return lines
