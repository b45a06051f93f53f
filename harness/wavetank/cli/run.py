"""`run`: one scenario in the simulator, in virtual time, or step by step on a live engine."""

import platform
import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import metadata
from typing import Annotated

import typer

from wavetank.cli.attestations import attest_run, played_fingerprint
from wavetank.cli.live_run import (
    AccountOption,
    EngineOption,
    LiveRun,
    ProfileOption,
    Where,
    open_live,
)
from wavetank.cli.options import (
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
    CodeOption,
    DebugOption,
    EndpointOption,
    FormatOption,
    HandlerOption,
    JsonOption,
    NameOption,
    OverridesOption,
    PrefixOption,
    StorageOption,
    StreamCaseOption,
    SurnameOption,
    TemplateOption,
)
from wavetank.cli.output import Output
from wavetank.cli.pipelines import PipelineChoice
from wavetank.cli.report_files import short, write_report
from wavetank.cli.session import Stopped
from wavetank.cli.simulator import deployed_simulator, play_with_progress
from wavetank.cli.targets import YesOption
from wavetank.core.command_process import SUPERVISION
from wavetank.core.durations import YEAR, duration_text
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.settings import read_settings
from wavetank.core.text import counted
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.serialization import describe
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.model import Scenario
from wavetank.scenario.run_store import RunStore, RunSummary, SavedRun
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.scenario.supported_faults import check_supported
from wavetank.simulation.runner import RunResult, RunSpec, invariant_suite

SEEDS = 2**31
"""Of so many, one is chosen where nobody named one: short enough to be typed again."""

SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        min=0,
        max=SEED_MAX,
        help="The seed of all chance in the run. Default: the scenario's, or a new one.",
    ),
]


