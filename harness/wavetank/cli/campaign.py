"""`campaign`: many runs in parallel, and the smallest scenario that breaks the same invariant."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from importlib import metadata
from pathlib import Path
from typing import Annotated

import typer

from wavetank.campaign.cases import ChosenStories, Seeds
from wavetank.campaign.regression_seeds import FILE_NAME, Remembered, remember
from wavetank.campaign.results import StoryResult
from wavetank.campaign.scheduling import collect
from wavetank.campaign.shrinking import Budget, Shrunk, shrink
from wavetank.campaign.summary import CampaignSummary
from wavetank.campaign.worker_context import SimulatorStage, Stage
from wavetank.campaign.worker_pool import Crew, LocalCrew
from wavetank.cli.campaign_output import CampaignOutput
from wavetank.cli.options import (
    DEFAULT_NAME,
    DEFAULT_NAME_PREFIX,
    DEFAULT_STREAM_CASE,
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
from wavetank.cli.pipelines import PipelineChoice
from wavetank.cli.session import Stopped, stop_on_signal
from wavetank.core.clock import Clock, WallClock
from wavetank.core.durations import YEAR, duration_text, parse_duration
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, UsageError, WavetankError
from wavetank.core.settings import read_settings
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.faults.generation import revealing_faults
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.supported_faults import check_supported
from wavetank.simulation.runner import RunSpec, invariant_suite

SEEDS_DEFAULT = 100
HORIZON_DEFAULT = "1h"
RANDOM_SEED_MAX = 1_000_000
"""Of a first seed that nobody chose: short enough to be typed again."""
DASK_EXTRA = "install it: uv sync --extra dask, or pip install 'wavetank[dask]'"

SeedsOption = Annotated[
    int, typer.Option("--seeds", metavar="N", min=1, help="How many runs to make.")
]
FirstSeedOption = Annotated[
    int | None,
    typer.Option(
        "--first-seed",
        metavar="SEED",
        min=0,
        help="The others follow it. Default: the scenario's, or any.",
    ),
]
HorizonOption = Annotated[
    str | None,
    typer.Option(
        "--horizon",
        metavar="DURATION",
        help=f"Virtual time of each run, such as 30m or 2d. Default: {HORIZON_DEFAULT}.",
    ),
]
ScenarioOption = Annotated[
    str | None,
    typer.Option(
        "--scenario",
        metavar="SCENARIO",
        help="Play this scenario's faults under each seed. Default: faults drawn from each seed.",
    ),
]
WorkersOption = Annotated[
    int | None,
    typer.Option(
        "--workers", metavar="N", min=1, help="Processes that play. Default: one for each core."
    ),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask", metavar="ADDRESS", help="Play on the Dask cluster whose scheduler is there."
    ),
]
EachFaultOption = Annotated[
    bool,
    typer.Option(
        "--each-fault", help="One run for each kind of fault: which invariants it breaks."
    ),
]
RememberOption = Annotated[
    bool,
    typer.Option(
        "--remember", help=f"Add the shrunk failure to {FILE_NAME}, which the test suite plays."
    ),
]


def campaign(
    *,
    seeds: SeedsOption = SEEDS_DEFAULT,
    first_seed: FirstSeedOption = None,
    horizon: HorizonOption = None,
    scenario: ScenarioOption = None,
    each_fault: EachFaultOption = False,
    workers: WorkersOption = None,
    dask: DaskOption = None,
    remembering: RememberOption = False,
    name: NameOption = DEFAULT_NAME,
    surname: SurnameOption = None,
    prefix: PrefixOption = DEFAULT_NAME_PREFIX,
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
    if remembering and (handler or template) is not None:
        action = f"leave one out: {FILE_NAME} is of the project's own handler"
        raise UsageError("--remember, or a pipeline of one's own", "both", action)
    if each_fault and scenario is not None:
        raise UsageError("--each-fault or --scenario", "both", "leave one out")
    chosen = choose_stories(seeds, first_seed, horizon, scenario)
    if each_fault:
        chosen = one_of_each(chosen)
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
    pipeline = choice.pipeline()
    if chosen.scenario is not None:
        invariant_suite(pipeline, chosen.scenario)
    processes = min(workers or os.process_cpu_count() or 1, chosen.seeds.count)
    output = CampaignOutput(Output(as_json=as_json), chosen, _told(pipeline), WallClock())
    course = Campaign(chosen, output, WallClock(), remembering=remembering)
    raise typer.Exit(course.run(SimulatorStage(pipeline), dask, processes))


def choose_stories(
    seeds: int, first_seed: int | None, horizon: str | None, scenario_name: str | None
) -> ChosenStories:
    """Which stories the options mean.

    Raises:
        UsageError: they mean none.
    """
    if scenario_name is None:
        first = secrets.randbelow(RANDOM_SEED_MAX) if first_seed is None else first_seed
        span = _duration(horizon or HORIZON_DEFAULT)
        chosen = ChosenStories(seeds=Seeds(first, seeds), horizon=span)
        next(chosen.stories())  # a horizon without room for faults is said now
        return chosen
    if horizon is not None:
        action = "leave --horizon out, or change it in the scenario"
        raise UsageError("the scenario's own horizon", "--horizon too", action)
    scenario = load_scenario(scenario_name, read_settings().project_folder / "scenarios")
    check_supported(scenario, EngineName.SIMULATOR)
    first = next(seed for seed in (first_seed, scenario.seed, 1) if seed is not None)
    return ChosenStories(
        seeds=Seeds(first, seeds),
        horizon=scenario.horizon,
        scenario=scenario,
        scenario_name=scenario_name,
    )


def one_of_each(chosen: ChosenStories) -> ChosenStories:
    """A story for each kind of fault, from the same first seed on."""
    count = len(revealing_faults(chosen.horizon))
    return replace(chosen, seeds=Seeds(chosen.seeds.first, count), each_fault=True)


def _duration(text: str) -> timedelta:
    expected = f"a duration of at most {duration_text(YEAR)}, such as 30m, 1h or 2d"
    try:
        duration = parse_duration(text)
    except ValueError as error:
        raise UsageError(expected, f"--horizon {text}", "correct it") from error
    if duration > YEAR:
        raise UsageError(expected, f"--horizon {text}", "correct it")
    return duration


def _told(pipeline: Pipeline) -> dict[str, str]:
    """The options that choose the pipeline, but for those that go without saying."""
    usual = PipelineChoice().pipeline().options()
    return {name: value for name, value in pipeline.options().items() if usual.get(name) != value}


class Campaign:
    """Its course, from the first story to the least that fails."""

    def __init__(
        self, chosen: ChosenStories, output: CampaignOutput, clock: Clock, *, remembering: bool
    ) -> None:
        self._chosen = chosen
        self._output = output
        self._clock = clock
        self._remembering = remembering
        self._tally = CampaignSummary()

    def run(self, stage: Stage, address: str | None, processes: int) -> ExitCode:
        """Plays all; whatever ends it before that, what was found until then is said.

        Raises:
            UsageError: the stories cannot be played as they are.
            InfrastructureError: there is nobody to play them.
        """
        try:
            with stop_on_signal(), _crew(stage, address, processes) as crew:
                self._play(crew, address)
        except Stopped:
            self._output.index(self._tally, "played, then stopped")
            self._output.summary(self._tally, "stopped")
            return ExitCode.INTERRUPTED
        except WavetankError:
            if self._tally.played:
                self._output.summary(self._tally, "failed")
            raise
        return self._tally.exit_code

    def _play(self, crew: Crew, address: str | None) -> None:
        self._output.begins(crew.size, address)
        with self._output.progress(self._tally):
            collect(crew, self._chosen.stories(), self._take)
        self._output.summary(self._tally, "played")
        shrunk = None
        if first := self._tally.first_broken:
            shrunk = self._shrink(first, crew)
        self._output.index(self._tally, "played", shrunk)

    def _take(self, result: StoryResult) -> None:
        self._tally.add(result)
        self._output.takes(result, self._tally)

    def _shrink(self, result: StoryResult, crew: Crew) -> Shrunk:
        def play(story: RunSpec) -> StoryResult:
            return crew.submit(story).result()

        with self._output.waiting(result):
            shrunk = shrink(result, play, Budget(), self._clock)
        self._output.shrunk(shrunk)
        if self._remembering:
            self._remember(shrunk)
        return shrunk

    def _remember(self, shrunk: Shrunk) -> None:
        failure = Remembered(
            seed=shrunk.story.seed,
            horizon=shrunk.story.scenario.horizon,
            plan=shrunk.story.scenario.plan,
            broke=shrunk.broken,
            day=self._clock.now().date(),
            version=metadata.version("wavetank"),
        )
        file = _memory()
        self._output.remembered(file, is_new=remember(file, failure))


def _memory() -> Path:
    return read_settings().project_folder / FILE_NAME


@contextmanager
def _crew(stage: Stage, address: str | None, processes: int) -> Iterator[Crew]:
    """Processes of this machine, or the cluster's.

    Raises:
        UsageError: the extra for Dask is not installed, or the address is none.
        InfrastructureError: the cluster cannot play.
    """
    if address is None:
        with LocalCrew(stage, processes) as crew:
            yield crew
        return
    try:
        from wavetank.campaign.dask_executor import dask_crew  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise UsageError("the optional extra `dask`", str(error), DASK_EXTRA) from error
    with dask_crew(address, stage) as cluster:
        yield cluster
