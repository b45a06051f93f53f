"""`replay`: repeat a saved run and compare the histories, or only check its invariants again."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from wavetank.cli.options import DebugOption, JsonOption
from wavetank.cli.output import Output
from wavetank.cli.output.comparison import show_comparison
from wavetank.cli.output.report_files import write_report
from wavetank.cli.output.stopped_run import show_stopped
from wavetank.core.command_process import SUPERVISION
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.text import pluralize
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.history.lookup import NumberedEvent, find_event, find_event_in_handler
from wavetank.reporting.comparison import LoadedRun, compare_runs, load_run
from wavetank.reporting.replay import (
    attempt_of_error,
    check_again,
    describe_difference,
    describe_earlier_difference,
    saved_pipeline,
    saved_spec,
)
from wavetank.scenario.run_store import SavedRun, project_runs
from wavetank.simulation.deployed_simulator import deployed_simulator, play_with_progress
from wavetank.simulation.event_stop import EventStop
from wavetank.simulation.handler_debugger import HandlerDebugger, RunStopped
from wavetank.simulation.run_saving import simulate_and_save
from wavetank.simulation.runner import RunResult, RunSpec, simulate

TEMPORARY = "wavetank-replay-"


def replay(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="The name of a saved run, or its folder.")
    ],
    *,
    checking: Annotated[
        bool,
        typer.Option("--check", help="Check the invariants of the saved history; runs nothing."),
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(
            "--until",
            metavar="EVENT",
            help="Stop at this event, and show the state then: the number of a line of "
            "history.jsonl, or the id of a request or its beginning, for its first attempt.",
        ),
    ] = None,
    debugging: Annotated[
        bool,
        typer.Option(
            "--pdb", help="With --until: open Python's debugger in the handler at that event."
        ),
    ] = False,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Repeat a saved run: the same seed, scenario and code give the same history.

    A run on a live engine is repeated in the simulator with the same steps, and compared.
    """
    _refuse_contradictions(until, checking=checking, debugging=debugging, as_json=as_json)
    output = Output(as_json=as_json)
    loaded = load_run(project_runs().find(run))
    pipeline, spec = saved_pipeline(loaded), saved_spec(loaded)
    if checking:
        with output.waiting("checking"):
            findings, code = check_again(loaded, pipeline, spec)
        output.findings(findings)
        raise typer.Exit(code)
    target = None if until is None else _target(loaded, until, debugging=debugging)
    SUPERVISION.begin(f"{spec.scenario.name} with seed {spec.seed}")
    if target is not None:
        stop = _StoppedReplay(loaded.saved, pipeline, spec, target, output)
        raise typer.Exit(stop.debug() if debugging else stop.show())
    if loaded.summary.engine is not EngineName.SIMULATOR:
        raise typer.Exit(_compare_with_simulator(loaded, pipeline, spec, output))
    raise typer.Exit(_repeat(loaded.saved, pipeline, spec, output))


def _refuse_contradictions(
    until: str | None, *, checking: bool, debugging: bool, as_json: bool
) -> None:
    if until is None and debugging:
        raise UsageError("--until EVENT for --pdb", "none", "name the event to stop at")
    if until is not None and checking:
        raise UsageError("--until or --check", "both", "leave one out")
    if debugging and as_json:
        raise UsageError("--pdb or --json", "both", "leave one out: a debugger is for people")


def _target(loaded: LoadedRun, until: str, *, debugging: bool) -> NumberedEvent:
    if loaded.summary.engine is not EngineName.SIMULATOR:
        raise UsageError(
            "a run of the simulator for --until",
            f"{loaded.saved.folder.name}, a run on {loaded.summary.engine}",
            "replay it without --until, and then the run that this saves",
        )
    find = find_event_in_handler if debugging else find_event
    return find(loaded.saved.history, until)


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


@dataclass(frozen=True)
class _StoppedReplay:
    """A replay until an event of the saved run."""

    saved: SavedRun
    pipeline: Pipeline
    spec: RunSpec
    target: NumberedEvent
    output: Output

    def show(self) -> ExitCode:
        """Stops at the event, and shows the state."""
        with TemporaryDirectory(prefix=TEMPORARY) as folder, self._simulator() as made:
            again = Path(folder) / "history.jsonl"
            stop = EventStop(made, self.target.number)
            with self.output.waiting("replaying"):
                result = self._simulate(made, again, stop)
            if result is not None:
                raise self._never_reached(stop)
            show_stopped(stop.stopped(), self.output)
            self._say_difference(again, stop)
        return ExitCode.VALID

    def debug(self) -> ExitCode:
        """Opens the debugger at the event; the replay ends with it, or goes on to its end."""
        with TemporaryDirectory(prefix=TEMPORARY) as folder, self._simulator() as made:
            again = Path(folder) / "history.jsonl"
            debugger = made.caller = HandlerDebugger(made.release_output)
            error_began = attempt_of_error(self.saved.history, self.target)
            stop = EventStop(made, self.target.number, debugger, error_began)
            self.output.note(f"replaying until event {self.target}; q ends it, c goes on")
            result = self._simulate(made, again, stop)
            if not debugger.has_opened:
                raise self._never_reached(stop)
            self._say_difference(again, stop)
            if result is None:
                self.output.say(f"ended at event {stop.last}")
                return ExitCode.VALID
            self.output.findings(result.findings)
            return result.exit_code

    def _simulator(self) -> AbstractContextManager[Simulator]:
        return deployed_simulator(self.pipeline, self.output)

    def _simulate(self, made: Simulator, again: Path, stop: EventStop) -> RunResult | None:
        """The result of the run, None if it stopped before its end."""
        try:
            return simulate(made, self.pipeline, self.spec, again, stop.observe)
        except RunStopped:
            return None

    def _say_difference(self, again: Path, stop: EventStop) -> None:
        assert stop.last is not None  # a run begins with an event
        text = describe_earlier_difference(self.saved.history, again, stop.last.number)
        if text:
            self.output.say(text)

    def _never_reached(self, stop: EventStop) -> UsageError:
        """The error if the code has changed, so that the replay has other events."""
        assert stop.last is not None  # as above
        count = pluralize(stop.last.number, "event")
        return UsageError(
            f"event {self.target} in the replay",
            f"event {stop.last}, in no handler" if stop.is_reached else f"a run of {count}",
            "run the scenario again, and choose an event of that run",
        )


def _repeat(saved: SavedRun, pipeline: Pipeline, spec: RunSpec, output: Output) -> ExitCode:
    """Simulates the run into a temporary file, and compares the histories."""
    with (
        TemporaryDirectory(prefix=TEMPORARY) as folder,
        deployed_simulator(pipeline, output) as made,
    ):
        again = Path(folder) / "history.jsonl"
        result = play_with_progress(made, pipeline, spec, again, output)
        output.findings(result.findings)
        output.say(describe_difference(saved.history, again))
    output.emit("replayed", digest=result.digest, exit_code=result.exit_code)
    return result.exit_code
