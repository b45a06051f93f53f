"""A scenario on a deployed pipeline: finds and checks the pipeline, then runs the scenario."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from wavetank.aws.clients import AwsClients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import Target
from wavetank.core.clock import WallClock
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.core.naming import RECORD_FORMATS, Names
from wavetank.core.reporter import Reporter
from wavetank.core.settings import REGION
from wavetank.core.stop_signal import stop_on_signal
from wavetank.core.text import pluralize
from wavetank.deployment.deployed import DeployedPipeline, deployed_pipelines
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.deployment.pipelines.ticker import TickerPipeline
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.change_targets import target_of
from wavetank.live.deployed_target import AWS_RETRY_BASE_DELAY_SECONDS, DeployedTarget
from wavetank.live.live_runner import LiveScenario, run_live
from wavetank.live.revert_journal import require_reverted
from wavetank.live.run_estimate import check_enforced, estimate_seconds, minutes_in_words
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import Step, Tick
from wavetank.simulation.history_recorder import recorded
from wavetank.simulation.runner import RunResult, RunSpec, invariant_suite, run_result


@dataclass(frozen=True, kw_only=True)
class LiveRun:
    """A deployed pipeline that is ready for a scenario; `versions` are those of its engine."""

    deployed: DeployedTarget
    pipeline: TickerPipeline
    versions: Mapping[str, str]

    def ticks(self, scenario: Scenario) -> str:
        """How many ticks the scenario has here, in words."""
        return pluralize(sum(isinstance(step, Tick) for step in self._steps(scenario)), "tick")

    def duration(self, scenario: Scenario) -> str:
        """How long the scenario takes, in words."""
        return minutes_in_words(estimate_seconds(self.deployed, self._steps(scenario)))

    def play(self, spec: RunSpec, history: Path, reporter: Reporter) -> RunResult:
        """Runs the scenario; a signal ends it by `Stopped`, once all changes are reverted."""
        suite = invariant_suite(self.pipeline, spec.scenario)
        live_scenario = self._live_scenario(spec.scenario, spec.seed)
        with (
            stop_on_signal(),
            recorded(history, suite) as recorder,
            reporter.waiting(f"running the scenario, {self.duration(spec.scenario)}"),
        ):
            run_live(self.deployed, live_scenario, recorder.record, reporter.say)
        return run_result(spec, suite, recorder, self.deployed.engine)

    def _steps(self, scenario: Scenario) -> tuple[Step, ...]:
        return self._live_scenario(scenario, 0).steps(self.deployed.clock.now())

    def _live_scenario(self, scenario: Scenario, seed: int) -> LiveScenario:
        return LiveScenario(scenario=scenario, seed=seed, options=self.pipeline.options())


def open_live_run(
    engine: EngineName,
    target: Target,
    record: SandboxRecord | None,
    chosen: TickerPipeline,
    scenario: Scenario,
    revert: Callable[[Names], bool],
) -> LiveRun:
    """The chosen pipeline as it is deployed on the target.

    `record` is that of the target's sandbox, None on AWS. `revert` reverts what an earlier command
    changed in the pipeline, and returns whether nothing of it remains.

    Raises:
        UsageError: the engine does not support the scenario's faults, or the pipeline is not
            deployed, or an earlier command's change remains.
        InfrastructureError: the engine does not answer.
    """
    delay = _retry_base_delay(engine, record)
    found = _deployed(target.aws, chosen.names)
    require_reverted(reverted=revert(found.names))
    deployed = DeployedTarget(
        engine=engine,
        target=target,
        names=found.names,
        clock=WallClock(),
        journal=target_of(target, found.names, record).journal,
        retry_base_delay_seconds=delay,
    )
    check_enforced(deployed, scenario)
    _check_format(chosen, found)
    pipeline = replace(chosen, addresses=found.addresses, record_format=found.record_format)
    return LiveRun(deployed=deployed, pipeline=pipeline, versions=_versions(deployed))


def require_project_pipeline(pipeline: Pipeline) -> TickerPipeline:
    """The pipeline, if it is this project's own with its own handlers.

    Raises:
        UsageError: it has other templates or a custom handler, which only the simulator can run.
    """
    if isinstance(pipeline, TickerPipeline) and pipeline.handler is None:
        return pipeline
    raise _only_simulated()


def refuse_other_pipelines(choice: PipelineChoice) -> None:
    """Return if the options select the ticker's pipeline with its own handlers.

    Raises:
        UsageError: they select templates or a custom handler, which only the simulator can run.
    """
    if choice.template is not None or choice.handler is not None:
        raise _only_simulated()


def _only_simulated() -> UsageError:
    return UsageError(
        "the ticker's pipeline with its own handlers on a live engine",
        "--handler, --template or the template of wavetank.toml",
        "run those in the simulator: omit --engine",
    )


def _retry_base_delay(engine: EngineName, record: SandboxRecord | None) -> int:
    """Seconds before Lambda's first retry on the target.

    Raises:
        UsageError: the sandbox that runs is on another engine.
    """
    if record is None:
        return AWS_RETRY_BASE_DELAY_SECONDS
    if record.engine not in {Engine.ATTACHED, Engine(engine)}:
        raise UsageError(
            f"a running sandbox on {engine}",
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
                    f"a custom script as {names.streaming_function}",
                    "run it in the simulator with --handler, or run ./wavetank deploy first",
                )
            return pipeline
    existing = ", ".join(
        f"{pipeline.names.full_name} ({pipeline.names.stem})" for pipeline in found
    )
    raise UsageError(
        f"the pipeline of {names.full_name} ({names.stem}) to be deployed",
        existing or "none",
        "give --name as it was deployed, or deploy it",
    )


def _check_format(chosen: TickerPipeline, found: DeployedPipeline) -> None:
    """Raises a UsageError if another record format was chosen than the deployed one."""
    if chosen.record_format not in {RECORD_FORMATS[0], found.record_format}:
        raise UsageError(
            f"a pipeline deployed with --record-format {chosen.record_format}",
            found.record_format,
            "omit --record-format",
        )


def _versions(deployed: DeployedTarget) -> dict[str, str]:
    if not deployed.is_aws:
        return {"localstack": SandboxControls(deployed.endpoint).localstack_version()}
    function = deployed.aws.awslambda.get_function_configuration(
        FunctionName=deployed.names.streaming_function
    )
    return {"region": REGION, "runtime": function["Runtime"]}
