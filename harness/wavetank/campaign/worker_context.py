"""The context of a worker process: a simulator that is set up once and used for many cases."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from wavetank.core.clock import WallClock
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.startup import simulator
from wavetank.simulation.reference_run import ReferenceRuns
from wavetank.simulation.runner import RunResult, RunSpec, simulate

type RunCase = Callable[[RunSpec], RunResult]
type WorkerContext = Callable[[], AbstractContextManager[RunCase]]
"""Sent to workers by pickle, so it is a value, or a function that is found by its name."""

_entered: list[RunCase] = []
"""The context of this process; empty in the process that started the workers."""


@dataclass(frozen=True)
class SimulatorContext:
    """Context of a worker process: a simulator in which the pipeline is deployed once.

    Each case starts from the state after the deployment.
    """

    pipeline: Pipeline

    @contextmanager
    def __call__(self) -> Iterator[RunCase]:
        """Start the simulator; `Pipeline.deploy` says what it raises."""
        with simulator() as made:
            self.pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
            references = ReferenceRuns()
            yield lambda spec: simulate(made, self.pipeline, spec, None, references=references)


@contextmanager
def entered(context: WorkerContext) -> Iterator[None]:
    """For the body `run_case` runs cases in this process."""
    with context() as run:
        _entered.append(run)
        try:
            yield
        finally:
            _entered.clear()


def run_case(spec: RunSpec) -> RunResult:
    """Run a case in the context of this worker process: what an executor is given."""
    (run,) = _entered
    return run(spec)
