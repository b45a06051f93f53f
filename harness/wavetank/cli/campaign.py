"""`campaign`: many runs in parallel, and the smallest scenario that breaks the same invariant."""

import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from wavetank.campaign.cases import HORIZON_DEFAULT, CampaignCases, choose_cases, one_of_each
from wavetank.campaign.course import Campaign
from wavetank.campaign.ending import Limits, Until, until_option
from wavetank.campaign.regression_seeds import FILE_NAME, remembered_cases, seeds_file
from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.summary import CampaignSummary
from wavetank.campaign.worker_context import SimulatorContext
from wavetank.cli.options import (
    CodeOption,
    DebugOption,
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
from wavetank.cli.output.ci_files import CiCampaignOutput, JunitOption
from wavetank.cli.pipeline_options import selecting_options
from wavetank.configuration.project import project_configuration
from wavetank.core.clock import WallClock
from wavetank.core.durations import duration_option
from wavetank.core.errors import UsageError
from wavetank.core.naming import DEFAULT_NAME, DEFAULT_PREFIX, DEFAULT_STREAM_CASE
from wavetank.core.private_files import not_writable, private_folder
from wavetank.core.settings import read_settings
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.simulation.runner import invariant_suite

RUNS_DEFAULT = 100

RunsOption = Annotated[
    int,
    typer.Option("--runs", metavar="N", min=1, help="How many runs, each with its own seed."),
]
SeedOption = Annotated[
    int | None,
    typer.Option(
        "--seed",
        metavar="N",
        min=0,
        help="The first seed; the others follow it. Default: the scenario's, or a random one.",
    ),
]
DurationOption = Annotated[
    str | None,
    typer.Option(
        "--duration",
        metavar="DURATION",
        help=f"Virtual time of each run, such as 30m or 2d. Default: {HORIZON_DEFAULT}.",
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="SCENARIO",
        help="Run this scenario's faults with each seed. Default: faults generated from the seed.",
    ),
]
DrawFaultsOption = Annotated[
    bool,
    typer.Option(
        "--draw-faults",
        help="With --scenario: faults generated from each seed in place of its own.",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="Worker processes. Default: one per core."),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Run on the Dask cluster with this scheduler, such as tcp://HOST:8786.",
    ),
]
EachFaultOption = Annotated[
    bool,
    typer.Option(
        "--each-fault", help="One run for each kind of fault, to show which invariants it breaks."
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option(
        "--until",
        metavar="covered|failure",
        help="End early: once every fault was tried on all that it can hit, or at the first "
        "failure.",
    ),
]
TimeMaxOption = Annotated[
    str | None,
    typer.Option(
        "--time-max",
        metavar="DURATION",
        help="End after so much real time, such as 1m; --runs limits it too.",
    ),
]
RememberOption = Annotated[
    bool,
    typer.Option("--remember", help=f"Add the shrunk failure to {FILE_NAME}, for --remembered."),
]
RememberedOption = Annotated[
    bool,
    typer.Option(
        "--remembered", help=f"First run the cases of {FILE_NAME}, each of which failed once."
    ),
]


def campaign(
    *,
    runs: RunsOption = RUNS_DEFAULT,
    seed: SeedOption = None,
    duration: DurationOption = None,
    scenario: ScenarioOption = None,
    draws_faults: DrawFaultsOption = False,
    each_fault: EachFaultOption = False,
    until: UntilOption = None,
    time_max: TimeMaxOption = None,
    workers: WorkersOption = None,
    dask: DaskOption = None,
    remembering: RememberOption = False,
    remembered: RememberedOption = False,
    junit: JunitOption = None,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_PREFIX,
    stream_name_case: StreamCaseOption = DEFAULT_STREAM_CASE,
    record_format: FormatOption = "ndjson",
    handler: HandlerOption = None,
    storage: StorageOption = None,
    template: TemplateOption = None,
    code: CodeOption = None,
    overrides: OverridesOption = None,
    as_json: JsonOption = False,
    debug: DebugOption = False,  # noqa: ARG001 - read where errors are shown
) -> None:
    """Run many generated scenarios and shrink the first that breaks an invariant."""
    if dask is not None and workers is not None:
        raise UsageError("--workers or --dask", "both", "leave one out: a cluster has its own")
    option = "--remember" if remembering else "--remembered"
    if (remembering or remembered) and (handler or template) is not None:
        action = f"leave one out: {FILE_NAME} is for the pipeline of this project"
        raise UsageError(f"{option}, or --handler or --template", "both", action)
    if each_fault and draws_faults:
        raise UsageError("--each-fault or --draw-faults", "both", "leave one out")
    limits = _limits(until, time_max)
    chosen = choose_cases(runs, seed, duration, scenario, draws_faults=draws_faults)
    file = seeds_file(option) if remembering or remembered else None
    _require_generated(limits, chosen, each_fault=each_fault)
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
    pipeline = choice.in_project(project_configuration()).pipeline()
    if chosen.scenario is not None:
        invariant_suite(pipeline, chosen.scenario)
    first = remembered_cases(file) if file and remembered else ()
    chosen = replace(chosen, targets=pipeline.fault_targets(), remembered=first)
    if each_fault:
        chosen = one_of_each(chosen)
    chosen.require_cases()
    summary = CampaignSummary(chosen.coverage())
    processes = min(workers or os.process_cpu_count() or 1, chosen.count)
    reproductions = _reproductions(chosen, pipeline)
    output = CiCampaignOutput(Output(as_json=as_json), reproductions, WallClock(), junit)
    memory = file if remembering else None
    course = Campaign(chosen, summary, output, WallClock(), memory, limits)
    raise typer.Exit(course.run(SimulatorContext(pipeline), dask, processes))


def _limits(until: str | None, time_max: str | None) -> Limits:
    return Limits(
        until=None if until is None else until_option(until),
        time_max=None if time_max is None else duration_option(time_max, option="--time-max"),
    )


def _require_generated(limits: Limits, chosen: CampaignCases, *, each_fault: bool) -> None:
    """Refuse to wait for a coverage that the cases cannot reach."""
    if limits.until is Until.COVERED and (each_fault or not chosen.is_generated):
        action = "leave --each-fault out, and give --draw-faults with --scenario"
        raise UsageError("--until covered with generated faults", "others", action)


def _reproductions(chosen: CampaignCases, pipeline: Pipeline) -> Reproductions:
    folder = read_settings().state_folder / "campaigns" / chosen.name
    _make_folder(folder)
    selection = selecting_options(pipeline)
    is_project = not selection and project_configuration() is not None
    return Reproductions(chosen, folder, selection, None if is_project else pipeline)


def _make_folder(folder: Path) -> None:
    """Before anything runs, because what fails and the index are written there afterwards."""
    try:
        private_folder(folder)
    except OSError as error:
        raise not_writable(folder, error) from error
