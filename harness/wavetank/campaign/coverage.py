"""The coverage of a campaign: which pairs of a kind of fault and a target were tried.

Cases are generated for pairs that were not tried yet, so a case depends on the results of earlier
ones. Those must be the same for any number of workers, although results come in any order: a case
knows the results of a fixed number of cases before it, by `known`, and no others, even if more have
come. What it knows of the others is what was planned for them.
"""

from collections import Counter
from collections.abc import Iterable

from wavetank.campaign.results import CaseResult
from wavetank.faults.fault import Fault
from wavetank.faults.pairs import FaultPair
from wavetank.faults.plan import FaultPlan

AT_ONCE = 32
"""Cases that may run at one time from the start on, for as many workers or half of them."""
PLANS_MAX = 20
"""After that many plans without an effect a pair is left to chance: the code may not reach it."""


def known(number: int) -> int:
    """Of how many first cases the results are known to the case of that number, counted from 0.

    Later cases know half of those before them, so that a large cluster always has enough to run.
    """
    return max(0, min(number - AT_ONCE, number // 2))


class Coverage:
    """Counts which pairs were planned and tried, by results in the order of the cases.

    A pair is tried if a fault of it took effect in a run. It is not if it was only planned.
    """

    def __init__(self, pairs: Iterable[FaultPair]) -> None:
        self.pairs = tuple(pairs)
        self._planned = Counter[FaultPair]()
        self._plans = self._results = 0
        self._tried: dict[FaultPair, int] = {}
        """The number of the first case that tried it."""

    def plan(self, plan: FaultPlan) -> None:
        """Add the plan of the next case."""
        self._planned.update(self._of(plan.faults))
        self._plans += 1

    def add(self, result: CaseResult) -> None:
        """Add the result of the next case."""
        for pair in self._of(result.outcome.effective if result.outcome else ()):
            self._tried.setdefault(pair, self._results)
        self._results += 1

    @property
    def untried(self) -> tuple[FaultPair, ...]:
        """The pairs that no case has tried, in the order of the catalogue."""
        return self._untried(self._results)

    def preferred(self) -> tuple[FaultPair, ...]:
        """The pairs of which the next case should try one; none if it may be any.

        Of the pairs that it does not know to be tried they are those that were planned least. Once
        each was, every second case tries again what took effect, with other windows and values: the
        code may never reach the others.
        """
        untried = self._untried(known(self._plans))
        least = min((self._planned[pair] for pair in untried), default=PLANS_MAX)
        if least >= PLANS_MAX:
            return ()
        if least and self._plans % 2:
            return tuple(pair for pair in self.pairs if pair not in untried)
        return tuple(pair for pair in untried if self._planned[pair] == least)

    def _untried(self, cases: int) -> tuple[FaultPair, ...]:
        """The pairs that the first so many cases have not tried."""
        return tuple(pair for pair in self.pairs if self._tried.get(pair, cases) >= cases)

    def _of(self, faults: Iterable[Fault]) -> set[FaultPair]:
        return {pair for pair in self.pairs for fault in faults if pair.is_of(fault)}
