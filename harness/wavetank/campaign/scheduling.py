"""Cases given to an executor, a few ahead of what it runs, and every result collected in order.

A case whose worker dies is retried once.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from datetime import timedelta

from wavetank.campaign.ending import Ending
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
    ending: Ending | None = None,
    known: Callable[[int], int] = lambda _: 0,
) -> None:
    """Run cases until the ending, and call `take` with their results in the order of the cases.

    `known` says of how many results the case of that number is made, counted from 0: it is drawn
    only when they were taken. At the ending, results of later cases are dropped, since they would
    depend on the number of workers. If an error ends this, all that have come are taken first.

    Raises:
        UsageError: the cases cannot run as they are.
        InfrastructureError: no worker could be started.
    """
    collector = _Collector(executor, cases, take)
    try:
        while ending is None or ending.reason is None:
            if collector.take_next():
                continue
            collector.submit(workers * AHEAD, known)
            if not collector.waiting:
                return
            collector.wait(None if ending is None else ending.seconds_left)
    except BaseException:
        collector.take_rest()
        raise


class _Collector:
    """Cases that run, and results that wait for those of earlier cases."""

    def __init__(
        self, executor: Executor, cases: Iterable[RunSpec], take: Callable[[CaseResult], None]
    ) -> None:
        self.waiting: dict[Future[RunResult], _Try] = {}
        self._executor = executor
        self._coming = iter(cases)
        self._take = take
        self._drawn = self._taken = 0
        self._results: dict[int, CaseResult] = {}

    def submit(self, running_max: int, known: Callable[[int], int]) -> None:
        """Begin as many cases as may run."""
        while len(self.waiting) < running_max and known(self._drawn) <= self._taken:
            spec = next(self._coming, None)
            if spec is None:
                return
            self._submit(_Try(self._drawn, spec))
            self._drawn += 1

    def wait(self, seconds: float | None) -> None:
        """Wait until a case has ended; retry it if its worker has died."""
        for future in wait(self.waiting, seconds, return_when=FIRST_COMPLETED).done:
            tried = self.waiting.pop(future)
            result = tried.result_of(future)
            if result is None:
                self._submit(tried)
            else:
                self._results[tried.number] = result

    def take_next(self) -> bool:
        """Take the result of the next case; returns whether it has come."""
        result = self._results.pop(self._taken, None)
        if result is not None:
            self._taken += 1
            self._take(result)
        return result is not None

    def take_rest(self) -> None:
        """Take all results that have come."""
        for future, tried in self.waiting.items():
            if future.done() and not future.cancelled() and not future.exception():
                result = CaseResult(spec=tried.spec, outcome=future.result())
                self._results[tried.number] = result
        for _, result in sorted(self._results.items()):
            self._take(result)

    def _submit(self, tried: "_Try") -> None:
        self.waiting[self._executor.submit(run_case, tried.spec)] = tried


@dataclass
class _Try:
    """A case with its number, and how the workers died that ran it."""

    number: int
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
