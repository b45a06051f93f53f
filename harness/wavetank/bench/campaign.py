"""How many runs a minute a campaign plays, by so many workers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from wavetank.campaign.cases import Seeds, drawn_stories
from wavetank.campaign.scheduling import collect
from wavetank.campaign.worker_context import Stage
from wavetank.campaign.worker_pool import LocalCrew
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError

if TYPE_CHECKING:
    from wavetank.campaign.results import StoryResult

MINUTE_SECONDS = 60.0


@dataclass(frozen=True)
class CampaignCost:
    """Real seconds from the first worker's start to the last result, its boot included."""

    workers: int
    runs: int
    horizon_hours: float
    seconds: float
    valid: int

    @property
    def runs_per_minute(self) -> float:
        """Of real time."""
        return self.runs / self.seconds * MINUTE_SECONDS


def measure_campaign(
    stage: Stage, runs: int, horizon: timedelta, workers: int, clock: Clock
) -> CampaignCost:
    """Plays the plans that the first seeds draw.

    Raises:
        InfrastructureError: a run could not be played.
    """
    results: list[StoryResult] = []
    begun = clock.monotonic()
    with LocalCrew(stage, workers) as crew:
        collect(crew, drawn_stories(Seeds(1, runs), horizon), results.append)
    seconds = clock.monotonic() - begun
    unplayed = [result.trouble for result in results if result.played is None]
    if unplayed:
        raise InfrastructureError("every run to be played", unplayed[0], "try again")
    valid = sum(result.played is not None and not result.played.exit_code for result in results)
    return CampaignCost(workers, runs, horizon / timedelta(hours=1), seconds, valid)
