"""`replay`: repeat a saved run and compare the histories, or only check its invariants again."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from wavetank.cli.compare import show
from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.pipelines import choice_of
from wavetank.cli.report_files import write_report
from wavetank.cli.run import save, shelf
from wavetank.cli.simulator import deployed_simulator, play_with_progress
from wavetank.core.command_process import SUPERVISION
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, NonDeterminismError
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.history import RunBegan, first_difference, read_history
from wavetank.reporting.comparison import ToldRun, compare_runs, read_told
from wavetank.scenario.run_store import SavedRun
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.simulation.runner import RunSpec, evaluate, invariant_suite


def replay(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a saved run, or its folder.")
    ],
    *,
    judge: Annotated[
        bool,
        typer.Option("--check", help="Check the invariants of the saved history; runs nothing."),
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Repeat a saved run: the same seed, scenario and code give the same history.

    A run of a live engine is repeated in the simulator, with the same steps, and both are compared.
    """
    output = Output(as_json=as_json)
    told = read_told(shelf().find(run))
    pipeline, story = _pipeline(told), _story(told)
    if judge:
        raise typer.Exit(_judge(told, pipeline, story, output))
    SUPERVISION.begin(f"{story.scenario.name} with seed {story.seed}")
    if told.summary.engine is not EngineName.SIMULATOR:
        raise typer.Exit(_tell_in_the_simulator(told, pipeline, story, output))
    raise typer.Exit(_play(told.saved, pipeline, story, output))


def _pipeline(told: ToldRun) -> Pipeline:
    """What it was played on; of one that a live engine told, with the addresses that it had."""
    pipeline = choice_of(told.summary.pipeline).pipeline()
    if told.by_hand and isinstance(pipeline, TickerPipeline):
        (addresses,) = told.began.confirmed.values()
        return replace(pipeline, addresses=addresses)
    return pipeline


def _story(told: ToldRun) -> RunSpec:
    """What was played; told by hand again from the instant and the table that it began with."""
    story = RunSpec(scenario=told.scenario(), seed=told.summary.seed)
    if not told.by_hand:
        return story
    return replace(story, start=told.began.at, initial_table=told.table)


def _judge(told: ToldRun, pipeline: Pipeline, story: RunSpec, output: Output) -> ExitCode:
    judges = invariant_suite(pipeline, story.scenario)
    with output.waiting("judging"):
        for event in read_history(told.saved.history):
            judges.observe(event)
    engine = told.summary.engine if told.by_hand else None
    findings, code = evaluate(story.scenario, judges, engine)
    output.findings(findings)
    return code


def _tell_in_the_simulator(
    told: ToldRun, pipeline: Pipeline, story: RunSpec, output: Output
) -> ExitCode:
    """The same story from the same prices, as a run of its own; says where the two differ."""
    text = scenario_to_toml(story.scenario)
    with deployed_simulator(pipeline, output) as made:
        saved = shelf().new(f"{story.scenario.name}-{EngineName.SIMULATOR}", story.seed, text)
        played = play_with_progress(made, pipeline, story, saved.history, output)
    save(saved, story, pipeline, played)
    code = show(compare_runs(told, read_told(saved)), output)
    write_report(saved, output)
    return code


def _play(saved: SavedRun, pipeline: Pipeline, story: RunSpec, output: Output) -> ExitCode:
    """Plays it into a file that is thrown away, and compares.

    Raises:
        NonDeterminismError: the histories differ, though nothing that decides them does.
    """
    with (
        TemporaryDirectory(prefix="wavetank-replay-") as folder,
        deployed_simulator(pipeline, output) as made,
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
        output.say("the same history, byte for byte")
    elif changed := _changed(before, after):
        output.say(
            f"a different history, since {changed} changed; the first difference is on {difference}"
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
