"""`run`: one scenario in the simulator, in virtual time, or step by step on a live engine."""

import secrets
from typing import Annotated

import typer

from wavetank.campaign.reproduction import replay_command
from wavetank.cli.live_run import AccountOption, EngineChoice, EngineOption, ProfileOption, run_live
from wavetank.cli.options import (
    CodeOption,
    DebugOption,
    DurationOption,
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
from wavetank.cli.output.ci_files import CiRun, JunitOption
from wavetank.cli.output.report_files import write_report
from wavetank.cli.output.run_result import announce, show_result
from wavetank.cli.pipeline_options import selecting_options
from wavetank.cli.targets import YesOption
from wavetank.configuration.project import project_configuration
from wavetank.core.command_process import SUPERVISION
from wavetank.core.durations import duration_option, duration_text
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode
from wavetank.core.naming import DEFAULT_NAME, DEFAULT_PREFIX, DEFAULT_STREAM_CASE
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.live.live_run import refuse_other_pipelines
from wavetank.scenario.loader import load_scenario, project_scenarios, with_horizon
from wavetank.scenario.run_store import project_runs
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.supported_faults import check_supported
from wavetank.simulation.deployed_simulator import deployed_simulator
from wavetank.simulation.run_saving import attest_run, simulate_and_save
from wavetank.simulation.runner import RunSpec, invariant_suite

SEEDS = 2**31
"""How many seeds a run chooses from if none is given: short enough to be typed again."""

SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        min=0,
        max=SEED_MAX,
        help="Seed of all random choices. Default: the scenario's, or a new one.",
    ),
]


def run(
    scenario: Annotated[
        str,
        typer.Argument(metavar="SCENARIO", help="Name of a file in scenarios/, or a .toml file."),
    ],
    *,
    seed: SeedOption = None,
    duration: DurationOption = None,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
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
    junit: JunitOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Run a scenario: inject its faults, revert them, and check the invariants.

    In the simulator an hour takes a second; calls and handlers take the time that [durations] of
    the scenario says, or what is usual on AWS. With --engine embedded, docker or aws the scenario
    runs on the pipeline that is deployed there, in wall time, with its schedule disabled meanwhile.
    There the scenario is shortened to a few ticks; it still takes minutes, because Lambda waits
    between attempts. Runs the project's pipeline (wavetank.toml), else the ticker.
    """
    output = Output(as_json=as_json)
    spec = _spec(scenario, seed, duration)
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
    where = EngineChoice(
        engine=engine, endpoint=endpoint, profile=profile, account=account, yes=yes
    )
    choice = choice.in_project(project_configuration())
    if engine is not EngineName.SIMULATOR:
        refuse_other_pipelines(choice)
    pipeline = choice.pipeline()
    invariant_suite(pipeline, spec.scenario)
    lasts = {} if duration is None else {"--duration": duration}
    options = {**lasts, **where.options, **selecting_options(pipeline)}
    ci = CiRun(junit, replay_command(scenario, spec.seed, options))
    if engine is not EngineName.SIMULATOR:
        raise typer.Exit(run_live(where, pipeline, spec, output, ci))
    raise typer.Exit(_simulate(pipeline, spec, output, ci))


def _simulate(pipeline: Pipeline, spec: RunSpec, output: Output, ci: CiRun) -> ExitCode:
    check_supported(spec.scenario, EngineName.SIMULATOR)
    SUPERVISION.begin(f"{spec.scenario.name} with seed {spec.seed}")
    project_runs().require_writable()
    with deployed_simulator(pipeline, output) as made:
        fingerprint = pipeline.fingerprint(made.aws)
        announce(spec, f"{duration_text(spec.scenario.horizon)} of virtual time", output)
        saved, result = simulate_and_save(made, pipeline, spec, output)
        show_result(result, saved, output)
        ci.write(spec, result, output)
        write_report(saved, output)
        attest_run(fingerprint, spec, result, output)
    return result.exit_code


def _spec(name: str, seed: int | None, duration: str | None) -> RunSpec:
    scenario = load_scenario(name, project_scenarios())
    if duration is not None:
        scenario = with_horizon(scenario, duration_option(duration))
    chosen = seed if seed is not None else scenario.seed
    return RunSpec(scenario=scenario, seed=secrets.randbelow(SEEDS) if chosen is None else chosen)
