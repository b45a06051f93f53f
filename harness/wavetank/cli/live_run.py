"""`run` on a live engine: the options that select it, and the question before anything changes."""

from dataclasses import dataclass
from typing import Annotated

import typer

from wavetank.aws.target import TargetKind
from wavetank.cli.output import Output
from wavetank.cli.output.ci_files import CiRun
from wavetank.cli.output.report_files import write_report
from wavetank.cli.output.run_result import announce, show_result
from wavetank.cli.revert_offer import offer_pipeline, record_of
from wavetank.cli.targets import confirm, open_target
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, UsageError
from wavetank.core.stop_signal import Stopped
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.faults.serialization import describe
from wavetank.live.live_run import LiveRun, open_live_run, require_project_pipeline
from wavetank.scenario.model import Scenario
from wavetank.scenario.run_store import project_runs
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.scenario.supported_faults import check_supported
from wavetank.simulation.run_saving import save_run
from wavetank.simulation.runner import RunSpec

EngineOption = Annotated[
    EngineName,
    typer.Option(
        "--engine",
        metavar="simulator|embedded|docker|aws",
        help="Where to run: in virtual time, in the running sandbox, or on AWS.",
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        help="With --engine aws: the AWS profile. Default: that of the AWS SDK.",
    ),
]
AccountOption = Annotated[
    str | None,
    typer.Option(
        "--account",
        metavar="NUMBER",
        help="With --engine aws: refuse any account but this one.",
    ),
]


@dataclass(frozen=True, kw_only=True)
class EngineChoice:
    """The options of `run` that select the engine, and on AWS the account."""

    engine: EngineName
    endpoint: str | None
    profile: str | None
    account: str | None
    yes: bool

    def __post_init__(self) -> None:
        """Checks that each option applies to the engine.

        Raises:
            UsageError: one does not.
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
                action = f"leave {option} out, or select that engine"
                raise UsageError(expected, f"--engine {self.engine}", action)

    @property
    def options(self) -> dict[str, str]:
        """The options that select the engine; none for the simulator, which is the default."""
        chosen = {} if self.engine is EngineName.SIMULATOR else {"--engine": self.engine.value}
        more = {"--endpoint": self.endpoint, "--profile": self.profile, "--account": self.account}
        return chosen | {name: value for name, value in more.items() if value is not None}

    @property
    def kind(self) -> TargetKind:
        """AWS, or a sandbox."""
        return TargetKind.AWS if self.engine is EngineName.AWS else TargetKind.LOCAL


def run_live(
    where: EngineChoice, pipeline: Pipeline, spec: RunSpec, output: Output, ci: CiRun
) -> ExitCode:
    """Runs the scenario on the deployed pipeline, saves the run, and shows its result."""
    run = _open(where, pipeline, spec.scenario, output)
    engine, scenario = run.deployed.engine, spec.scenario
    announce(spec, "in wall time", output)
    _confirm(run, scenario, output, yes=where.yes)
    saved = project_runs().new(f"{scenario.name}-{engine}", spec.seed, scenario_to_toml(scenario))
    try:
        result = run.play(spec, saved.history, output)
    except Stopped:
        output.say(
            f"stopped, and all changes are reverted; the history until then is in {saved.history}"
        )
        return ExitCode.INTERRUPTED
    save_run(saved, spec, run.pipeline, result, engine, run.versions)
    show_result(result, saved, output)
    ci.write(spec, result, output)
    write_report(saved, output)
    return result.exit_code


def _open(where: EngineChoice, pipeline: Pipeline, scenario: Scenario, output: Output) -> LiveRun:
    check_supported(scenario, where.engine)
    chosen = require_project_pipeline(pipeline)
    target = open_target(where.kind, where.endpoint, where.profile, where.account)
    record = record_of(where.kind, where.endpoint, output)
    return open_live_run(
        where.engine,
        target,
        record,
        chosen,
        scenario,
        lambda names: offer_pipeline(target, names, record, output, yes=where.yes),
    )


def _confirm(run: LiveRun, scenario: Scenario, output: Output, *, yes: bool) -> None:
    """Shows how long it takes; on AWS asks first."""
    target, names, lasts = run.deployed.target, run.deployed.names, run.duration(scenario)
    output.say(f"{run.ticks(scenario)} on {target.description}, {lasts} of wall time")
    changes = "; ".join(describe(fault) for fault in scenario.plan.faults) or "nothing"
    question = f"For {lasts} {names.rule} is off, and this is changed and reverted: {changes}."
    confirm(target, names.stem, question, output, yes=yes)
