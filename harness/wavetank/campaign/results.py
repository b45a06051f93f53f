"""What came of one story of a campaign, or why nothing did."""

from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict
from wavetank.simulation.runner import RunResult, RunSpec


class CaseOutcome(StrEnum):
    """The worst first; with `infrastructure` nothing is known of the story."""

    BROKEN = "broken"
    INFRASTRUCTURE = "infrastructure"
    UNKNOWN = "unknown"
    VALID = "valid"


EXIT_CODES = {
    CaseOutcome.BROKEN: ExitCode.BROKEN,
    CaseOutcome.INFRASTRUCTURE: ExitCode.INFRASTRUCTURE,
    CaseOutcome.UNKNOWN: ExitCode.UNKNOWN,
    CaseOutcome.VALID: ExitCode.VALID,
}


@dataclass(frozen=True, kw_only=True)
class StoryResult:
    """`trouble` says why it was not played, where it was not.

    `deaths` is how many workers died of it, or while they were at it.
    """

    story: RunSpec
    played: RunResult | None = None
    trouble: str = ""
    deaths: int = 0

    @property
    def ending(self) -> CaseOutcome:
        """In a word."""
        if self.played is None:
            return CaseOutcome.INFRASTRUCTURE
        return next(e for e, code in EXIT_CODES.items() if code is self.played.exit_code)

    def keys(self, verdict: Verdict) -> tuple[str, ...]:
        """The invariants of which this was found, in the order of the judges."""
        findings = self.played.findings if self.played else ()
        return tuple(finding.key for finding in findings if finding.verdict is verdict)

    @property
    def broken(self) -> tuple[str, ...]:
        """The invariants that it broke."""
        return self.keys(Verdict.INVALID)
