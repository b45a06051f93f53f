"""A simulator to measure: its boot, ticks with their floor, and runs of several lengths."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

from benchmarks.floor import floor_calls
from benchmarks.tick import RunFunction
from wavetank.aws.clients import role_clients
from wavetank.core.clock import WallClock
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.startup import simulator
from wavetank.history import Event
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunSpec, simulate

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SEED = 1


def run_lengths(longest: timedelta) -> list[timedelta]:
    """An hour, a day and the longest, in this order, each once and none above the longest."""
    return [*(length for length in (HOUR, DAY) if length < longest), longest]


class SimulatorBench:
    """One simulator for runs without faults; histories go to `folder`, `stack` stops it."""

    def __init__(self, pipeline: Pipeline, folder: Path, stack: ExitStack) -> None:
        self._pipeline = pipeline
        self._folder = folder
        self._stack = stack
        self._opened: Simulator | None = None
        self._runs = 0

    @contextmanager
    def booted(self) -> Iterator[RunFunction]:
        """Starts the simulator, which runs until `stack` ends."""
        self._opened = self._stack.enter_context(simulator())
        self._stack.enter_context(self._opened.captures_output())
        self._pipeline.deploy(self._opened.aws, WallClock())
        self._opened.take_baseline()
        yield self.simulate

    def simulate(self, length: timedelta, observe: Callable[[Event], None]) -> None:
        """A run without faults; see `benchmarks.tick.RunFunction`."""
        self._runs += 1
        scenario = Scenario(name="bench", description="A calm run.", horizon=length)
        history = self._folder / f"{self._runs}.jsonl"
        simulate(
            self._simulator, self._pipeline, RunSpec(scenario=scenario, seed=SEED), history, observe
        )
        history.unlink()

    def floor(self) -> Callable[[], None]:
        """The three AWS calls of a tick alone, with credentials as long as a function's."""
        aws = self._simulator.aws
        functions = aws.awslambda.list_functions()["Functions"]
        return floor_calls(role_clients(aws, functions[0]["Role"]))

    @property
    def _simulator(self) -> Simulator:
        assert self._opened is not None  # `booted` comes first
        return self._opened