def run(
    scenario: Annotated[
        str, typer.Argument(metavar="SCENARIO", help="One of scenarios/ by name, or a .toml file.")
    ],
    *,
    seed: SeedOption = None,
    hours: Annotated[
        float | None,
        typer.Option("--hours", metavar="H", help="How long, in place of the scenario's hours."),
    ] = None,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    record_format: FormatOption = "ndjson",
    engine: EngineOption = EngineName.SIMULATOR,
    endpoint: EndpointOption = None,
    profile: ProfileOption = None,
    account: AccountOption = None,
    yes: YesOption = False,
    handler: HandlerOption = None,
    storage: StorageOption = None,
    template: TemplateOption = None,
    code: CodeOption = None,
    overrides: OverridesOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Run a scenario: inject its faults, revert them, and check the invariants.

    In the simulator an hour takes a second. With --engine embedded, docker or aws the scenario runs
    on the pipeline that is deployed there, in wall time, with its schedule disabled meanwhile: an
    hour is shortened to a few ticks, and takes the minutes that Lambda waits between attempts.
    """
    output = Output(as_json=as_json)
    story = _story(scenario, seed, hours)
    choice = PipelineChoice(
        name=name,
        surname=surname,
        prefix=prefix,
        stream_name_case=stream_name_case,
        record_format=record_format,
        handler=handler,
        storage=storage,
        template=template,
        code=code,
        overrides=overrides,
    )
    where = Where(engine=engine, endpoint=endpoint, profile=profile, account=account, yes=yes)
    pipeline = choice.pipeline()
    invariant_suite(pipeline, story.scenario)
    if engine is not EngineName.SIMULATOR:
        raise typer.Exit(
            play_live_and_tell(open_live(where, choice, story.scenario, output), story, output)
        )
    check_supported(story.scenario, EngineName.SIMULATOR)
    SUPERVISION.begin(f"{story.scenario.name} with seed {story.seed}")
    with deployed_simulator(pipeline, output) as made:
        ending = play_and_tell(made, pipeline, story, output)
    raise typer.Exit(ending)


def play_and_tell(made: Simulator, pipeline: Pipeline, story: RunSpec, output: Output) -> ExitCode:
    """Plays the story, saves it, and says what came of it."""
    saved = shelf().new(story.scenario.name, story.seed, scenario_to_toml(story.scenario))
    fingerprint = played_fingerprint(made, pipeline)
    _announce(story, f"{duration_text(story.scenario.horizon)} of virtual time", output)
    try:
        played = play_with_progress(made, pipeline, story, saved.history, output)
    except KeyboardInterrupt:
        output.say(f"stopped; the history until then is in {saved.history}")
        raise
    save(saved, story, pipeline, played)
    tell(played, saved, output)
    write_report(saved, output)
    attest_run(fingerprint, story, played, output)
    return played.exit_code


def play_live_and_tell(live: LiveRun, story: RunSpec, output: Output) -> ExitCode:
    """Plays the story on a live engine, saves it, and says what came of it."""
    engine, scenario = live.place.engine, story.scenario
    _announce(story, "in wall time", output)
    live.confirm(scenario, output)
    name = f"{scenario.name}-{engine}"
    saved = shelf().new(name, story.seed, scenario_to_toml(scenario))
    try:
        played = live.play(story, saved.history, output)
    except Stopped:
        output.say(
            f"stopped, and all changes are reverted; the history until then is in {saved.history}"
        )
        return ExitCode.INTERRUPTED
    save(saved, story, live.pipeline, played, engine, live.versions)
    tell(played, saved, output)
    write_report(saved, output)
    return played.exit_code


def shelf() -> RunStore:
    """Where runs are saved."""
    return RunStore(read_settings().state_folder / "runs")


def _story(name: str, seed: int | None, hours: float | None) -> RunSpec:
    scenario = load_scenario(name, read_settings().project_folder / "scenarios")
    if hours is not None:
        scenario = _lasting(scenario, hours)
    chosen = seed if seed is not None else scenario.seed
    return RunSpec(scenario=scenario, seed=secrets.randbelow(SEEDS) if chosen is None else chosen)


def _lasting(scenario: Scenario, hours: float) -> Scenario:
    """The scenario for so long, which must be long enough for its faults.

    Raises:
        UsageError: it is not, or longer than a year.
    """
    found = f"--hours {hours:g}"
    if not 0 < hours <= YEAR / timedelta(hours=1):
        raise UsageError("a horizon above zero and up to a year", found, "correct --hours")
    horizon = timedelta(seconds=round(hours * 3600))
    for fault in scenario.plan.beyond(horizon):
        expected = f"every fault reverted within the horizon of {duration_text(horizon)}"
        action = f"give --hours of at least {fault.reverted_after / timedelta(hours=1):g}"
        raise UsageError(expected, f"{describe(fault)}, with {found}", action)
    return replace(scenario, horizon=horizon)


def _announce(story: RunSpec, how: str, output: Output) -> None:
    scenario = story.scenario
    output.emit("story", scenario=scenario.name, seed=story.seed, horizon=scenario.horizon)
    output.say(f"{scenario.name}: {scenario.description}")
    output.say(f"{how}, seed {story.seed}; faults: {_faults(scenario)}")


def _faults(scenario: Scenario) -> str:
    return "".join(f"\n  {describe(fault)}" for fault in scenario.plan.faults) or "none"


def save(
    saved: SavedRun,
    story: RunSpec,
    pipeline: Pipeline,
    played: RunResult,
    engine: EngineName = EngineName.SIMULATOR,
    versions: Mapping[str, str] | None = None,
) -> None:
    """Saves the run's summary beside its history; `versions` are the simulator's by default."""
    saved.finish(
        RunSummary(
            scenario=story.scenario.name,
            seed=story.seed,
            digest=played.digest,
            pipeline=pipeline.options(),
            version=metadata.version("wavetank"),
            findings=played.findings,
            engine=engine,
            versions=simulator_versions() if versions is None else versions,
        )
    )


def simulator_versions() -> dict[str, str]:
    """Of what plays in the simulator."""
    return {
        "localstack": metadata.version("localstack-core"),
        "botocore": metadata.version("botocore"),
        "python": platform.python_version(),
    }


def tell(played: RunResult, saved: SavedRun, output: Output) -> None:
    """The verdicts, where the run is saved, and how to see it again."""
    output.findings(played.findings)
    folder = short(saved.folder)
    output.say(f"{counted(played.events, 'event')} in {folder}, digest {played.digest[:12]}")
    output.command("the same again", f"./wavetank replay {saved.folder.name}")
    output.emit(
        "played", folder=str(saved.folder), digest=played.digest, exit_code=played.exit_code
    )
