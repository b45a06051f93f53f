"""`check` of pipelines that are not the ticker's: a healthy one passes, broken ones are found."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.live.stacks import (
    DENIED_AND_RAISES,
    Template,
    function,
    healthy,
    only,
    permission,
    role,
)
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict
from wavetank.deployment.pipelines.sandbox_deployment import SandboxDeployment
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.inspection.stack_resources import PipelineStacks, pipeline_stacks


@dataclass(frozen=True)
class Finding:
    """Parts of a finding's requirement, evidence and fix."""

    requirement: str
    evidence: str
    fix: str = ""


def physical(stacks: PipelineStacks, name: str) -> str:
    """The physical id of a resource."""
    return next(each.physical_id for each in stacks.resources if each.logical_id == name)


def invoke(stacks: PipelineStacks) -> None:
    """Invokes the function once, whatever comes of it."""
    answer = stacks.aws.awslambda.invoke(FunctionName=physical(stacks, "Work"))
    answer["Payload"].read()


def put_record(stacks: PipelineStacks) -> None:
    """Puts a record into the delivery stream."""
    stream = physical(stacks, "Stream")
    stacks.aws.firehose.put_record(DeliveryStreamName=stream, Record={"Data": b"one\n"})


def broken() -> Template:
    """A template in which every resource is broken in a way of its own."""
    template = healthy()
    resources = template["Resources"]
    nightly = copy.deepcopy(resources["Hourly"])
    nightly["Properties"]["State"] = "DISABLED"
    resources["Nightly"] = nightly
    resources["MayTickNightly"] = permission("events", {"Fn::GetAtt": ["Nightly", "Arn"]})
    del resources["MayTick"], resources["MayNotify"]
    resources["Work"] = function(DENIED_AND_RAISES)
    resources["Reading"]["Properties"]["Enabled"] = False
    reader = {"Protocol": "email", "Endpoint": "reader@example.com"}
    resources["News"]["Properties"]["Subscription"].append(reader)
    unwritable = {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    resources["StreamRole"] = role("firehose", unwritable)
    resources["Late"]["Properties"]["TreatMissingData"] = "breaching"
    return template


BROKEN = (
    Finding("Nightly invokes", "is disabled"),
    Finding("Hourly invokes", "does not permit events.amazonaws.com"),
    Finding("News invokes", "does not permit sns.amazonaws.com"),
    Finding("recent invocations of Work", "KeyError: 'price'"),
    Finding("the role of Work permits", "denied: sqs:ListQueues"),
    Finding("Dead, for failures of Work, is empty", "1 message"),
    Finding("Late is not in ALARM", "ALARM: "),
    Finding("subscriptions of News", "not confirmed: reader@example.com", "/confirmation?"),
    Finding("Reading reads", "it is Disabled"),
    Finding("Stream delivers", "AccessDenied"),
)


@pytest.fixture(scope="module", autouse=True)
def no_stream_is_left(aws: AwsClients) -> Iterator[None]:
    """One that cannot deliver would fail whatever test asks the sandbox to deliver everything."""
    yield
    names = aws.firehose.list_delivery_streams()["DeliveryStreamNames"]
    for name in (name for name in names if name.startswith("own-")):
        aws.firehose.delete_delivery_stream(DeliveryStreamName=name, AllowForceDelete=True)


def deploy(aws: AwsClients, folder: Path, template: Template) -> PipelineStacks:
    """Deploys a template under a name of its own."""
    file, name = folder / "template.json", f"own-{unique_letters()}"
    file.write_text(json.dumps(template))
    SandboxDeployment(TemplatesPipeline(template=file, name=name), aws, WallClock()).deploy()
    return pipeline_stacks(aws, name)


@pytest.fixture(scope="module")
def whole(aws: AwsClients, tmp_path_factory: pytest.TempPathFactory) -> PipelineStacks:
    """A healthy pipeline."""
    return deploy(aws, tmp_path_factory.mktemp("healthy"), healthy())


def test_access_lists_what_the_roles_of_any_stack_use(
    localstack: Host, whole: PipelineStacks
) -> None:
    """There is no table of callers: who may read a bucket is a requirement of the ticker's."""
    words = ["access", "--endpoint", localstack.endpoint, "--name", whole.name, "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == ExitCode.VALID
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["event"] for each in found} == {"role"}
    assert {each["role"] for each in found} == set(whole.names("AWS::IAM::Role"))


def check(host: Host, name: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of the command, and its findings."""
    words = ["check", "--endpoint", host.endpoint, "--name", name, "--json"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, SystemExit | None), done.exception
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, [line for line in lines if line["event"] == "finding"]


def test_a_healthy_pipeline_passes(localstack: Host, whole: PipelineStacks) -> None:
    """With an invocation that succeeded, and a record that is delivered, everything is valid."""
    invoke(whole)
    put_record(whole)
    code, findings = check(localstack, whole.name)
    assert [each for each in findings if each["verdict"] != Verdict.VALID] == []
    assert code == ExitCode.VALID
    said = " ".join(f"{each['requirement']}: {each['evidence']}" for each in findings)
    for part in ("1 of 1 records delivered", "1 request succeeded", "Reading reads", "is empty"):
        assert part in said


def assert_found(
    expected: Sequence[Finding], code: int, findings: Sequence[Mapping[str, Any]]
) -> None:
    """Each is found with its evidence and what to do, and nothing else; the exit code is 1."""
    invalid = {each["requirement"]: each for each in findings if each["verdict"] != Verdict.VALID}
    for broken in expected:
        (name,) = (each for each in invalid if broken.requirement in each)
        found = invalid.pop(name)
        assert found["verdict"] == Verdict.INVALID
        assert broken.evidence in found["evidence"]
        assert found["fix"]
        assert broken.fix in found["fix"]
    assert invalid == {}
    assert code == ExitCode.BROKEN


def test_all_that_is_broken_is_found(localstack: Host, aws: AwsClients, tmp_path: Path) -> None:
    """In the template, and by what happened since."""
    stacks = deploy(aws, tmp_path, broken())
    invoke(stacks)
    put_record(stacks)
    aws.sqs.send_message(QueueUrl=physical(stacks, "Dead"), MessageBody="failed")
    alarm = physical(stacks, "Late")
    wait_until_seen(
        lambda: aws.cloudwatch.describe_alarms(AlarmNames=[alarm])["MetricAlarms"][0]["StateValue"],
        lambda state: state == "ALARM",
        "the alarm, in which missing data are breaching",
    )
    assert_found(BROKEN, *check(localstack, stacks.name))


def test_a_queue_that_was_deleted_is_found(
    localstack: Host, aws: AwsClients, tmp_path: Path
) -> None:
    """With the error of the service."""
    template = healthy()
    only(template)
    stacks = deploy(aws, tmp_path, template)
    aws.sqs.delete_queue(QueueUrl=physical(stacks, "Dead"))
    expected = Finding("dead-letter queues are empty", "NonExistentQueue")
    assert_found([expected], *check(localstack, stacks.name))


def test_a_failed_stack_is_found(localstack: Host, aws: AwsClients) -> None:
    """With the reason of the resource that failed."""
    name = f"own-{unique_letters()}"
    bad = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "Not_A_Name"}}
    aws.cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": {"Bad": bad}}), OnFailure="DO_NOTHING"
    )
    wait_until_seen(
        lambda: aws.cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        lambda status: not status.endswith("IN_PROGRESS"),
        "the stack to settle",
    )
    code, findings = check(localstack, name)
    (found,) = findings
    assert (found["verdict"], code) == (Verdict.INVALID, ExitCode.BROKEN)
    assert "CREATE_FAILED" in found["evidence"] or "ROLLBACK" in found["evidence"]
    assert "Bad" in found["evidence"]
