"""The contents of a run's report as one value, without layout or formatting."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from wavetank.core.findings import Finding, Verdict
from wavetank.reporting.report.anomalies import Anomaly
from wavetank.reporting.report.faults import ReportedFault
from wavetank.reporting.report.marks import Lane
from wavetank.reporting.report.prices import Walk
from wavetank.reporting.report.records import RecordFigures

WORST_FIRST = (Verdict.INVALID, Verdict.UNKNOWN, Verdict.VALID, Verdict.NOT_EXERCISED)


@dataclass(frozen=True)
class SuggestedCommand:
    """A command that a report suggests, and what it does."""

    description: str
    line: str


@dataclass(frozen=True, kw_only=True)
class RunDetails:
    """The scenario and the engine of a reported run.

    `versions` is by name, `code` has each function's SHA-256.
    """

    name: str
    description: str
    engine: str
    seed: int
    is_manual: bool
    rules: tuple[str, ...]
    options: Mapping[str, str]
    versions: Mapping[str, str]
    code: Mapping[str, str]
    template: str


@dataclass(frozen=True, kw_only=True)
class Report:
    """The contents of a run's report.

    `interruption` says where the run was interrupted, empty if it was not; an interrupted run has
    no findings and no digest.
    """

    run: str
    details: RunDetails
    began: datetime
    ended: datetime
    events: int
    interruption: str
    digest: str
    findings: tuple[Finding, ...]
    faults: tuple[ReportedFault, ...]
    lanes: tuple[Lane, ...]
    anomalies: tuple[Anomaly, ...]
    anomalies_more: int
    walks: tuple[Walk, ...]
    walks_more: bool
    records: RecordFigures
    commands: tuple[SuggestedCommand, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of the findings; unknown if nothing was checked."""
        found = {finding.verdict for finding in self.findings} or {Verdict.UNKNOWN}
        return next(verdict for verdict in WORST_FIRST if verdict in found)

    def count(self, verdict: Verdict) -> int:
        """How many findings have the verdict."""
        return sum(finding.verdict == verdict for finding in self.findings)


def worst_first(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings by their verdicts; each in the order of the invariants."""
    return tuple(sorted(findings, key=lambda finding: WORST_FIRST.index(finding.verdict)))
