"""A command in a terminal of a given size, and the screen that it leaves there.

The terminal is a pseudo-terminal of the kernel's, so that what asks whether somebody looks at it is
told so; pyte plays the part of the window, with all that has scrolled out of it.
"""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyte

from tests.shell import SECONDS_MAX
from tests.waiting import wait_until_seen

HISTORY_LINES = 10_000
CHUNK_BYTES = 65536
CODE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
COLOURS = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
"""Variables of whoever runs the suite that would change what a command shows."""
WITHOUT = ("env", *(f"--unset={name}" for name in COLOURS))


@dataclass
class Terminal:
    """A window with a command in it."""

    process: subprocess.Popen[bytes]
    screen: pyte.HistoryScreen
    keyboard: int
    raw: bytearray = field(default_factory=bytearray)
    """Every byte that came, so with escape codes."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lines(self) -> list[str]:
        """All lines, those that scrolled out first; without the blanks at their ends."""
        with self._lock:
            width = self.screen.columns
            past = [
                "".join(line[column].data for column in range(width)).rstrip()
                for line in self.screen.history.top
            ]
            shown = [line.rstrip() for line in self.screen.display]
        while shown and not shown[-1]:
            shown.pop()
        return past + shown

    def text(self) -> str:
        """The same, as one text."""
        return "\n".join(self.lines())

    def wrote(self, pattern: str) -> bool:
        """Whether it was ever written, also if it is written over by now, within an instant."""
        with self._lock:
            text = CODE.sub("", self.raw.decode(errors="replace"))
        return re.search(pattern, text) is not None

    def wait_for(self, pattern: str, within_seconds: float = 60.0) -> str:
        """Returns the text once the pattern is in it."""
        return wait_until_seen(
            self.text, lambda text: re.search(pattern, text), pattern, within_seconds
        )

    def press_ctrl_c(self) -> None:
        """As the kernel would: the signal goes to all that run in the foreground."""
        os.killpg(self.process.pid, signal.SIGINT)

    def types(self, text: str) -> None:
        """As a person types the text and Enter."""
        os.write(self.keyboard, f"{text}\r".encode())

    def takes(self, piece: bytes, feed: Callable[[bytes], None]) -> None:
        """What the command wrote."""
        with self._lock:
            self.raw += piece
            feed(piece)


@contextmanager
def terminal(
    command: Sequence[str],
    columns: int = 80,
    lines: int = 24,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Runs the command in a window of that size; what is left of it at the end is killed."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
    settings = {"TERM": "xterm-256color", **(variables or {})}
    process = subprocess.Popen(
        [*WITHOUT, *(f"{name}={value}" for name, value in settings.items()), *command],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    window = Terminal(process, pyte.HistoryScreen(columns, lines, history=HISTORY_LINES), ours)
    reader = threading.Thread(target=_read, args=(ours, window))
    reader.start()
    try:
        yield window
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        reader.join()
        os.close(ours)


def shown(
    command: Sequence[str],
    columns: int = 80,
    lines: int = 24,
    variables: Mapping[str, str] | None = None,
) -> Terminal:
    """Runs the command to its end."""
    with terminal(command, columns, lines, variables) as window:
        window.process.wait(SECONDS_MAX)
    return window


def _read(descriptor: int, window: Terminal) -> None:
    """Until nobody has the terminal's other side any more, which Linux calls an error."""
    stream = pyte.ByteStream(window.screen)
    while True:
        try:
            piece = os.read(descriptor, CHUNK_BYTES)
        except OSError:
            return
        if not piece:
            return
        window.takes(piece, stream.feed)
