"""Terminals in memory, for what is written to one."""

from io import StringIO

from rich.console import Console

from tests.clocks import Leaping
from wavetank.cli.output import Output


class Window(StringIO):
    """Says of itself that somebody looks at it."""

    def isatty(self) -> bool:
        return True


def window(width: int) -> Console:
    """A terminal of that width without colours, whose text is in its `file`."""
    return Console(file=Window(), width=width, highlight=False, soft_wrap=True, color_system=None)


def text_of(console: Console) -> str:
    """What was written to it."""
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def output_in(console: Console, progress: Console | None = None) -> Output:
    """A command's words there."""
    return Output(as_json=False, console=console, progress=progress or console, clock=Leaping())
