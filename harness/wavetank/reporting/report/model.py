"""What a run's report says, as one value: no layout, no wording of numbers, no time of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wavetank.core.findings import Finding, Verdict
from wavetank.reporting.report.anomalies import Remark
from wavetank.reporting.report.faults import FaultSeen
from wavetank.reporting.report.marks import Lane
from wavetank.reporting.report.prices import Walk
from wavetank.reporting.report.records import RecordFigures

WORST_FIRST = (Verdict.INVALID, Verdict.UNKNOWN, Verdict.VALID)


@dataclass(frozen=True)
class SuggestedCommand:
    """Something to type, and what it does."""

    does: str
    line: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """What was played, and on what. `versions` is by name, `code` each function's SHA-256."""

    name: str
    description: str
    engine: str
    seed: int
    by_hand: bool
    rules: tuple[str, ...]
    options: Mapping[str, str]
    versions: Mapping[str, str]
    code: Mapping[str, str]
    template: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """One run.

    `interruption` says where it was broken off, and is empty where it was not; a run that was
    broken off has no findings and no digest.
    """

    run: str
    story: Story
    began: datetime
    ended: datetime
    events: int
    interruption: str
    digest: str
    findings: tuple[Finding, ...]
    faults: tuple[FaultSeen, ...]
    lanes: tuple[Lane, ...]
    remarks: tuple[Remark, ...]
    remarks_more: int
    walks: tuple[Walk, ...]
    walks_more: bool
    records: RecordFigures
    commands: tuple[SuggestedCommand, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings; unknown where nothing was judged."""
        found = {finding.verdict for finding in self.findings} or {Verdict.UNKNOWN}
        return next(verdict for verdict in WORST_FIRST if verdict in found)

    def count(self, verdict: Verdict) -> int:
        """How many findings came to it."""
        return sum(finding.verdict == verdict for finding in self.findings)


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What is broken, then what is not known, then what holds; of each in the judges' order."""
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.verdict)))
