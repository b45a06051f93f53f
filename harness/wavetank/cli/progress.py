"""What goes on while a command works: one line that moves, or plain lines where nothing can.

A line can move on a terminal. In a pipe, a file or a terminal that is dumb there is a line at the
beginning, and where something is counted another one now and then.
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

from wavetank.core.clock import Clock, MachineClock
from wavetank.core.text import span

LINE_SECONDS = 10.0
"""Between two plain lines about one count."""
BAR_WIDTH = 20


class Activity:
    """Something that takes its time, as its doer sees it: what it is at, and how much is done."""

    def __init__(self, show: Callable[[str | None, float | None], None]) -> None:
        self._show = show

    def update(self, text: str | None = None, done: float | None = None) -> None:
        """Another text, or more that is done; what is not given stays as it is."""
        self._show(text, done)


@contextmanager
def moving(
    console: Console, text: str, total: float | None, told: Callable[[float], str]
) -> Iterator[Activity]:
    """A line with a spinner, or a bar up to the total, and the time that it takes; then it is gone.

    `told` says a number of what is counted, as in `3` or `2h`.
    """
    wording = TextColumn(
        "{task.description}", markup=False, table_column=Column(no_wrap=True, overflow="ellipsis")
    )
    columns: tuple[ProgressColumn, ...] = (SpinnerColumn(), wording, _Times())
    if total is not None:
        columns = (wording, BarColumn(BAR_WIDTH), _Counts(told), _Times())
    with Progress(
        *columns,
        console=console,
        transient=True,
        get_time=MachineClock().monotonic,
        redirect_stdout=not console.stderr,  # else it is no terminal
    ) as progress:
        task = progress.add_task(text, total=total)

        def show(text: str | None, done: float | None) -> None:
            progress.update(task, description=text, completed=done)

        yield Activity(show)


@contextmanager
def plain(
    console: Console, text: str, total: float | None, told: Callable[[float], str], clock: Clock
) -> Iterator[Activity]:
    """A line now, and of what is counted one each ten seconds."""
    console.print(Text(f"{text} ..."))
    begun = said = clock.monotonic()
    latest = text

    def show(text: str | None, done: float | None) -> None:
        nonlocal said, latest
        latest = text or latest
        now = clock.monotonic()
        if total and done and now - said >= LINE_SECONDS:
            said = now
            left = (now - begun) / done * (total - done)
            console.print(Text(f"{latest}: {told(done)} of {told(total)}, {span(left)} to go"))

    yield Activity(show)


class _Counts(ProgressColumn):
    """`3 of 10`."""

    def __init__(self, told: Callable[[float], str]) -> None:
        super().__init__(Column(no_wrap=True))
        self._told = told

    def render(self, task: Task) -> Text:
        return Text(f"{self._told(task.completed)} of {self._told(task.total or 0)}")


class _Times(ProgressColumn):
    """How long it still takes, and where that cannot be told how long it has taken."""

    def __init__(self) -> None:
        super().__init__(Column(no_wrap=True))

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        taken = f"({span(task.elapsed or 0)})"
        return Text(f"{span(left)} to go" if left else taken, style="dim")
