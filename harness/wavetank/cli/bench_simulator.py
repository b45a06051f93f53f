"""The parts of `bench` that measure the simulator: boot, a tick and its floor, runs, campaigns."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.table import Table

from wavetank.aws.clients import role_clients
from wavetank.bench.campaign import measure_campaign
from wavetank.bench.floor import floor_calls
from wavetank.bench.tick import (
    Play,
    RunCost,
    measure_boot,
    measure_runs,
    measure_tick,
)
from wavetank.campaign.worker_context import SimulatorStage
from wavetank.cli.output import Output
from wavetank.cli.pipelines import PipelineChoice
from wavetank.core.clock import MachineClock, WallClock
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator, simulator
from wavetank.history import Event
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunSpec, simulate

HOUR = timedelta(hours=1)
TICKS = 600
SEED = 1
WORKERS = (1, 2)


def show_simulator(output: Output, days: int) -> None:
    """Boot, tick and floor, and runs from an hour to so many virtual days, in this process."""
    clock = MachineClock()
    logging.disable(logging.CRITICAL)
    with TemporaryDirectory(prefix="wavetank-bench-") as folder, ExitStack() as stack:
        bench = _SimulatorBench(PipelineChoice().pipeline(), Path(folder), stack)
        with output.waiting("booting a simulator"):
            boot = measure_boot(bench.booted, clock)
        output.emit("boot", seconds=boot)
        output.say(f"from nothing to the end of the first tick: {boot:.1f} s")
        with output.waiting(f"a tick, {TICKS} times"):
            cost = measure_tick(bench.play, bench.floor(), TICKS, clock)
        output.emit("tick", **asdict(cost), ratio=cost.ratio)
        output.say(
            f"a tick {cost.tick_ms:.2f} ms, its three calls alone {cost.floor_ms:.2f} ms, "
            f"ratio {cost.ratio:.2f}"
        )
        with output.waiting("runs of virtual hours and days"):
            runs = list(measure_runs(bench.play, _lengths(days), clock))
    for run in runs:
        output.emit("run_cost", **asdict(run))
    output.show(_runs_table(runs))


def show_campaigns(output: Output, runs: int) -> None:
    """So many runs of an hour each, by one worker and by two."""
    stage = SimulatorStage(PipelineChoice().pipeline())
    for workers in WORKERS:
        with output.waiting(f"{runs} runs of an hour, by {workers}"):
            cost = measure_campaign(stage, runs, HOUR, workers, WallClock())
        output.emit("campaign_cost", **asdict(cost), runs_per_minute=cost.runs_per_minute)
        output.say(
            f"{cost.runs} runs of an hour by {cost.workers}: {cost.seconds:.0f} s, "
            f"{cost.runs_per_minute:.0f} a minute"
        )


def _lengths(days: int) -> list[timedelta]:
    return [HOUR, *dict.fromkeys(timedelta(days=count) for count in (1, days) if 0 < count <= days)]


class _SimulatorBench:
    """One simulator, which plays calm runs with their histories in the folder; `stack` ends it."""

    def __init__(self, pipeline: Pipeline, folder: Path, stack: ExitStack) -> None:
        self._pipeline = pipeline
        self._folder = folder
        self._stack = stack
        self._opened: Simulator | None = None
        self._runs = 0

    @contextmanager
    def booted(self) -> Iterator[Play]:
        """Opens the simulator, which stays open."""
        self._opened = self._stack.enter_context(simulator())
        self._pipeline.deploy(self._opened.aws, WallClock())
        self._opened.take_baseline()
        yield self.play

    def play(self, length: timedelta, observe: Callable[[Event], None]) -> None:
        """A calm run; see `wavetank.bench.tick.Play`."""
        self._runs += 1
        scenario = Scenario(name="bench", description="A calm run.", horizon=length)
        history = self._folder / f"{self._runs}.jsonl"
        simulate(
            self._simulator, self._pipeline, RunSpec(scenario=scenario, seed=SEED), history, observe
        )
        history.unlink()

    def floor(self) -> Callable[[], None]:
        """The floor's calls, with credentials as long as a function's."""
        aws = self._simulator.aws
        functions = aws.awslambda.list_functions()["Functions"]
        return floor_calls(role_clients(aws, functions[0]["Role"]))

    @property
    def _simulator(self) -> Simulator:
        assert self._opened is not None  # it is booted first
        return self._opened


def _runs_table(runs: list[RunCost]) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("a run, with its verdicts")
    for title in ("ticks", "took", "first ticks", "last ticks", "memory"):
        table.add_column(title, justify="right")
    for run in runs:
        table.add_row(
            f"{run.virtual_hours:g} virtual hours",
            f"{run.ticks:,}",
            f"{run.seconds:.1f} s",
            f"{run.first_ms:.2f} ms",
            f"{run.last_ms:.2f} ms",
            f"{run.resident_mb:.0f} MB",
        )
    return table
