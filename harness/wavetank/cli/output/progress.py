"""The progress of a command: one line that is updated on a terminal, or plain lines elsewhere.

In a pipe, in a file and on a dumb terminal there is a line at the beginning, and for a count
another one every ten seconds.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
)
from rich.table import Column
from rich.text import Text

from wavetank.core.clock import Clock, HostClock
from wavetank.core.reporter import Activity
from wavetank.core.text import span

LINE_SECONDS = 10.0
"""Between two plain lines about one count."""
BAR_WIDTH = 20


@contextmanager
def moving(
    console: Console, text: str, total: float | None, form: Callable[[float], str]
) -> Iterator[Activity]:
    """Shows a spinner, or a bar up to the total, with the time; removes it after the body.

    `form` formats a count, as in `3` or `2h`.
    """
    wording = TextColumn(
        "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
    )
    columns: tuple[ProgressColumn, ...] = (SpinnerColumn(), wording, _Times())
    if total is not None:
        columns = (wording, BarColumn(BAR_WIDTH), _Counts(form), _Times())
    with Progress(
        *columns,
        console=console,
        transient=True,
        get_time=HostClock().monotonic,
        redirect_stdout=not console.stderr,  # else it is no terminal
    ) as progress:
        task = progress.add_task(text, total=total)

        def show(text: str | None, done: float | None) -> None:
            progress.update(task, description=text, completed=done)

        yield Activity(show)


@contextmanager
def plain(
    console: Console, text: str, total: float | None, form: Callable[[float], str], clock: Clock
) -> Iterator[Activity]:
    """Prints a line now, and for a count another one every ten seconds."""
    console.print(Text(f"{text} ..."))
    begun = said = clock.monotonic()
    latest = text

    def show(text: str | None, done: float | None) -> None:
        nonlocal said, latest
        latest = text or latest
        now = clock.monotonic()
        if total and done and now - said >= LINE_SECONDS:
            said = now
            remaining = (now - begun) / done * (total - done)
            console.print(Text(f"{latest}: {form(done)} of {form(total)}, {span(remaining)} to go"))

    yield Activity(show)


class _Counts(ProgressColumn):
    """`3 of 10`."""

    def __init__(self, form: Callable[[float], str]) -> None:
        super().__init__(Column(no_wrap=True))
        self._form = form

    def render(self, task: Task) -> Text:
        return Text(f"{self._form(task.completed)} of {self._form(task.total or 0)}")


class _Times(ProgressColumn):
    """The remaining time, or the elapsed time if the remaining one is unknown."""

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        remaining = task.time_remaining
        taken = f"({span(task.elapsed or 0)})"
        return Text(f"{span(remaining)} to go" if remaining else taken, style="dim")
