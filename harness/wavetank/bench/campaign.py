"""Measures how many runs a minute a campaign executes with a number of workers."""

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
    """Wall seconds from the first worker's start to the last result, its boot included."""

    workers: int
    runs: int
    horizon_hours: float
    seconds: float
    valid: int

    @property
    def runs_per_minute(self) -> float:
        """Per minute of wall time."""
        return self.runs / self.seconds * MINUTE_SECONDS


def measure_campaign(
    stage: Stage, runs: int, horizon: timedelta, workers: int, clock: Clock
) -> CampaignCost:
    """Runs the cases of the first seeds.

    Raises:
        InfrastructureError: a run failed to execute.
    """
    results: list[StoryResult] = []
    begun = clock.monotonic()
    with LocalCrew(stage, workers) as crew:
        collect(crew, drawn_stories(Seeds(1, runs), horizon), results.append)
    seconds = clock.monotonic() - begun
    unplayed = [result.trouble for result in results if result.played is None]
    if unplayed:
        raise InfrastructureError("every run to be executed", unplayed[0], "try again")
    valid = sum(result.played is not None and not result.played.exit_code for result in results)
    return CampaignCost(workers, runs, horizon / timedelta(hours=1), seconds, valid)
