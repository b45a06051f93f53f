"""Results counted: by ending, by invariant, by kind of fault; the same in whatever order they come.

What it takes to remember does not grow with the campaign.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass, field

from wavetank.campaign.results import EXIT_CODES, CaseOutcome, StoryResult
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict

FAILURES_KEPT = 10
DIGEST_VALUES = 2**256


@dataclass
class CaseCount:
    """Counts for an invariant or a kind of fault: in how many runs it was broken, or present.

    `breaks` counts the invariants that were broken in runs with this kind of fault.
    """

    broken: int = 0
    unknown: int = 0
    stories: int = 0
    breaks: Counter[str] = field(default_factory=Counter)


class CampaignSummary:
    """The results of a campaign's runs so far, counted."""

    def __init__(self) -> None:
        self.endings = Counter[CaseOutcome]()
        self.invariants: dict[str, CaseCount] = {}
        self.kinds: dict[str, CaseCount] = {}
        self.deaths = 0
        self._failures: list[StoryResult] = []
        self._digest = 0

    def add(self, result: StoryResult) -> None:
        """One more."""
        self.endings[result.ending] += 1
        self.deaths += result.deaths
        for finding in result.played.findings if result.played else ():
            _count(self.invariants, finding.key, finding.verdict)
        verdict = Verdict.INVALID if result.ending is CaseOutcome.BROKEN else Verdict.VALID
        for kind in sorted({fault.kind for fault in result.story.scenario.plan.faults}):
            _count(self.kinds, kind, verdict)
            self.kinds[kind].breaks.update(result.broken)
        if result.ending is not CaseOutcome.VALID:
            self._failures = sorted([*self._failures, result], key=_seed)[:FAILURES_KEPT]
        self._digest = (self._digest + _number(result)) % DIGEST_VALUES

    @property
    def played(self) -> int:
        """How many stories there are results of."""
        return self.endings.total()

    @property
    def failed(self) -> int:
        """How many of them are not valid."""
        return self.played - self.endings[CaseOutcome.VALID]

    @property
    def failures(self) -> tuple[StoryResult, ...]:
        """Of those, the ones with the least seeds."""
        return tuple(self._failures)

    @property
    def first_broken(self) -> StoryResult | None:
        """Among them, the first that broke an invariant."""
        return next((r for r in self._failures if r.ending is CaseOutcome.BROKEN), None)

    @property
    def digest(self) -> str:
        """Of all results; equal for the same stories of the same code, whoever played them."""
        return f"{self._digest:064x}"

    @property
    def exit_code(self) -> ExitCode:
        """The worst ending's; a campaign that played nothing found out nothing."""
        return next((EXIT_CODES[e] for e in CaseOutcome if self.endings[e]), ExitCode.UNKNOWN)


def _count(counts: dict[str, CaseCount], name: str, verdict: Verdict) -> None:
    counted = counts.setdefault(name, CaseCount())
    counted.stories += 1
    counted.broken += verdict is Verdict.INVALID
    counted.unknown += verdict is Verdict.UNKNOWN


def _seed(result: StoryResult) -> int:
    return result.story.seed


def _number(result: StoryResult) -> int:
    """The result as a number; numbers can be added in any order."""
    told = result.played.digest if result.played else result.trouble
    text = f"{result.story.scenario.name} {result.story.seed} {result.ending} {told}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest())
