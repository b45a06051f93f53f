"""`fidelity --target aws`, with a sandbox in AWS's place: answers, a recording, nothing left."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.fidelity.recording import read_recording
from tests.live.hosts import AWS_HOSTS
from tests.pretended_aws import ACCOUNT, pretended_aws
from tests.waiting import wait_until_true
from wavetank.aws.clients import aws_clients
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.settings import read_settings
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackOptions

COMMAND = ["fidelity", "--target", "aws", "--account", ACCOUNT, "--json"]


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Credentials of an account, whose AWS is a sandbox."""
    folder = SandboxFolder(tmp_path_factory.mktemp("account"))
    options = LocalStackOptions(
        folder=folder.path / "localstack", path=read_settings().path, allowed_hosts=AWS_HOSTS
    )
    with folder.owned(), pytest.MonkeyPatch.context() as patch:
        child = start_localstack(folder, options, WallClock())
        patch.setattr("tests.fidelity.command.AWS_PATIENCE", 1.0)
        with pretended_aws(patch, child.endpoint):
            yield
        child.stop()


@pytest.mark.usefixtures("account")
def test_rows_are_observed_recorded_and_leave_nothing(tmp_path: Path) -> None:
    """Their buckets, roles, functions and queues are deleted; a second account is refused."""
    file = tmp_path / "recorded.json"
    done = CliRunner().invoke(
        app, [*COMMAND, "--yes", "--rows", "CreateBucket with", "--file", str(file)]
    )
    rows = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    verdicts = {row["name"]: row["verdict"] for row in rows}
    assert verdicts == {
        "Amazon S3: CreateBucket with the name of another account's bucket": "unknown",
        "Amazon S3: CreateBucket with the name of an own bucket": "equal",
    }, done.output
    assert "a second account" in done.output
    (recorded,) = read_recording(file).values()
    assert recorded.answer == "BucketAlreadyOwnedByYou"
    assert aws_clients(None).s3.list_buckets()["Buckets"] == []


@pytest.mark.usefixtures("account")
def test_what_a_row_creates_in_several_services_is_deleted(tmp_path: Path) -> None:
    """A function with its role and log group, a rule with its target, and a queue."""
    done = CliRunner().invoke(
        app, [*COMMAND, "--yes", "--rows", "EventBridge: ", "--file", str(tmp_path / "recorded")]
    )
    assert '"verdict": "equal"' in done.output
    assert "not deleted" not in done.output
    aws = aws_clients(None)
    wait_until_true(lambda: not aws.awslambda.list_functions()["Functions"], "no function")
    assert aws.iam.list_roles()["Roles"] == []
    assert aws.events.list_rules()["Rules"] == []
    assert "QueueUrls" not in aws.sqs.list_queues()


def test_nothing_is_created_without_consent(tmp_path: Path) -> None:
    """Without a terminal and without --yes the command ends before the first call."""
    with pytest.MonkeyPatch.context() as patch, pretended_aws(patch, None) as aws:
        aws.answers.append(lambda _: None)
        done = CliRunner().invoke(app, ["fidelity", "--file", str(tmp_path / "recorded")])
    assert done.exit_code != 0
    assert aws.sent == []
