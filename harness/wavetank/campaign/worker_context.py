"""Where stories are played: opened once in each worker, one story after the other from then on."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from wavetank.core.clock import WallClock
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import simulator
from wavetank.simulation.runner import RunResult, RunSpec, simulate

type PlayStory = Callable[[RunSpec], RunResult]
type Stage = Callable[[], AbstractContextManager[PlayStory]]
"""Handed to workers by pickle, so it is a value, or a function that is found by its name."""


@dataclass(frozen=True)
class SimulatorStage:
    """A simulator with the pipeline in it; each story begins at the baseline."""

    pipeline: Pipeline

    @contextmanager
    def __call__(self) -> Iterator[PlayStory]:
        """Opens it; see `Pipeline.deploy` for what may go wrong."""
        with simulator() as made:
            self.pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
            yield lambda story: simulate(made, self.pipeline, story, None)
