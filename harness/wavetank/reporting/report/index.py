"""The index of a campaign: the worst stories first, and the command that plays each.

A campaign keeps no history of its stories, of which there may be thousands: whoever wants to look
at one plays it, which takes a second and writes its report. A report that is there is linked.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from wavetank.reporting.report.model import SuggestedCommand


@dataclass(frozen=True, kw_only=True)
class IndexedStory:
    """A story that is not valid. `report` is a path from the index, empty where there is none."""

    seed: int
    ending: str
    broken: tuple[str, ...]
    trouble: str
    faults: tuple[str, ...]
    command: str
    report: str = ""


@dataclass(frozen=True, kw_only=True)
class IndexedCount:
    """An invariant or a kind of fault: in how many stories it was there, broken, or unknown."""

    name: str
    stories: int
    broken: int
    unknown: int


@dataclass(frozen=True, kw_only=True)
class CampaignIndex:
    """What came of a campaign; `endings` has the worst first, `least` the shrunk story."""

    name: str
    how: str
    planned: int
    endings: Mapping[str, int]
    stories: tuple[IndexedStory, ...]
    invariants: tuple[IndexedCount, ...]
    kinds: tuple[IndexedCount, ...]
    least: SuggestedCommand | None
    any_story: SuggestedCommand
    digest: str

    @property
    def played(self) -> int:
        """How many stories there are results of."""
        return sum(self.endings.values())

    def worst_first(self) -> tuple[IndexedStory, ...]:
        """By the ending, then by how much was broken, then by the seed."""
        order = list(self.endings)
        return tuple(
            sorted(
                self.stories,
                key=lambda story: (order.index(story.ending), -len(story.broken), story.seed),
            )
        )
