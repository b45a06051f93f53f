"""Results counted: by ending, by invariant, by kind of fault, and by what was tried.

Memory is constant.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from wavetank.campaign.coverage import Coverage
from wavetank.campaign.results import EXIT_CODES, CaseOutcome, CaseResult
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict

FAILURES_KEPT = 10
DIGEST_VALUES = 2**256


@dataclass
class CaseCount:
    """How many cases of a campaign had one kind of fault, or broke one invariant.

    `breaks` counts the invariants that were broken in runs with this kind of fault. In `idle` ones
    the invariant had nothing to check.
    """

    broken: int = 0
    unknown: int = 0
    idle: int = 0
    cases: int = 0
    breaks: Counter[str] = field(default_factory=Counter)


class CampaignSummary:
    """Counts of a campaign's results so far: by outcome, invariant and kind of fault; coverage."""

    def __init__(self, coverage: Coverage) -> None:
        self.coverage = coverage
        self.endings = Counter[CaseOutcome]()
        self.invariants: dict[str, CaseCount] = {}
        self.kinds: dict[str, CaseCount] = {}
        self.deaths = 0
        self._failures: list[CaseResult] = []
        self._digest = 0

    def add(self, result: CaseResult) -> None:
        """The result of the next case."""
        self.coverage.add(result)
        self.endings[result.ending] += 1
        self.deaths += result.deaths
        for finding in result.outcome.findings if result.outcome else ():
            _count(self.invariants, finding.key, finding.verdict)
        verdict = Verdict.INVALID if result.ending is CaseOutcome.BROKEN else Verdict.VALID
        for kind in sorted({fault.kind for fault in result.spec.scenario.plan.faults}):
            _count(self.kinds, kind, verdict)
            self.kinds[kind].breaks.update(result.broken)
        if result.ending is not CaseOutcome.VALID:
            self._failures = sorted([*self._failures, result], key=_seed)[:FAILURES_KEPT]
        self._digest = (self._digest + _number(result)) % DIGEST_VALUES

    @property
    def runs(self) -> int:
        """How many cases have a result."""
        return self.endings.total()

    @property
    def failed(self) -> int:
        """How many of them are not valid."""
        return self.runs - self.endings[CaseOutcome.VALID]

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """Of those, the ones with the least seeds."""
        return tuple(self._failures)

    @property
    def first_broken(self) -> CaseResult | None:
        """Among them, the first that broke an invariant."""
        return next((r for r in self._failures if r.ending is CaseOutcome.BROKEN), None)

    @property
    def digest(self) -> str:
        """The digest of all results: equal for the same cases and code, whatever ran them."""
        return f"{self._digest:064x}"

    @property
    def exit_code(self) -> ExitCode:
        """The exit code of the worst ending; that of `unknown` if no case has run."""
        return next((EXIT_CODES[e] for e in CaseOutcome if self.endings[e]), ExitCode.UNKNOWN)


def _count(counts: dict[str, CaseCount], name: str, verdict: Verdict) -> None:
    counted = counts.setdefault(name, CaseCount())
    counted.cases += 1
    counted.broken += verdict is Verdict.INVALID
    counted.unknown += verdict is Verdict.UNKNOWN
    counted.idle += verdict is Verdict.NOT_EXERCISED


def _seed(result: CaseResult) -> int:
    return result.spec.seed


def _number(result: CaseResult) -> int:
    """The result as a number; numbers can be added in any order."""
    outcome = result.outcome.digest if result.outcome else result.problem
    text = f"{result.spec.scenario.name} {result.spec.seed} {result.ending} {outcome}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest())
