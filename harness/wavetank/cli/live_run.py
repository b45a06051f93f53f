"""`run` on a live engine: which pipeline is meant, what is asked first, and the telling itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import TargetKind
from wavetank.cli.output import Output
from wavetank.cli.pipelines import PipelineChoice
from wavetank.cli.recovery import (
    offer_pipeline,
    record_of,
    require_reverted,
    target_of,
)
from wavetank.cli.session import RECORD_FORMATS, stop_on_signal
from wavetank.cli.targets import confirm, open_target
from wavetank.core.clock import WallClock
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.core.naming import Names
from wavetank.core.settings import REGION
from wavetank.core.text import counted
from wavetank.deployment.deployed import DeployedPipeline, deployed_pipelines
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.serialization import describe
from wavetank.live.deployed_target import AWS_RETRY_BASE_DELAY_SECONDS, LivePlace
from wavetank.live.live_runner import LiveStory, tell
from wavetank.live.run_estimate import (
    check_enforced,
    minutes_in_words,
    seconds_to_tell,
)
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import Step, Tick
from wavetank.scenario.supported_faults import check_supported
from wavetank.simulation.history_recorder import recorded
from wavetank.simulation.runner import RunResult, RunSpec, invariant_suite, run_result

EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        metavar="simulator|embedded|docker|aws",
        help="Where: the simulator, the sandbox that runs, or AWS, where the pipeline is deployed.",
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        help="With --engine aws: whose credentials. Default: what the AWS SDK finds.",
    ),
]
AccountOption = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NUMBER",
        help="With --engine aws: the account that it must be; another one is refused.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Where:
    """The options that say where a scenario is played."""

    engine: EngineName
    endpoint: str | None
    profile: str | None
    account: str | None
    yes: bool

    def __post_init__(self) -> None:
        """Refuses what belongs to another engine.

        Raises:
            UsageError: an option does.
        """
        sandbox = self.engine in {EngineName.EMBEDDED, EngineName.DOCKER}
        aws = self.engine is EngineName.AWS
        for option, value, fits, engines in (
            ("--endpoint", self.endpoint, sandbox, "embedded or docker"),
            ("--profile", self.profile, aws, "aws"),
            ("--account", self.account, aws, "aws"),
        ):
            if value is not None and not fits:
                expected = f"--engine {engines} beside {option}"
                action = f"leave {option} out, or name the engine that is meant"
                raise UsageError(expected, f"--engine {self.engine}", action)

    @property
    def kind(self) -> TargetKind:
        """AWS, or a sandbox."""
        return TargetKind.AWS if self.engine is EngineName.AWS else TargetKind.LOCAL


@dataclass(frozen=True, kw_only=True)
class LiveRun:
    """A pipeline that is deployed on a live engine, and what a story needs to know of it."""

    place: LivePlace
    pipeline: TickerPipeline
    versions: Mapping[str, str]
    yes: bool

    def confirm(self, scenario: Scenario, output: Output) -> None:
        """Says how long it takes; on AWS asks first.

        Raises:
            UsageError: nobody said yes.
        """
        place = self.place
        steps = self._steps(scenario)
        lasts = minutes_in_words(seconds_to_tell(place, steps))
        ticks = counted(sum(isinstance(step, Tick) for step in steps), "tick")
        output.say(f"{ticks} on {place.target.description}, {lasts} of wall time")
        changes = "; ".join(describe(fault) for fault in scenario.plan.faults) or "nothing"
        question = (
            f"For {lasts} {place.names.rule} is off, and this is changed and put back: {changes}."
        )
        confirm(place.target, place.names.stem, question, output, yes=self.yes)

    def play(self, story: RunSpec, history: Path, output: Output) -> RunResult:
        """Tells the story; Ctrl-C ends it by `Stopped`, once all is put back."""
        judges = invariant_suite(self.pipeline, story.scenario)
        told = self._story(story.scenario, story.seed)
        lasts = minutes_in_words(seconds_to_tell(self.place, self._steps(story.scenario)))
        with (
            stop_on_signal(),
            recorded(history, judges) as recording,
            output.waiting(f"running the scenario, {lasts}"),
        ):
            tell(self.place, told, recording.record, output.say)
        return run_result(story, judges, recording, self.place.engine)

    def _steps(self, scenario: Scenario) -> tuple[Step, ...]:
        return self._story(scenario, 0).steps(self.place.clock.now())

    def _story(self, scenario: Scenario, seed: int) -> LiveStory:
        return LiveStory(scenario=scenario, seed=seed, options=self.pipeline.options())


def open_live(where: Where, choice: PipelineChoice, scenario: Scenario, output: Output) -> LiveRun:
    """The pipeline that the options mean, where they say, as it was deployed.

    Raises:
        UsageError: the engine cannot have the scenario's faults, the options contradict each other,
            or no such pipeline is there.
        InfrastructureError: the engine does not answer.
    """
    check_supported(scenario, where.engine)
    chosen = _project_own(choice)
    target = open_target(where.kind, where.endpoint, where.profile, where.account)
    record = record_of(where.kind, where.endpoint, output)
    delay = _retry_base_delay(where, record)
    deployed = _deployed(target.aws, chosen.names)
    reverted = offer_pipeline(target, deployed.names, record, output, yes=where.yes)
    require_reverted(reverted=reverted)
    place = LivePlace(
        engine=where.engine,
        target=target,
        names=deployed.names,
        clock=WallClock(),
        journal=target_of(target, deployed.names, record).journal,
        retry_base_delay_seconds=delay,
    )
    check_enforced(place, scenario)
    _check_format(chosen, deployed)
    pipeline = replace(chosen, addresses=deployed.addresses, record_format=deployed.record_format)
    return LiveRun(place=place, pipeline=pipeline, versions=_versions(place), yes=where.yes)


def _project_own(choice: PipelineChoice) -> TickerPipeline:
    """What is deployed live is played as it is: with this project's own handlers."""
    pipeline = choice.pipeline()
    if isinstance(pipeline, TickerPipeline) and pipeline.handler is None:
        return pipeline
    raise UsageError(
        "this project's own pipeline on a live engine",
        "--handler or --pipeline",
        "play those in the simulator: leave --engine out",
    )


