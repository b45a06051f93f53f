"""Names and labels in lines that fit."""

import re
from collections.abc import Iterable

NAME_CHARACTERS_MAX = 24
LABEL_CHARACTERS_MAX = 18
LABEL_LINES_MAX = 4
PIECES = re.compile(r".{1,24}?(?:[-@./_](?=.)|$)|.{1,24}")
"""Of a name, up to and with a sign after which it may be broken."""


def name_lines(name: str) -> tuple[str, ...]:
    """A name in lines, broken after a hyphen or the like where there is one."""
    return tuple(_filled(PIECES.findall(name), "", NAME_CHARACTERS_MAX))


def label_lines(phrases: tuple[str, ...]) -> tuple[str, ...]:
    """Phrases in lines, as many to a line as fit; what is too much is counted."""
    lines = list(_filled(phrases, ", ", LABEL_CHARACTERS_MAX))
    if len(lines) > LABEL_LINES_MAX:
        kept = lines[: LABEL_LINES_MAX - 1]
        more = len(phrases) - sum(line.count(", ") + 1 for line in kept)
        lines = [*kept, f"and {more} more"]
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
