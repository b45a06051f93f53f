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

READERS = ("alerts@example.com", "reader@example.com")
"""Of the alerts: two, so that one can be unconfirmed while the other is told."""


@contextmanager
def deployed_tank(pipeline: Pipeline, output: Output) -> Iterator[Tank]:
    """A tank with the pipeline in it, at its baseline; what LocalStack and handlers log is left out.

    Raises:
        UsageError: something of the pipeline cannot be used.
        InfrastructureError: it could not be deployed.
    """
    logging.disable(logging.CRITICAL)
    with output.waiting("starting LocalStack in this process, and deploying") as status, tank() as made:
        pipeline.deploy(made.aws, WallClock())
        made.take_baseline()
        status.stop()
        yield made


def play_with_progress(
    made: Tank, pipeline: Pipeline, story: Story, history: Path | None, output: Output
) -> Played:
    """Plays it; on a terminal a bar shows how much of the virtual time has passed."""
    if not output.progress.is_terminal:
        return play(made, pipeline, story, history)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=output.progress, transient=True) as progress:
        return play(made, pipeline, story, history, watch=_moves(progress, story))


def _moves(progress: Progress, story: Story) -> Callable[[Event], None]:
    task = progress.add_task("virtual time", total=story.scenario.horizon / SECOND)

    def move(event: Event) -> None:
        progress.update(task, completed=(event.at - story.start) / SECOND)

    return move


SECOND = timedelta(seconds=1)
