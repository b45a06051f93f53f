"""`check` of pipelines that are not the ticker's: a healthy one passes, broken ones are found."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.live.stacks import DENIED, RAISES, Template, function, healthy, only, role
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict
from wavetank.deployment.pipelines.sandbox_deployment import SandboxDeployment
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.inspection.stack_resources import PipelineStacks, pipeline_stacks

type Act = Callable[[PipelineStacks], object]


@dataclass(frozen=True)
class Broken:
    """One way in which a pipeline is broken: in its template, or by what happens afterwards."""

    requirement: str
    evidence: str
    template: Callable[[Template], None] = lambda _: None
    act: Act = lambda _: None
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


def in_alarm(stacks: PipelineStacks) -> None:
    """Has the alarm in ALARM, as CloudWatch's own evaluation would."""
    stacks.aws.cloudwatch.set_alarm_state(
        AlarmName=physical(stacks, "Late"), StateValue="ALARM", StateReason="1 error"
    )


def fill_dead_letters(stacks: PipelineStacks) -> None:
    """Puts a message where failures go."""
    stacks.aws.sqs.send_message(QueueUrl=physical(stacks, "Dead"), MessageBody="failed")


def changed(name: str, **properties: Any) -> Callable[[Template], None]:
    """Changes properties of a resource in the template."""

    def change(template: Template) -> None:
        template["Resources"][name]["Properties"] |= properties

    return change


def without(name: str, *rest: str) -> Callable[[Template], None]:
    """Leaves the function and `rest`, without a resource that they need."""
    return lambda template: only(template, *(each for each in rest if each != name))


def coded(code: str) -> Callable[[Template], None]:
    """Another handler."""

    def change(template: Template) -> None:
        only(template)
        template["Resources"]["Work"] = function(code)

    return change


def unwritable(template: Template) -> None:
    """A delivery role that may not write."""
    only(template, "Store", "Stream", "StreamRole")
    template["Resources"]["StreamRole"] = role(
        "firehose", {"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}
    )


def with_reader(template: Template) -> None:
    """A topic with an e-mail address, which is not confirmed."""
    only(template, "News")
    subscription = [{"Protocol": "email", "Endpoint": "reader@example.com"}]
    template["Resources"]["News"]["Properties"]["Subscription"] = subscription


BROKEN = {
    "a disabled rule": Broken("Hourly invokes", "is disabled", changed("Hourly", State="DISABLED")),
    "a rule without permission": Broken(
        "Hourly invokes", "does not permit events.amazonaws.com", without("MayTick", "Hourly")
    ),
    "a topic without permission": Broken(
        "News invokes", "does not permit sns.amazonaws.com", without("MayNotify", "News")
    ),
    "a handler that raises": Broken(
        "recent invocations of Work", "KeyError: 'price'", coded(RAISES), invoke
    ),
    "a role without a needed action": Broken(
        "the role of Work permits", "denied: sqs:ListQueues", coded(DENIED), invoke
    ),
    "a dead-letter queue with a message": Broken(
        "Dead, for failures of Work, is empty", "1 message", only, fill_dead_letters
    ),
    "an alarm": Broken(
        "Late is not in ALARM", "ALARM: 1 error", lambda t: only(t, "Late"), in_alarm
    ),
    "an address that is not confirmed": Broken(
        "subscriptions of News",
        "not confirmed: reader@example.com",
        with_reader,
        fix="/confirmation?",
    ),
    "a disabled event source mapping": Broken(
        "Reading reads", "it is Disabled", changed("Reading", Enabled=False)
    ),
    "a stream whose role may not write": Broken(
        "Stream delivers", "AccessDenied", unwritable, put_record
    ),
    "a queue that was deleted": Broken(
        "dead-letter queues are empty",
        "NonExistentQueue",
        only,
        lambda s: s.aws.sqs.delete_queue(QueueUrl=physical(s, "Dead")),
    ),
}


@pytest.fixture(autouse=True)
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


def test_access_lists_what_the_roles_of_any_stack_use(
    localstack: Host, aws: AwsClients, tmp_path: Path
) -> None:
    """There is no table of callers: who may read a bucket is a requirement of the ticker's."""
    stacks = deploy(aws, tmp_path, healthy())
    words = ["access", "--endpoint", localstack.endpoint, "--name", stacks.name, "--json"]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == ExitCode.VALID
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["event"] for each in found} == {"role"}
    assert {each["role"] for each in found} == set(stacks.names("AWS::IAM::Role"))


def check(host: Host, name: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code of the command, and its findings."""
    words = ["check", "--endpoint", host.endpoint, "--name", name, "--json"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, SystemExit | None), done.exception
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.exit_code, [line for line in lines if line["event"] == "finding"]


def test_a_healthy_pipeline_passes(localstack: Host, aws: AwsClients, tmp_path: Path) -> None:
    """With an invocation that succeeded, and a record that is delivered, everything is valid."""
    stacks = deploy(aws, tmp_path, healthy())
    invoke(stacks)
    put_record(stacks)
    code, findings = check(localstack, stacks.name)
    assert [each for each in findings if each["verdict"] != Verdict.VALID] == []
    assert code == ExitCode.VALID
    said = " ".join(f"{each['requirement']}: {each['evidence']}" for each in findings)
    for part in ("1 of 1 records delivered", "1 request succeeded", "Reading reads", "is empty"):
        assert part in said


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_found(
    localstack: Host, aws: AwsClients, tmp_path: Path, broken: Broken
) -> None:
    """That finding alone is invalid, with its evidence and what to do; the command exits with 1."""
    template = healthy()
    broken.template(template)
    stacks = deploy(aws, tmp_path, template)
    broken.act(stacks)
    code, findings = check(localstack, stacks.name)
    (found,) = (each for each in findings if each["verdict"] != Verdict.VALID)
    assert found["verdict"] == Verdict.INVALID
    assert broken.requirement in found["requirement"]
    assert broken.evidence in found["evidence"]
    assert found["fix"]
    assert broken.fix in found["fix"]
    assert code == ExitCode.BROKEN


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