def _retry_base_delay(where: Where, record: SandboxRecord | None) -> int:
    """What is known of it.

    Raises:
        UsageError: the sandbox that runs is on another engine, or none runs.
    """
    if record is None:
        return AWS_RETRY_BASE_DELAY_SECONDS
    if record.engine not in {Engine.ATTACHED, Engine(where.engine)}:
        raise UsageError(
            f"a running sandbox on {where.engine}",
            f"one on {record.engine}",
            f"give --engine {record.engine}",
        )
    return record.retry_base_delay_seconds


def _deployed(aws: AwsClients, names: Names) -> DeployedPipeline:
    found = list(deployed_pipelines(aws))
    for pipeline in found:
        if (pipeline.names.stem, pipeline.names.bucket) == (names.stem, names.bucket):
            if pipeline.handler is not None:
                raise UsageError(
                    "this project's own streaming function",
                    f"somebody's script as {names.streaming_function}",
                    "run it in the simulator with --handler, or run ./wavetank deploy first",
                )
            return pipeline
    there = ", ".join(f"{pipeline.names.full_name} ({pipeline.names.stem})" for pipeline in found)
    raise UsageError(
        f"the pipeline of {names.full_name} ({names.stem}) to be deployed",
        there or "none",
        "give --name as it was deployed, or deploy it",
    )


def _check_format(chosen: TickerPipeline, deployed: DeployedPipeline) -> None:
    """Records have the form that was deployed, whatever is asked for here."""
    if chosen.record_format not in {RECORD_FORMATS[0], deployed.record_format}:
        raise UsageError(
            f"a pipeline deployed with --record-format {chosen.record_format}",
            deployed.record_format,
            "leave --record-format out",
        )


def _versions(place: LivePlace) -> dict[str, str]:
    if not place.is_aws:
        return {"localstack": SandboxControls(place.endpoint).localstack_version()}
    function = place.aws.awslambda.get_function_configuration(
        FunctionName=place.names.streaming_function
    )
    return {"region": REGION, "runtime": function["Runtime"]}
