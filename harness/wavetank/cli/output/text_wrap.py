"""Text wrapped for a terminal: between words, with the continuation lines indented.

A word that is longer than a line, such as a link, is not wrapped here but by the terminal, which
adds no line end, so that it can be copied; or its middle is cut out if it need not be copied.
"""

import re
from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

ELLIPSIS = "…"
STEP = 2
"""The indent of a continuation line, in cells more than its first line."""


def fitted(text: Text, width: int, hang: int | None = None, *, shorten: bool = False) -> Text:
    """The text in lines of at most `width` cells, except words that are longer.

    Continuation lines are indented by `hang` cells, by default a step more than their first line.
    """
    lines = [
        part
        for line in text.split("\n", allow_blank=True)
        for part in _parts(line, width, _hang(line) if hang is None else hang, shorten=shorten)
    ]
    return Text("\n").join(lines)


def shortened(word: str, width: int) -> str:
    """The word in at most `width` cells, its middle cut out: the end identifies it best."""
    if cell_len(word) <= width:
        return word
    shown = max(width - len(ELLIPSIS), 0)
    head = shown // 2
    return word[:head] + ELLIPSIS + word[len(word) - (shown - head) :]


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
    """The positions at which a next line begins."""
    used = len(line) - len(line.lstrip())
    first = True
    for word in re.finditer(r"\S+\s*", line):
        if not first and used + cell_len(word[0].rstrip()) > width:
            yield word.start()
            used = hang
        used += cell_len(word[0])
        first = False


def _with_short_words(line: Text, width: int) -> Text:
    """The line with its overlong words shortened; styles are unchanged."""
    for word in reversed(list(re.finditer(r"\S+", line.plain))):
        if cell_len(word[0]) > width:
            short = shortened(word[0], width)
            head = short.index(ELLIPSIS)
            tail = len(short) - head - len(ELLIPSIS)
            before, _, after = line.divide([word.start() + head, word.end() - tail])
            line = before.append(ELLIPSIS).append_text(after)
    return line
