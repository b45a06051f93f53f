"""Output of a command on a terminal, in a pipe, and as JSON.

Results go to standard output; progress goes to standard error, and is updated only on a terminal.
With `--json` standard output has only JSON, one object a line. In a pipe no line is wrapped, cut or
aligned by width, so that `grep` finds whole lines.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from wavetank.cli.output.progress import moving, plain
from wavetank.cli.output.text_wrap import fitted
from wavetank.core.clock import Clock, HostClock
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Finding, Verdict
from wavetank.core.installation import as_typed
from wavetank.core.reporter import Activity
from wavetank.invariants.hints import HINTS

STYLES = {
    Verdict.VALID: "green",
    Verdict.INVALID: "bold red",
    Verdict.UNKNOWN: "yellow",
    Verdict.NOT_EXERCISED: "dim",
}
VERDICT_WIDTH = 8
"""The longest verdict of a check that had something to check, and a blank."""
PIPE_WIDTH = 1000
LOOKS_PER_SECOND = 2


class Output:
    """The output of one command, and the `Reporter` that it passes to code below the CLI.

    If both streams are terminals, one console writes to both: it must see each line that is printed
    while its last line is updated, to keep that line below the others.
    """

    def __init__(
        self,
        *,
        as_json: bool,
        console: Console | None = None,
        progress: Console | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.as_json = as_json
        self.console = console or _console(stderr=False)
        self.progress = progress or _console(stderr=True)
        self.clock = clock or HostClock()
        if _is_terminal(self.console) and _is_terminal(self.progress):
            self.progress = self.console

    @property
    def moves(self) -> bool:
        """Whether a line can be overwritten: on a terminal, unless it is dumb."""
        return _is_terminal(self.progress) and not self.progress.is_dumb_terminal

    def say(self, text: str | Text, hang: int | None = None, *, shorten: bool = False) -> None:
        """Prints lines for people; with `--json` to standard error.

        On a terminal `hang` is the indent of wrapped lines, in characters, and `shorten` cuts out
        the middle of words that are longer than a line.
        """
        self._print(self.progress if self.as_json else self.console, text, hang, shorten=shorten)

    def note(self, text: str | Text) -> None:
        """Prints a line about progress to standard error."""
        self._print(self.progress, text)

    def verbatim(self, text: str) -> None:
        """Prints text to be copied: never wrapped, whatever its length."""
        (self.progress if self.as_json else self.console).print(Text(as_typed(text)))

    def command(self, why: str, command: str) -> None:
        """Prints a command to type, on a separate line if it does not fit beside its reason."""
        console = self.progress if self.as_json else self.console
        fits = len(why) + len(command) + 2 <= console.width
        self.verbatim(f"{why}: {command}" if fits else f"{why}:\n{command}")

    def show(self, table: Table) -> None:
        """Prints a table for people; nothing with `--json`."""
        if not self.as_json:
            self.console.print(table)

    def emit(self, event: str, **fields: Any) -> None:
        """Prints a result for programs; nothing without `--json`."""
        if self.as_json:
            line = json.dumps({"event": event, **fields}, default=str)
            self.console.print(Text(as_typed(line)))

    def findings(self, findings: Sequence[Finding]) -> None:
        """Prints requirements, verdicts and evidence as a table, lines or JSON; then the counts."""
        for finding in findings:
            self.emit(
                "finding",
                requirement=finding.requirement,
                verdict=finding.verdict,
                evidence=finding.evidence,
                **_hinted(finding),
            )
        if self.as_json:
            return
        if _is_terminal(self.console):
            self.console.print(_findings_table(findings))
        else:
            for finding in findings:
                self.say(f"{finding.verdict:<7} {finding.requirement}: {finding.evidence}")
        for finding in findings:
            for word, text in _hinted(finding).items():
                line = f"{word:<{VERDICT_WIDTH}}{finding.key or finding.requirement}: {text}"
                self.say(line, VERDICT_WIDTH)
        if findings:
            self.say(_counts(findings))

    def waiting(self, text: str) -> AbstractContextManager[Activity]:
        """Shows a spinner during the body, or a plain line if lines cannot be overwritten."""
        return self.counting(text, None)

    def counting(
        self, text: str, total: float | None, form: Callable[[float], str] = "{:.0f}".format
    ) -> AbstractContextManager[Activity]:
        """Shows a bar up to the total during the body, or prints a plain line now and then."""
        if self.moves:
            return moving(self.progress, text, total, form)
        return plain(self.progress, text, total, form, self.clock)

    @contextmanager
    def below(self, picture: Callable[[], RenderableType]) -> Iterator[None]:
        """Shows the picture below all other lines during the body, if lines can be overwritten."""
        if not self.moves:
            yield
            return
        with Live(
            console=self.progress,
            get_renderable=picture,
            refresh_per_second=LOOKS_PER_SECOND,
            transient=True,
            redirect_stdout=_is_terminal(self.console),
        ):
            yield

    def _print(
        self, console: Console, text: str | Text, hang: int | None = None, *, shorten: bool = False
    ) -> None:
        text = Text(as_typed(text)) if isinstance(text, str) else text
        if _is_terminal(console):
            text = fitted(text, console.width, hang, shorten=shorten)
        console.print(text)


class _PipedConsole(Console):
    """Rich exits with 1 if its reader has gone; here 1 means a broken invariant."""

    def on_broken_pipe(self) -> None:
        """Called when the reader of standard output has closed the pipe, as `| head` does."""
        try:
            super().on_broken_pipe()
        except SystemExit as ending:
            ending.code = ExitCode.PIPE_CLOSED
            raise


def _console(*, stderr: bool) -> Console:
    console = _PipedConsole(stderr=stderr, highlight=False, soft_wrap=True)
    if not console.file.isatty():
        console.width = PIPE_WIDTH
    return console


def _is_terminal(console: Console) -> bool:
    """Whether it writes to a terminal; FORCE_COLOR does not make a pipe one."""
    return console.file.isatty()


def _hinted(finding: Finding) -> dict[str, str]:
    """The fix or the hint of a finding that is not valid."""
    if finding.fix and not finding.verdict.passes:
        return {"fix": finding.fix}
    broken = finding.verdict is Verdict.INVALID and finding.key in HINTS
    return {"hint": HINTS[finding.key]} if broken else {}


def _counts(findings: Sequence[Finding]) -> str:
    """`11 valid, 1 unknown`."""
    counts = {v: sum(finding.verdict is v for finding in findings) for v in Verdict}
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)


def _findings_table(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True, min_width=VERDICT_WIDTH - 1)
    table.add_column()
    table.add_column(overflow="fold")
    for finding in findings:
        style = STYLES[finding.verdict]
        verdict = Text(finding.verdict, style=style)
        table.add_row(
            verdict, Text(finding.requirement), Text(as_typed(finding.evidence), style="dim")
        )
    return table
