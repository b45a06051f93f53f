"""The index of a campaign: the worst stories first, and the command that plays each.

A campaign keeps no history of its stories, of which there may be thousands: whoever wants to look
at one plays it, which takes a second and writes its report. A report that is there is linked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wavetank.errors import InfrastructureError
from wavetank.report.contents import Command

FILE = "index.html"


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
    least: Command | None
    any_story: Command
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


def save_index(index: CampaignIndex, folder: Path) -> Path:
    """Writes it into the folder, in place of one that was there; returns where.

    Raises:
        InfrastructureError: the disk does not take it.
    """
    from wavetank.report.rendering import render_index  # noqa: PLC0415 - jinja2, only when needed

    file = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(render_index(index), encoding="utf-8", newline="\n")
    except OSError as error:
        raise InfrastructureError(f"to write {file}", str(error), "check the folder") from error
    return file
