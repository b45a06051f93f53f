"""A scenario run on a deployed pipeline, reproduced in the simulator, and compared."""

import json
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.live.conftest import MakePipeline, Pipeline
from tests.live.hosts import ContainerHost, Host
from tests.shell import SECONDS_MAX, Finished, Shell
from tests.waiting import wait_until_true
from wavetank.aws.observers import subscriptions, topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import alerts
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, UsageError
from wavetank.history import FaultInjected, read_history
from wavetank.inspection.alert_log import alerts_in_log
from wavetank.live.history_reader import FOOTER
from wavetank.scenario.run_store import SavedRun

SCENARIO = """
description = "Unconfirmed while broken, then denied"
horizon = "6m"

[expect]
alerts_min = 1

[[fault]]
kind = "unconfirmed-address"
after = "0s"
lasts = "2m"

[[fault]]
kind = "broken-deployment"
after = "1m"
lasts = "1m"

[[fault]]
kind = "permission-removed"
after = "3m"
lasts = "1m"
"""
SWITCHED = """
description = "Calls that fail once, and S3 away"
horizon = "4m"

[[fault]]
kind = "api-error"
after = "0s"
lasts = "1m"
call = "firehose:PutRecordBatch"
code = "ServiceUnavailableException"

[[fault]]
kind = "s3-outage"
after = "2m"
lasts = "1m"
"""
UNPLAYED = {"schedule-completeness", "conservation"}
LOOKED_BACK = timedelta(minutes=10)


@dataclass(frozen=True)
class Stage:
    """A pipeline whose schedule is on, and a shell to run scenarios on it."""

    shell: Shell
    pipeline: Pipeline
    scenario: Path
    endpoint: str
    engine: str

    @property
    def options(self) -> tuple[str, ...]:
        """What a user would type to mean this pipeline on this engine."""
        names = self.pipeline.names
        where = ("--engine", self.engine, "--endpoint", self.endpoint)
        return ("--name", names.full_name, "--prefix", names.stem[:-6], *where)

    def run(self, *options: str) -> Finished:
        """Runs the scenario on it."""
        return self.shell.run("run", str(self.scenario), *self.options, "--seed", "5", *options)

    def state(self) -> tuple[object, ...]:
        """Everything that a run may change, and must revert."""
        aws, names = self.pipeline.aws, self.pipeline.names
        function = aws.awslambda.get_function_configuration(FunctionName=names.streaming_function)
        role = function["Role"].rpartition("/")[2]
        return (
            function["CodeSha256"],
            aws.events.describe_rule(Name=names.rule)["State"],
            aws.iam.list_role_policies(RoleName=role)["PolicyNames"],
            subscriptions(aws, topic_arn(aws, names)),
        )


