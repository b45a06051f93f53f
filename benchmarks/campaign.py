"""Measures how many runs a minute a campaign executes with a number of workers."""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from wavetank.campaign.cases import Seeds, generated_cases
from wavetank.campaign.local_executor import LocalExecutor
from wavetank.campaign.scheduling import case_seconds_max, collect
from wavetank.campaign.worker_context import WorkerContext
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError

if TYPE_CHECKING:
    from wavetank.campaign.results import CaseResult

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
    context: WorkerContext, runs: int, horizon: timedelta, workers: int, clock: Clock
) -> CampaignCost:
    """Runs the cases of the first seeds.

    Raises:
        InfrastructureError: a run failed to execute.
    """
    results: list[CaseResult] = []
    begun = clock.monotonic()
    with LocalExecutor(context, workers, case_seconds_max) as executor:
        collect(executor, workers, generated_cases(Seeds(1, runs), horizon), results.append)
    seconds = clock.monotonic() - begun
    unplayed = [result.problem for result in results if result.outcome is None]
    if unplayed:
        raise InfrastructureError("a result of every run", unplayed[0], "try again")
    valid = sum(result.outcome is not None and not result.outcome.exit_code for result in results)
    return CampaignCost(workers, runs, horizon / timedelta(hours=1), seconds, valid)
