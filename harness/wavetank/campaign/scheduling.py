"""Cases given to an executor, a few ahead of what it runs, and every result collected.

A case whose worker dies is retried once.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import timedelta

from wavetank.campaign.remote_error import TaskFailedError, WorkerDiedError
from wavetank.campaign.results import CaseResult
from wavetank.campaign.worker import Task
from wavetank.campaign.worker_context import run_case
from wavetank.core.errors import InfrastructureError
from wavetank.simulation.runner import RunResult, RunSpec

AHEAD = 2
"""Cases submitted for each worker, so that none waits for the next."""
TRIES_MAX = 2
CASE_SECONDS_MAX = 120.0
SECONDS_PER_DAY_MAX = 600.0
"""Of real time, for a virtual day, which takes a few seconds on an idle host."""
DAY = timedelta(days=1)


def case_seconds_max(task: Task) -> float:
    """How long a worker may take for the task of a case."""
    spec: RunSpec = task[1][0]
    return CASE_SECONDS_MAX + spec.scenario.horizon / DAY * SECONDS_PER_DAY_MAX


def run_on(executor: Executor, spec: RunSpec) -> CaseResult:
    """Run one case and wait for its result; raises as `collect`."""
    results: list[CaseResult] = []
    collect(executor, 1, [spec], results.append)
    return results[0]


def collect(
    executor: Executor,
    workers: int,
    cases: Iterable[RunSpec],
    take: Callable[[CaseResult], None],
) -> None:
    """Run all cases, and call `take` with each result as it comes.

    Whatever ends this, the results that have come are taken first.

    Raises:
        UsageError: the cases cannot run as they are.
        InfrastructureError: no worker could be started.
    """
    waiting: dict[Future[RunResult], _Try] = {}
    coming = iter(cases)
    try:
        while True:
            while len(waiting) < workers * AHEAD and (spec := next(coming, None)):
                waiting[executor.submit(run_case, spec)] = _Try(spec)
            if not waiting:
                return
            for future in wait(waiting, return_when=FIRST_COMPLETED).done:
                tried = waiting.pop(future)
                result = tried.result_of(future)
                if result is None:
                    waiting[executor.submit(run_case, tried.spec)] = tried
                else:
                    take(result)
    except BaseException:
        for future, tried in waiting.items():
            if future.done() and not future.cancelled() and not future.exception():
                take(CaseResult(spec=tried.spec, outcome=future.result()))
        raise


@dataclass
class _Try:
    """A case, and how the workers died that ran it."""

    spec: RunSpec
    deaths: list[str] = field(default_factory=list)

    def result_of(self, future: Future[RunResult]) -> CaseResult | None:
        """The case's result; None if it is to be retried."""
        try:
            outcome = future.result()
        except WorkerDiedError as death:
            self.deaths.append(str(death))
            return self._given_up(death) if len(self.deaths) == TRIES_MAX else None
        except TaskFailedError as error:
            if error.failed.is_of_usage:
                raise error.failed.error() from error
            trouble = str(error.failed.error())
            return CaseResult(spec=self.spec, problem=trouble, deaths=len(self.deaths))
        return CaseResult(spec=self.spec, outcome=outcome, deaths=len(self.deaths))

    def _given_up(self, death: WorkerDiedError) -> CaseResult:
        how = "; then ".join(self.deaths)
        if not death.was_open:
            action = "see what its log says, or free memory: each worker takes about 0.7 GB"
            raise InfrastructureError("a worker that starts", how, action)
        return CaseResult(spec=self.spec, problem=how, deaths=len(self.deaths))