@pytest.fixture(scope="module")
def stage(
    localstack: Host, make_pipeline: MakePipeline, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """A pipeline of its own, for its code is broken; its schedule is on until the end."""
    scenario = tmp_path_factory.mktemp("scenarios") / "three.toml"
    scenario.write_text(SCENARIO)
    pipeline = make_pipeline()
    engine = "docker" if isinstance(localstack, ContainerHost) else "embedded"
    pipeline.aws.events.enable_rule(Name=pipeline.names.rule)
    shell = Shell(tmp_path_factory.mktemp("runs"))
    yield Stage(shell, pipeline, scenario, localstack.endpoint, engine)
    pipeline.aws.events.disable_rule(Name=pipeline.names.rule)


@pytest.fixture(scope="module")
def before(stage: Stage) -> tuple[object, ...]:
    """The state before the first run."""
    return stage.state()


@pytest.fixture(scope="module")
def live_run(stage: Stage, before: tuple[object, ...]) -> Finished:
    """The scenario, run once."""
    assert before[1] == "ENABLED"
    return stage.run("--json")


def test_a_live_run_is_checked_and_saved_with_its_engine(stage: Stage, live_run: Finished) -> None:
    """All holds that a live engine can show; what it cannot is unknown, and decides nothing."""
    assert live_run.code == ExitCode.VALID, live_run.out + live_run.err
    verdicts = {found["requirement"]: found["verdict"] for found in live_run.events("finding")}
    assert sorted(verdicts.values()) == ["unknown"] * 2 + ["valid"] * (len(verdicts) - 2)
    summary = SavedRun(stage.shell.state / "runs" / f"three-{stage.engine}-5").summary()
    assert {f.key for f in summary.findings if f.verdict == "unknown"} == UNPLAYED
    assert (summary.engine, summary.versions["localstack"]) == (stage.engine, "4.14.0")
    assert "wall time" in live_run.err


def test_all_changes_of_a_live_run_are_reverted(
    stage: Stage, before: tuple[object, ...], live_run: Finished
) -> None:
    """The code byte for byte, the role's policies, who is confirmed, and the schedule."""
    assert live_run.code == ExitCode.VALID
    assert stage.state() == before


def test_the_simulator_reproduces_the_live_run_to_the_last_byte(
    stage: Stage, live_run: Finished
) -> None:
    """From the same instant and prices: every tick, record, alert and item, and every verdict."""
    assert live_run.code == ExitCode.VALID
    live = f"three-{stage.engine}-5"
    replayed = stage.shell.run("replay", live, "--json")
    assert replayed.code == ExitCode.VALID, replayed.out + replayed.err
    assert replayed.events("difference") == []
    assert replayed.events("note") == []
    requirements = replayed.events("requirement")
    assert {found["key"] for found in requirements if found["open"]} == UNPLAYED
    assert all(found["equal"] for found in requirements)
    compared = stage.shell.run("compare", live, "three-simulator-5", "--json")
    assert compared.code == ExitCode.VALID
    (report,) = replayed.events("report")
    assert replayed.out.splitlines() == [*compared.out.splitlines(), json.dumps(report)]
    assert {run["engine"] for run in compared.events("run")} == {stage.engine, "simulator"}


def test_faults_that_only_a_sandbox_can_inject_are_injected_and_reproduced(
    stage: Stage, tmp_path: Path
) -> None:
    """The history has what an error of a call hit, and the simulator comes to the same."""
    scenario = tmp_path / "switched.toml"
    scenario.write_text(SWITCHED)
    run = stage.shell.run("run", str(scenario), *stage.options, "--seed", "5", "--json")
    assert run.code == ExitCode.VALID, run.out + run.err
    saved = SavedRun(stage.shell.state / "runs" / f"switched-{stage.engine}-5")
    hits = [e for e in read_history(saved.history) if isinstance(e, FaultInjected)]
    assert [(hit.kind, hit.detail) for hit in hits if hit.kind == "api-error"] == [
        ("api-error", "firehose:PutRecordBatch")
    ]
    assert SandboxControls(stage.endpoint).revert_faults() == []
    replayed = stage.shell.run("replay", f"switched-{stage.engine}-5", "--json")
    assert replayed.code == ExitCode.VALID, replayed.out + replayed.err
    assert replayed.events("difference") == []


def test_the_log_of_the_notification_function_agrees_with_the_mailbox(
    stage: Stage, live_run: Finished
) -> None:
    """On AWS there is nothing else to read: subject, text, the failed request, and the outcome."""
    assert live_run.code == ExitCode.VALID
    names = stage.pipeline.names
    since = WallClock().now() - LOOKED_BACK
    published = alerts_in_log(stage.pipeline.aws, names, since)
    came = [m for m in alerts(stage.endpoint) if f":{names.topic}:" in m.link]
    assert len(published) == 2
    (confirmed,) = came  # the first was published while nobody was confirmed
    last = published[-1]
    assert (last.subject, last.text) == (confirmed.subject, confirmed.text.partition(FOOTER)[0])
    assert {(alert.condition, alert.attempts) for alert in published} == {("RetriesExhausted", 3)}
    assert all(alert.request in alert.text for alert in published)


def test_an_interrupted_live_run_reverts_all_changes(
    stage: Stage, before: tuple[object, ...], live_run: Finished
) -> None:
    """Ctrl-C while the code is broken: the code, and the schedule, are as they were."""
    assert live_run.code == ExitCode.VALID
    command = stage.shell.command("run", str(stage.scenario), *stage.options, "--seed", "6")
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        wait_until_true(lambda: stage.state()[0] != before[0], "the code to be broken", 60.0)
        assert stage.state()[1] == "DISABLED"
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=SECONDS_MAX)
    assert process.returncode == ExitCode.INTERRUPTED
    assert "all changes are reverted" in out
    assert stage.state() == before
    broken_off = stage.shell.run("replay", f"three-{stage.engine}-6")
    assert broken_off.code == ExitCode.USAGE
    assert "it was interrupted" in broken_off.err


@pytest.mark.parametrize(
    ("scenario", "options", "said"),
    [
        ("lost-reply", (), r"lost-reply \(only on simulator\)"),
        ("alert-path-down", (), r"notification-failure \(only on simulator\)"),
        ("calm-day", ("--name", "Nobody Here"), "the pipeline of Nobody Here"),
        ("calm-day", ("--profile", "mine"), "--engine aws beside --profile"),
        ("calm-day", ("--record-format", "original"), "deployed with --record-format original"),
        ("calm-day", ("--template", "tests/pipelines/sensors/storage.yaml"), "--template"),
    ],
)
def test_what_a_live_engine_does_not_support_is_refused_before_anything_runs(
    stage: Stage, before: tuple[object, ...], scenario: str, options: tuple[str, ...], said: str
) -> None:
    """The faults that it cannot have, a pipeline that is not there, somebody else's templates."""
    command = ["run", scenario, *stage.options, *options]
    with pytest.raises(UsageError, match=said):
        CliRunner().invoke(app, command, catch_exceptions=False)
    assert stage.state() == before
