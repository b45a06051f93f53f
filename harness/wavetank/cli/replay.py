"""`replay`: repeat a saved run and compare the histories, or only check its invariants again."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.output.comparison import show_comparison
from wavetank.cli.output.report_files import write_report
from wavetank.core.command_process import SUPERVISION
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.reporting.comparison import LoadedRun, compare_runs, load_run
from wavetank.reporting.replay import (
    check_again,
    describe_difference,
    saved_pipeline,
    saved_spec,
)
from wavetank.scenario.run_store import SavedRun, project_runs
from wavetank.simulation.deployed_simulator import deployed_simulator, play_with_progress
from wavetank.simulation.run_saving import simulate_and_save
from wavetank.simulation.runner import RunSpec


def replay(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a saved run, or its folder.")
    ],
    *,
    checking: Annotated[
        bool,
        typer.Option("--check", help="Check the invariants of the saved history; runs nothing."),
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Repeat a saved run: the same seed, scenario and code give the same history.

    A run on a live engine is repeated in the simulator with the same steps, and compared.
    """
    output = Output(as_json=as_json)
    loaded = load_run(project_runs().find(run))
    pipeline, spec = saved_pipeline(loaded), saved_spec(loaded)
    if checking:
        with output.waiting("checking"):
            findings, code = check_again(loaded, pipeline, spec)
        output.findings(findings)
        raise typer.Exit(code)
    SUPERVISION.begin(f"{spec.scenario.name} with seed {spec.seed}")
    if loaded.summary.engine is not EngineName.SIMULATOR:
        raise typer.Exit(_compare_with_simulator(loaded, pipeline, spec, output))
    raise typer.Exit(_repeat(loaded.saved, pipeline, spec, output))


def _compare_with_simulator(
    loaded: LoadedRun, pipeline: Pipeline, spec: RunSpec, output: Output
) -> ExitCode:
    """Simulates a live engine's run as a run of its own, and shows where the two differ."""
    name = f"{spec.scenario.name}-{EngineName.SIMULATOR}"
    project_runs().require_writable()
    with deployed_simulator(pipeline, output) as made:
        saved, _ = simulate_and_save(made, pipeline, spec, output, name=name)
    code = show_comparison(compare_runs(loaded, load_run(saved)), output)
    write_report(saved, output)
    return code


def _repeat(saved: SavedRun, pipeline: Pipeline, spec: RunSpec, output: Output) -> ExitCode:
    """Simulates the run into a temporary file, and compares the histories."""
    with (
        TemporaryDirectory(prefix="wavetank-replay-") as folder,
        deployed_simulator(pipeline, output) as made,
    ):
        again = Path(folder) / "history.jsonl"
        result = play_with_progress(made, pipeline, spec, again, output)
        output.findings(result.findings)
        output.say(describe_difference(saved.history, again))
    output.emit("replayed", digest=result.digest, exit_code=result.exit_code)
    return result.exit_code
