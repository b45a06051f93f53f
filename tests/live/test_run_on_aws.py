"""A scenario on AWS by `run --engine aws`, as far as possible without an account.

AWS's own addresses are answered by LocalStack, so what is proved is that no step needs anything of
a sandbox's own: no mailbox, no routes, no credentials. Only AWS itself can show how long changes of
a role and of a rule take to be in force there, and Lambda's own pace of trying again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from typer.testing import CliRunner, Result

from tests.live.conftest import ADDRESS
from tests.live.hosts import PROJECT, Host
from tests.live.mail import confirm
from tests.live.names import unique_names
from tests.pretended_aws import ACCOUNT, READER_ACCOUNT, PretendedAws, is_call, pretended_aws
from tests.shell import Shell
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import aws_target
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.naming import Names
from wavetank.deployment.deployer import Deployer, DeploymentOptions
from wavetank.faults.change_journal import Journal
from wavetank.live import deployed_target as places
from wavetank.live.deployed_target import DeployedTarget
from wavetank.live.live_runner import schedule_off
from wavetank.scenario.run_store import RunStore

PACE_SECONDS = 0.2
SCENARIO = """
description = "Denied for a while"
horizon = "3m"

[[fault]]
kind = "permission-removed"
after = "1m"
lasts = "1m"
"""


@dataclass(frozen=True)
class Account:
    """A pipeline in an account, and how to run commands on it in this process."""

    aws: PretendedAws
    names: Names
    shell: Shell
    scenario: Path

    @property
    def rule_state(self) -> str:
        """Of the schedule."""
        clients = aws_target(None).aws
        return clients.events.describe_rule(Name=self.names.rule)["State"]

    def run(self, *options: str) -> Result:
        """`run --engine aws` in this process, where AWS's addresses are answered."""
        prefix = self.names.stem[:-6]
        whose = ["--name", self.names.full_name, "--prefix", prefix, "--seed", "8", "--json"]
        command = ["run", str(self.scenario), "--engine", "aws", *whose, *options]
        return CliRunner().invoke(app, command, catch_exceptions=False)


@pytest.fixture(scope="module")
def account(localstack: Host, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """Deployed there as to a sandbox; Firehose delivers before each read."""
    shell = Shell(tmp_path_factory.mktemp("runs"))
    scenario = tmp_path_factory.mktemp("scenarios") / "denied.toml"
    scenario.write_text(SCENARIO)

    def deliver(request: HttpRequest) -> None:
        if "list-type=2" in (urlsplit(request.url).query or ""):
            SandboxControls(localstack.endpoint).deliver_now()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "AWS_SETTLE_SECONDS", 1.0)
        patch.setattr("wavetank.aws.target.AWS_PACE_SECONDS", PACE_SECONDS)
        patch.setenv("WAVETANK_STATE", str(shell.state))
        with pretended_aws(patch, localstack.endpoint, deliver) as aws:
            names = unique_names()
            options = DeploymentOptions(names=names, addresses=(ADDRESS,))
            clients = aws_target(None).aws
            Deployer(clients, PROJECT, WallClock(), PACE_SECONDS, account=ACCOUNT).deploy(options)
            confirm(localstack.endpoint, ADDRESS)
            yield Account(aws, names, shell, scenario)
            clients.events.disable_rule(Name=names.rule)


@pytest.fixture(scope="module")
def live_run(account: Account) -> Result:
    """The run, without prompts."""
    return account.run("--yes", "--account", ACCOUNT)


def test_a_scenario_runs_on_aws_and_restores_the_pipeline(
    account: Account, live_run: Result
) -> None:
    """It is checked by what AWS can show, and the schedule is on again."""
    assert live_run.exit_code == ExitCode.VALID, live_run.output
    summary = RunStore(account.shell.state / "runs").find("denied-aws-8").summary()
    unknown = {found.key for found in summary.findings if found.verdict == "unknown"}
    assert unknown == {"schedule-completeness", "conservation", "one-notice"}
    assert {found.verdict for found in summary.findings if found.key not in unknown} == {"valid"}
    assert (summary.engine, summary.versions["region"]) == ("aws", "eu-west-1")
    assert account.rule_state == "ENABLED"


def test_the_simulator_reproduces_the_run_on_aws(account: Account, live_run: Result) -> None:
    """The same ticks, records, alerts and items; the account's number is not a difference."""
    assert live_run.exit_code == ExitCode.VALID
    replayed = account.shell.run("replay", "denied-aws-8", "--json")
    assert replayed.code == ExitCode.VALID, replayed.out + replayed.err
    assert replayed.events("compared") == [{"event": "compared", "equal": True, "differences": 0}]
    history = (account.shell.state / "runs" / "denied-aws-8" / "history.jsonl").read_text()
    (sent,) = [
        event for event in map(json.loads, history.splitlines()) if event["event"] == "MessageSent"
    ]
    assert sent["address"] == ADDRESS
    assert f":{ACCOUNT}:function:{account.names.streaming_function}" in sent["text"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "to be typed; found no terminal; give --yes"),
        (("--yes", "--account", READER_ACCOUNT), f"account {READER_ACCOUNT}, as --account says"),
        (("--yes", "--endpoint", "http://127.0.0.1:4566"), "--engine embedded or docker beside"),
    ],
)
def test_nothing_is_changed_without_a_confirmed_target(
    account: Account, options: tuple[str, ...], said: str
) -> None:
    """Nobody to ask, another account, a sandbox's endpoint: no request changes anything."""
    before = len(account.aws.sent)
    with pytest.raises(UsageError, match=said):
        account.run(*options)
    sent = account.aws.sent[before:]
    assert not [r for r in sent if b"Action=PutRolePolicy" in r.body or "DisableRule" in str(r)]


def test_an_address_cannot_be_unconfirmed_on_aws(account: Account) -> None:
    """Only the owner of its mailbox could confirm it again: refused before AWS is called."""
    before = len(account.aws.sent)
    with pytest.raises(
        UsageError, match=r"unconfirmed-address \(only on simulator, embedded, docker\)"
    ):
        CliRunner().invoke(
            app, ["run", "unconfirmed-address", "--engine", "aws", "--yes"], catch_exceptions=False
        )
    assert account.aws.sent[before:] == []


def test_a_schedule_that_cannot_be_restored_is_reported_with_the_command_for_it(
    account: Account, tmp_path: Path
) -> None:
    """Permissions may be lost during a run; the error says how to fix it."""

    def refuse(request: HttpRequest) -> HttpResponse | None:
        body = b'{"__type": "AccessDeniedException", "message": "no longer"}'
        refused = HttpResponse(400, {"Content-Type": "application/x-amz-json-1.1"}, body)
        return refused if is_call(request, "events", "EnableRule") else None

    names, said = account.names, list[str]()
    place = DeployedTarget(
        engine=EngineName.AWS,
        target=aws_target(None),
        names=names,
        clock=WallClock(),
        journal=Journal(tmp_path, "aws", names.stem),
    )
    account.aws.answers.insert(0, refuse)
    try:
        with (
            pytest.raises(InfrastructureError, match=f"{names.rule} is off.*drill --restore"),
            schedule_off(place, said.append),
        ):
            assert account.rule_state == "DISABLED"
    finally:
        account.aws.answers.remove(refuse)
    with schedule_off(place, said.append):
        pass
    assert said == [f"disabled {names.rule}", f"{names.rule} is disabled, and stays disabled"]
    assert account.rule_state == "DISABLED"
    place.aws.events.enable_rule(Name=names.rule)
