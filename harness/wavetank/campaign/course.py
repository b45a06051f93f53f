"""A campaign from its first case to the smallest that fails, with its results reported."""

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Protocol

from wavetank.campaign.cases import CampaignCases
from wavetank.campaign.coverage import known
from wavetank.campaign.ending import Ending, Limits, Until
from wavetank.campaign.local_executor import LocalExecutor
from wavetank.campaign.regression_seeds import RegressionSeed, remember
from wavetank.campaign.results import CaseResult
from wavetank.campaign.scheduling import case_seconds_max, collect, run_on
from wavetank.campaign.shrinking import Budget, Shrunk, shrink
from wavetank.campaign.summary import CampaignSummary
from wavetank.campaign.worker_context import WorkerContext
from wavetank.core.clock import Clock
from wavetank.core.errors import ExitCode, UsageError, WavetankError
from wavetank.core.stop_signal import Stopped, stop_on_signal

DASK_EXTRA = "install it: uv sync --extra dask, or pip install 'wavetank[dask]'"


class CampaignReporter(Protocol):
    """Interface by which a campaign shows its progress and results."""

    def begins(self, size: int, address: str | None) -> None:
        """The campaign begins on `size` workers, of the Dask cluster at the address if any."""
        ...

    def progress(self, summary: CampaignSummary) -> AbstractContextManager[None]:
        """Shows during the body how many cases have run."""
        ...

    def takes(self, result: CaseResult, summary: CampaignSummary) -> None:
        """One more result, which the summary counts already."""
        ...

    def summary(self, summary: CampaignSummary, how: str) -> None:
        """All results; `how` says how the campaign ended."""
        ...

    def waiting(self, result: CaseResult) -> AbstractContextManager[object]:
        """Shows during the body that the case is shrunk."""
        ...

    def shrunk(self, shrunk: Shrunk) -> None:
        """The smallest failing case."""
        ...

    def regression_seeds(self, file: Path, *, is_new: bool) -> None:
        """The failure is in the file of regression seeds."""
        ...

    def index(self, summary: CampaignSummary, how: str, shrunk: Shrunk | None = None) -> None:
        """Writes the index; `how` as in `summary`."""
        ...


@dataclass(frozen=True)
class Campaign:
    """A campaign: runs its cases, reports the results, and shrinks the first failing case.

    `summary` has no results yet. It ends early by its `limits`. If `memory` is set, the shrunk case
    is added to that file of regression seeds.
    """

    chosen: CampaignCases
    summary: CampaignSummary
    reporter: CampaignReporter
    clock: Clock
    memory: Path | None = None
    limits: Limits = field(default_factory=Limits)

    def run(self, context: WorkerContext, address: str | None, processes: int) -> ExitCode:
        """Runs all cases in so many processes, or on the Dask cluster at the address.

        A signal or an error ends it early; the results until then are reported.

        Raises:
            UsageError: the cases cannot run as they are.
            InfrastructureError: no worker could be started.
        """
        try:
            with (
                stop_on_signal(),
                _executor(context, address, processes) as (executor, workers),
            ):
                self._run_on(executor, workers, address)
        except Stopped:
            self.reporter.index(self.summary, "finished, then stopped")
            self.reporter.summary(self.summary, "stopped")
            return ExitCode.INTERRUPTED
        except WavetankError:
            if self.summary.runs:
                self.reporter.summary(self.summary, "failed")
            raise
        return self.summary.exit_code

    def _run_on(self, executor: Executor, workers: int, address: str | None) -> None:
        self.reporter.begins(workers, address)
        ending = Ending(self.limits, self.clock, self._has)
        coverage = self.summary.coverage
        with self.reporter.progress(self.summary):
            cases = self.chosen.cases(coverage)
            collect(executor, workers, cases, self._take, ending, known)
        how = "finished" if self.summary.runs == self.chosen.count else ending.reason
        assert how is not None  # nothing else ends it before all cases have run
        self.reporter.summary(self.summary, how)
        shrunk = None
        if first := self.summary.first_broken:
            shrunk = self._shrink(first, executor)
        self.reporter.index(self.summary, how, shrunk)

    def _has(self, until: Until) -> bool:
        match until:
            case Until.COVERED:
                return not self.summary.coverage.untried
            case Until.FAILURE:
                return self.summary.first_broken is not None

    def _take(self, result: CaseResult) -> None:
        self.summary.add(result)
        self.reporter.takes(result, self.summary)

    def _shrink(self, result: CaseResult, executor: Executor) -> Shrunk:
        run = partial(run_on, executor)
        with self.reporter.waiting(result):
            shrunk = shrink(result, run, Budget(), self.clock)
        self.reporter.shrunk(shrunk)
        if self.memory is not None:
            self._remember(shrunk, self.memory)
        return shrunk

    def _remember(self, shrunk: Shrunk, file: Path) -> None:
        failure = RegressionSeed(
            seed=shrunk.spec.seed,
            scenario=shrunk.spec.scenario,
            broke=shrunk.broken,
            day=self.clock.now().date(),
            version=metadata.version("wavetank"),
        )
        self.reporter.regression_seeds(file, is_new=remember(file, failure))


@contextmanager
def _executor(
    context: WorkerContext, address: str | None, processes: int
) -> Iterator[tuple[Executor, int]]:
    """An executor of this host or of the cluster, and the number of its workers.

    Raises:
        UsageError: the extra for Dask is not installed, or the address is invalid.
        InfrastructureError: the cluster cannot run the cases.
    """
    if address is None:
        with LocalExecutor(context, processes, case_seconds_max) as executor:
            yield executor, processes
        return
    try:
        from wavetank.campaign.dask_executor import dask_executor  # noqa: PLC0415 - optional extra
    except ImportError as error:
        raise UsageError("the optional extra `dask`", str(error), DASK_EXTRA) from error
    with dask_executor(address, context, case_seconds_max) as cluster:
        yield cluster, cluster.workers
