"""A simulator with a pipeline deployed in it, and a run in it with its progress."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from wavetank.core.clock import WallClock
from wavetank.core.reporter import Activity, Reporter
from wavetank.core.text import span
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.startup import simulator
from wavetank.history import Event
from wavetank.simulation.runner import RunResult, RunSpec, simulate
from wavetank.simulation.topology import substituted_runtimes

SECOND = timedelta(seconds=1)


@contextmanager
def deployed_simulator(pipeline: Pipeline, reporter: Reporter) -> Iterator[Simulator]:
    """A simulator with the pipeline in it, at its baseline; LocalStack's log is switched off.

    Raises:
        UsageError: a part of the pipeline is invalid.
        InfrastructureError: it could not be deployed.
    """
    logging.disable(logging.CRITICAL)
    with simulator() as made, made.captures_output():
        with reporter.waiting("deploying to LocalStack in this process"):
            pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
        for text in substituted_runtimes(made.aws):
            reporter.note(text)
        yield made


def play_with_progress(
    made: Simulator,
    pipeline: Pipeline,
    spec: RunSpec,
    history: Path,
    reporter: Reporter,
    observe: Callable[[Event], None] = lambda _: None,
) -> RunResult:
    """As `play`, and shows how much of the virtual time has passed; `observe` gets each event."""
    seconds = spec.scenario.horizon / SECOND
    with reporter.counting("virtual time", seconds, span) as activity:
        shows = _shows(activity, spec)

        def take(event: Event) -> None:
            observe(event)
            shows(event)

        return simulate(made, pipeline, spec, history, take)


def _shows(activity: Activity, spec: RunSpec) -> Callable[[Event], None]:
    """Updates the progress at most once for each second of virtual time."""
    latest = spec.start
    end = spec.start + spec.scenario.horizon

    def show(event: Event) -> None:
        nonlocal latest
        if event.at > latest:
            latest = event.at
            activity.update(done=(min(latest, end) - spec.start) / SECOND)

    return show
