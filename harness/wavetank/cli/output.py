"""What people read on a terminal, in a pipe, and as JSON.

Results go to standard output; progress goes to standard error, and moves only on a terminal. With
`--json` standard output carries JSON alone, one object a line.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.table import Table
from rich.text import Text

from wavetank.invariants.hints import HINTS
from wavetank.verdicts import Finding, Verdict

STYLES = {Verdict.VALID: "green", Verdict.INVALID: "bold red", Verdict.UNKNOWN: "yellow"}


class Output:
    """Where one command's words go."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self.console = Console(highlight=False, soft_wrap=True)
        self.progress = Console(stderr=True, highlight=False, soft_wrap=True)

    def say(self, text: str) -> None:
        """A line for people; with `--json` it goes to standard error."""
        (self.progress if self.as_json else self.console).print(Text(text))

    def emit(self, event: str, **fields: Any) -> None:
        """A result for programs; nothing without `--json`."""
        if self.as_json:
            print(json.dumps({"event": event, **fields}, default=str), flush=True)  # noqa: T201 - rich would wrap it

    def findings(self, findings: Sequence[Finding]) -> None:
        """Requirements and what they were judged by: a table, a line each in a pipe, or JSON."""
        for finding in findings:
            self.emit(
                "finding",
                requirement=finding.requirement,
                verdict=finding.verdict,
                evidence=finding.evidence,
                **_hinted(finding),
            )
            if not self.as_json and not self.console.is_terminal:
                self.say(f"{finding.verdict:<8}{finding.requirement}: {finding.evidence}")
        if not self.as_json and self.console.is_terminal:
            self.console.print(_findings_table(findings))
        if not self.as_json:
            for finding in findings:
                for word, text in _hinted(finding).items():
                    self.say(f"{word:<8}{finding.key or finding.requirement}: {text}")

    @contextmanager
    def waiting(self, text: str) -> Iterator[Status]:
        """A spinner while something long goes on; a plain line where there is no terminal."""
        if not self.progress.is_terminal:
            self.progress.print(Text(f"{text} ..."))
        with self.progress.status(Text(text)) as status:
            yield status


def _hinted(finding: Finding) -> dict[str, str]:
    """What helps where it is broken."""
    if finding.fix and finding.verdict is not Verdict.VALID:
        return {"fix": finding.fix}
    broken = finding.verdict is Verdict.INVALID and finding.key in HINTS
    return {"hint": HINTS[finding.key]} if broken else {}


def _findings_table(findings: Sequence[Finding]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column()
    table.add_column(overflow="fold")
    for finding in findings:
        style = STYLES[finding.verdict]
        verdict = Text(finding.verdict, style=style)
        table.add_row(verdict, Text(finding.requirement), Text(finding.evidence, style="dim"))
    return table
