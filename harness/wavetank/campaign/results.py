"""The result of one case of a campaign, or the reason why it has none."""

from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict
from wavetank.simulation.runner import RunResult, RunSpec


class CaseOutcome(StrEnum):
    """How a case of a campaign ended, the worst first.

    `infrastructure` means that the run failed outside the pipeline, and proves nothing about it.
    """

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
class CaseResult:
    """The result of one case of a campaign; without an outcome, `problem` gives the reason.

    `deaths` is how many workers died while they ran it.
    """

    spec: RunSpec
    outcome: RunResult | None = None
    problem: str = ""
    deaths: int = 0

    @property
    def ending(self) -> CaseOutcome:
        """How the case ended."""
        if self.outcome is None:
            return CaseOutcome.INFRASTRUCTURE
        return next(e for e, code in EXIT_CODES.items() if code is self.outcome.exit_code)

    def keys(self, verdict: Verdict) -> tuple[str, ...]:
        """The invariants with this verdict, in the order in which they were checked."""
        findings = self.outcome.findings if self.outcome else ()
        return tuple(finding.key for finding in findings if finding.verdict is verdict)

    @property
    def broken(self) -> tuple[str, ...]:
        """The invariants that it broke."""
        return self.keys(Verdict.INVALID)
