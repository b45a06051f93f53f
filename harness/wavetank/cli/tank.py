"""What the commands share that play stories in the tank: a pipeline deployed, and progress."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from wavetank.cli.output import Output
from wavetank.clock import WallClock
from wavetank.driver.play import Played, Story, play
from wavetank.engines.tank.engine import Tank, tank
from wavetank.history import Event
from wavetank.pipelines.pipeline import Pipeline

SECOND = timedelta(seconds=1)


@contextmanager
def deployed_tank(pipeline: Pipeline, output: Output) -> Iterator[Tank]:
    """A tank with the pipeline in it, at its baseline. What LocalStack logs is left out.

    Raises:
        UsageError: something of the pipeline cannot be used.
        InfrastructureError: it could not be deployed.
    """
    logging.disable(logging.CRITICAL)
    with tank() as made:
        with output.waiting("deploying to LocalStack in this process"):
            pipeline.deploy(made.aws, WallClock())
            made.take_baseline()
        yield made


def play_with_progress(
    made: Tank, pipeline: Pipeline, story: Story, history: Path, output: Output
) -> Played:
    """Plays it; on a terminal a bar shows how much of the virtual time has passed."""
    if not output.progress.is_terminal:
        return play(made, pipeline, story, history)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=output.progress, transient=True) as progress:
        return play(made, pipeline, story, history, _shows(progress, story))


def _shows(progress: Progress, story: Story) -> Callable[[Event], None]:
    """What moves the bar: at most once for each second of virtual time."""
    task = progress.add_task("virtual time", total=story.scenario.horizon / SECOND)
    latest = story.start

    def show(event: Event) -> None:
        nonlocal latest
        if event.at > latest:
            latest = event.at
            progress.update(task, completed=(latest - story.start) / SECOND)

    return show
