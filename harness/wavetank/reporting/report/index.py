"""The index of a campaign: the worst runs first, each with the command that repeats it.

A campaign saves no histories, since there may be thousands of runs: repeating one takes a second
and writes its report. Existing reports are linked.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wavetank.reporting.report.model import SuggestedCommand


@dataclass(frozen=True, kw_only=True)
class IndexedCase:
    """A run in a campaign's index that is not valid.

    `report` is a path relative to the index, empty if there is none.
    """

    seed: int
    ending: str
    broken: tuple[str, ...]
    problem: str
    faults: tuple[str, ...]
    command: str
    report: str = ""


@dataclass(frozen=True, kw_only=True)
class IndexedCount:
    """Counts in a campaign's index for one invariant, or for one kind of fault."""

    name: str
    cases: int
    broken: int
    unknown: int


@dataclass(frozen=True, kw_only=True)
class CampaignIndex:
    """The contents of a campaign's index; `endings` has the worst first.

    Of the `pairs` of a kind of fault and a target `covered` were tried, and the `untried` were not.
    `least` is the shrunk case.
    """

    name: str
    how: str
    planned: int
    endings: Mapping[str, int]
    cases: tuple[IndexedCase, ...]
    invariants: tuple[IndexedCount, ...]
    kinds: tuple[IndexedCount, ...]
    covered: int
    pairs: int
    untried: tuple[str, ...]
    least: SuggestedCommand | None
    any_case: SuggestedCommand
    digest: str

    @property
    def finished(self) -> int:
        """How many cases have results."""
        return sum(self.endings.values())

    def worst_first(self) -> tuple[IndexedCase, ...]:
        """By outcome, then by the number of broken invariants, then by seed."""
        order = list(self.endings)
        return tuple(
            sorted(
                self.cases,
                key=lambda case: (order.index(case.ending), -len(case.broken), case.seed),
            )
        )
