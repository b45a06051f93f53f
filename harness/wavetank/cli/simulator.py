"""What the commands share that play stories in the simulator: a pipeline deployed, and progress."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from wavetank.cli.output import Output
from wavetank.cli.progress import Activity
from wavetank.core.clock import WallClock
from wavetank.core.text import span
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator, simulator
from wavetank.history import Event
from wavetank.simulation.runner import RunResult, RunSpec, simulate

SECOND = timedelta(seconds=1)


@contextmanager
def deployed_simulator(pipeline: Pipeline, output: Output) -> Iterator[Simulator]:
    """A simulator with the pipeline in it, at its baseline. What LocalStack logs is left out.

    Raises:
        UsageError: something of the pipeline cannot be used.
        InfrastructureError: it could not be deployed.
    """
    logging.disable(logging.CRITICAL)
    with simulator() as made, made.takes_output():
        with output.waiting("deploying to LocalStack in this process"):
            pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
        yield made


def play_with_progress(
    made: Simulator,
    pipeline: Pipeline,
    story: RunSpec,
    history: Path,
    output: Output,
    observe: Callable[[Event], None] = lambda _: None,
) -> RunResult:
    """Plays it; how much of the virtual time has passed is shown meanwhile."""
    seconds = story.scenario.horizon / SECOND
    with output.counting("virtual time", seconds, span) as activity:
        shows = _shows(activity, story)

        def take(event: Event) -> None:
            observe(event)
            shows(event)

        return simulate(made, pipeline, story, history, take)


def _shows(activity: Activity, story: RunSpec) -> Callable[[Event], None]:
    """What moves the bar: at most once for each second of virtual time."""
    latest = story.start
    end = story.start + story.scenario.horizon

    def show(event: Event) -> None:
        nonlocal latest
        if event.at > latest:
            latest = event.at
            activity.update(done=(min(latest, end) - story.start) / SECOND)

    return show
