"""Lines for a terminal: broken between words, with what follows set in under what it belongs to.

A word that is longer than a line, such as a link, is left to the terminal, which breaks it without
a line's end, so that it can be copied; or it is shortened in its middle where it is only to be
recognised.
"""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

ELLIPSIS = "…"
STEP = 2
"""What follows is set in by so much more than the line that it belongs to."""


def fitted(text: Text, width: int, hang: int | None = None, *, shorten: bool = False) -> Text:
    """The text in lines of at most so many cells, but for single words that are longer.

    What follows a line begins `hang` cells in, by default a step more than the line itself.
    """
    lines = [
        part
        for line in text.split("\n", allow_blank=True)
        for part in _parts(line, width, _hang(line) if hang is None else hang, shorten=shorten)
    ]
    return Text("\n").join(lines)


def shortened(word: str, width: int) -> str:
    """The word in at most so many cells, its end being what tells it from others like it."""
    if cell_len(word) <= width:
        return word
    kept = max(width - len(ELLIPSIS), 0)
    head = kept // 2
    return word[:head] + ELLIPSIS + word[len(word) - (kept - head) :]


def _hang(line: Text) -> int:
    return len(line.plain) - len(line.plain.lstrip()) + STEP


def _parts(line: Text, width: int, hang: int, *, shorten: bool) -> Iterator[Text]:
    if cell_len(line.plain) <= width:
        yield line
        return
    if shorten:
        line = _with_short_words(line, width - hang)
    for number, part in enumerate(line.divide(list(_breaks(line.plain, width, hang)))):
        part.rstrip()
        yield part if number == 0 else Text(" " * hang).append_text(part)


def _breaks(line: str, width: int, hang: int) -> Iterator[int]:
    """Where a next line begins."""
    used = len(line) - len(line.lstrip())
    first = True
    for word in re.finditer(r"\S+\s*", line):
        if not first and used + cell_len(word[0].rstrip()) > width:
            yield word.start()
            used = hang
        used += cell_len(word[0])
        first = False


def _with_short_words(line: Text, width: int) -> Text:
    """The line, its overlong words shortened: their middles are cut out, styles stay."""
    for word in reversed(list(re.finditer(r"\S+", line.plain))):
        if cell_len(word[0]) > width:
            short = shortened(word[0], width)
            head = short.index(ELLIPSIS)
            tail = len(short) - head - len(ELLIPSIS)
            before, _, after = line.divide([word.start() + head, word.end() - tail])
            line = before.append(ELLIPSIS).append_text(after)
    return line
