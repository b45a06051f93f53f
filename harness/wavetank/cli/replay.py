"""`replay` plays a saved run again, which must come out the same, or judges its history again."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.pipelines import choice_of
from wavetank.cli.run import shelf
from wavetank.cli.tank import deployed_tank, play_with_progress
from wavetank.driver.play import Story, judges_of
from wavetank.errors import ExitCode, NonDeterminismError
from wavetank.history import RunBegan, first_difference, read_history
from wavetank.pipelines.pipeline import Pipeline
from wavetank.runs import RunSummary, SavedRun
from wavetank.scenario.expectation import as_expected
from wavetank.scenario.shelf import load_scenario
from wavetank.verdicts import exit_code


def replay(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a saved run, or its folder.")
    ],
    *,
    judge: Annotated[
        bool, typer.Option("--judge", help="Only judge the saved history again; plays nothing.")
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Play a saved run again: the same seed, scenario and code give the same history."""
    output = Output(as_json=as_json)
    saved = shelf().find(run)
    summary = saved.summary()
    pipeline = choice_of(summary.pipeline).pipeline()
    story = _story(saved, summary)
    code = (
        _judge(saved, pipeline, story, output) if judge else _play(saved, pipeline, story, output)
    )
    raise typer.Exit(code)


def _story(saved: SavedRun, summary: RunSummary) -> Story:
    scenario = load_scenario(str(saved.scenario), saved.folder)
    return Story(scenario=scenario.renamed(summary.scenario), seed=summary.seed)


def _judge(saved: SavedRun, pipeline: Pipeline, story: Story, output: Output) -> ExitCode:
    judges = judges_of(pipeline, story.scenario)
    for event in read_history(saved.history):
        judges.observe(event)
    findings = as_expected(judges.findings(), story.scenario.expectations)
    output.findings(findings)
    return exit_code(findings)


def _play(saved: SavedRun, pipeline: Pipeline, story: Story, output: Output) -> ExitCode:
    """Plays it into a file that is thrown away, and compares.

    Raises:
        NonDeterminismError: the histories differ, though nothing that decides them does.
    """
    with (
        TemporaryDirectory(prefix="wavetank-replay-") as folder,
        deployed_tank(pipeline, output) as made,
    ):
        again = Path(folder) / "history.jsonl"
        played = play_with_progress(made, pipeline, story, again, output)
        output.findings(played.findings)
        _compare(saved.history, again, output)
    output.emit("replayed", digest=played.digest, exit_code=played.exit_code)
    return played.exit_code


def _compare(before: Path, after: Path, output: Output) -> None:
    difference = first_difference(before, after)
    if difference is None:
        output.say("the same history again, to the last byte")
    elif changed := _changed(before, after):
        output.say(
            f"another history, as {changed} changed since; the first difference is on {difference}"
        )
    else:
        raise NonDeterminismError(
            "one seed, one scenario and one code to give one history",
            f"two that part on {difference}",
            "look there for what a handler takes from elsewhere: the machine's time, its entropy, "
            "the order of a set",
        )


def _changed(before: Path, after: Path) -> str:
    """What decides a history and is another now."""
    old, new = (next(read_history(path)) for path in (before, after))
    assert isinstance(old, RunBegan)  # every run's first event
    assert isinstance(new, RunBegan)
    changes = {
        "the code": old.code != new.code,
        "the templates": old.template != new.template,
        "Wavetank": old.version != new.version,
    }
    return ", ".join(what for what, is_other in changes.items() if is_other)
