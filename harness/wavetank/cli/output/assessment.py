"""An assessment: a table of 80 columns with the reasons below it, and JSON."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from wavetank.cli.output.console_output import STYLES, Output
from wavetank.core.findings import Verdict
from wavetank.core.text import pluralize
from wavetank.inspection.assess import access, bucket, convention, coverage, mail, walk
from wavetank.inspection.assess import assessor as looking
from wavetank.inspection.assess.assessor import Row
from wavetank.inspection.assess.convention import Subject
from wavetank.inspection.assess.report import values_of, why

if TYPE_CHECKING:
    from wavetank.core.reporter import Activity

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "found": (convention.KEY, bucket.KEY),
    "read": (access.READABLE_KEY,),
    "write": (access.CLOSED_KEY,),
    "anon": (access.UNSIGNED_KEY,),
    "records": (looking.RECORDS_KEY, looking.COPIES_KEY),
    "fresh": (looking.FRESH_KEY,),
    "minutes": (coverage.KEY,),
    "walk": (walk.KEY,),
    "alert": (mail.KEY,),
}
"""The findings of each column; the worst of them is shown."""
WIDTH = 80
VERDICT_WIDTH = 7
WORDS = {Verdict.VALID: "ok", Verdict.INVALID: "NO", Verdict.UNKNOWN: "?"}
MARKS = {Verdict.VALID: "", Verdict.INVALID: "!", Verdict.UNKNOWN: "?"}
"""Marks behind a number, because not every terminal has colours."""
UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


class AssessOutput:
    """Shows the results of `assess` as a table, and as JSON."""

    def __init__(
        self,
        output: Output,
        subjects: Sequence[Subject],
        minutes: int,
        *,
        has_mailbox: bool,
    ) -> None:
        self._output = output
        self._total = len(subjects)
        self._minutes = minutes
        self._columns = [name for name in COLUMNS if has_mailbox or name != "alert"]
        self._done = 0
        self._activity: Activity | None = None

    @contextmanager
    def progress(self) -> Iterator[None]:
        """Shows during the body how many pipelines are done."""
        with self._output.counting("looking", self._total) as self._activity:
            yield

    def takes(self, row: Row) -> None:
        """Takes one more row."""
        self._done += 1
        findings = [
            {
                "key": finding.key,
                "requirement": finding.requirement,
                "verdict": finding.verdict,
                "evidence": finding.evidence,
            }
            for finding in row.findings
        ]
        self._output.emit("row", **values_of(row), findings=findings)
        assert self._activity is not None  # rows come while it is shown
        self._activity.update(done=self._done)

    def summary(self, rows: Sequence[Row]) -> None:
        """Shows all rows as a table, the reasons for those that are not valid, and the counts."""
        counts = {verdict: sum(row.verdict is verdict for row in rows) for verdict in WORDS}
        missing = self._total - len(rows)
        self._output.emit("summary", rows=len(rows), **counts, not_assessed=missing)
        if self._output.as_json:
            return
        if rows:
            self._output.show(self._table(rows))
        for row in rows:
            if reasons := why(row):
                self._output.say(f"line {row.subject.person.line}, {_shown(row.subject)}")
            for reason in reasons:
                self._output.say(f"  {reason}")
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
        unseen = f"; {missing} not looked at" if missing else ""
        self._output.say(f"{pluralize(len(rows), 'pipeline')}: {verdicts}{unseen}")

    def _table(self, rows: Sequence[Row]) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
        used = sum(len(name) + 1 for name in self._columns) + VERDICT_WIDTH + 1
        width = WIDTH - used
        table.add_column("person", no_wrap=True, overflow="ellipsis", width=width)
        table.add_column("verdict", no_wrap=True)
        for name in self._columns:
            table.add_column(name, no_wrap=True, min_width=len(name))
        for row in rows:
            cells = (self._cell(row, name) for name in self._columns)
            verdict = Text(row.verdict, style=STYLES[row.verdict])
            table.add_row(Text(_shown(row.subject)), verdict, *cells)
        return table

    def _cell(self, row: Row, name: str) -> Text:
        verdicts = [finding.verdict for finding in row.findings if finding.key in COLUMNS[name]]
        if not verdicts:
            return Text("-", style="dim")
        verdict = next(
            v for v in (Verdict.INVALID, Verdict.UNKNOWN, Verdict.VALID) if v in verdicts
        )
        measured = self._measured(row, name)
        text = measured + MARKS[verdict] if measured else WORDS[verdict]
        return Text(text, style=STYLES[verdict])

    def _measured(self, row: Row, name: str) -> str:
        """The measured number of a column, if it has one."""
        match name:
            case "fresh" if row.age_seconds is not None:
                return age_text(row.age_seconds)
            case "minutes" if row.minutes_covered is not None:
                return f"{row.minutes_covered}/{self._minutes}"
            case "alert" if row.last_alert is not None:
                return date_text(row.last_alert)
        return ""


def age_text(seconds: float) -> str:
    """`45s`, `12m`, `3h`, `9d`."""
    whole = max(0, round(seconds))
    size, unit = next(((size, unit) for size, unit in UNITS if whole >= size), UNITS[-1])
    return f"{whole // size}{unit}"


def date_text(instant: datetime) -> str:
    """Month and day; the column has no room for more."""
    return f"{instant:%m-%d}"


def _shown(subject: Subject) -> str:
    """The person's name without control characters, which come from a file of strangers."""
    name = f"{subject.person.first_name} {subject.person.surname}".strip() or "(no name)"
    return "".join(letter if letter.isprintable() else "?" for letter in name)
