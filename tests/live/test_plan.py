"""Planning says what deploying would do, and leaves everything as it was."""

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.live.conftest import ADDRESS, PACE_SECONDS, Pipeline
from tests.live.hosts import PROJECT, Host
from tests.live.names import unique_letters, unique_names
from tests.pretended_aws import ACCOUNT, PretendedAws, is_call, pretended_aws
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.target import local_target
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode
from wavetank.core.findings import Verdict
from wavetank.core.http_types import HttpRequest, HttpResponse
from wavetank.core.naming import Names
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT
from wavetank.deployment.change_preview import PLAN_CHANGE_SET, ChangePreviewer
from wavetank.deployment.changes import ChangeAction
from wavetank.deployment.deployer import DeploymentOptions, WantedStack
from wavetank.deployment.plan import DeploymentPlan, plan_deployment
from wavetank.deployment.preflight import preflight

TOPIC = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'


def _state(aws: AwsClients) -> tuple[list[tuple[str, str]], list[str]]:
    """Every stack with its status, and every bucket."""
    pages = aws.cloudformation.get_paginator("describe_stacks").paginate()
    stacks: list[tuple[str, str]] = [
        (stack["StackName"], stack["StackStatus"]) for page in pages for stack in page["Stacks"]
    ]
    return sorted(stacks), sorted(bucket["Name"] for bucket in aws.s3.list_buckets()["Buckets"])


def _plan(localstack: Host, options: DeploymentOptions) -> DeploymentPlan:
    target = local_target(localstack.endpoint)
    before = _state(target.aws)
    found = plan_deployment(target, options, PROJECT, WallClock())
    assert _state(target.aws) == before
    return found


def test_what_is_deployed_is_planned_as_no_changes(localstack: Host, pipeline: Pipeline) -> None:
    """The templates, the packages and the prices of a deployment are those of its plan."""
    found = _plan(localstack, pipeline.options)
    assert [stack.changes for stack in found.stacks] == [(), ()]
    assert not found.changes_anything
    assert not found.refused


def test_a_changed_parameter_is_planned_as_a_change(localstack: Host, pipeline: Pipeline) -> None:
    """One resource, one property, with its values before and after."""
    found = _plan(localstack, replace(pipeline.options, schedule_enabled=True))
    (change,) = found.stacks[1].changes
    assert (change.action, change.logical_id) == (ChangeAction.CHANGE, "StreamingRule")
    (state,) = change.properties
    assert (state.path, state.before, state.after) == ("State", "DISABLED", "ENABLED")


def test_another_stream_name_is_planned_with_its_losses(
    localstack: Host, pipeline: Pipeline
) -> None:
    """Stream and log group are replaced, as AWS would, and what they hold is named."""
    names = replace(pipeline.names, delivery_stream=f"{pipeline.names.stem}-other")
    found = _plan(localstack, replace(pipeline.options, names=names))
    losses = {c.logical_id: c.lost for c in found.stacks[1].changes if c.lost}
    assert losses == {
        "DeliveryStream": "the records in its buffer",
        "DeliveryLogs": "its log lines",
    }


def test_a_new_pipeline_is_planned_whole_and_leaves_nothing(localstack: Host) -> None:
    """Every resource of both templates is added, the deployer's own work named, no stack left."""
    names = unique_names()
    found = _plan(localstack, DeploymentOptions(names=names, addresses=(ADDRESS,)))
    actions = {change.action for stack in found.stacks for change in stack.changes}
    assert actions == {ChangeAction.ADD}
    assert [stack.status for stack in found.stacks] == [None, None]
    assert len(found.stacks[1].changes) == len(found.template["Resources"]) - 1  # one condition
    assert found.new_bucket == names.artifact_bucket
    assert [package.name for package in found.uploads] == ["streaming", "notification"]
    assert len(found.items) == 5


def test_a_template_that_is_refused_is_told_and_leaves_nothing(aws: AwsClients) -> None:
    """CloudFormation's words are the plan's, and no stack is left in review."""
    name = f"refused-{unique_letters()}"
    topic = '{"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Nobody"}}}'
    template = f'{{"Resources": {{"Topic": {topic}}}}}'
    looked = ChangePreviewer(aws.cloudformation, WallClock(), PACE_SECONDS)
    found = looked.changes(WantedStack(name, template, {}))
    assert "Nobody" in found.refusal
    assert name not in [stack for stack, _ in _state(aws)[0]]


def test_what_a_killed_plan_left_is_gone_after_the_next(aws: AwsClients) -> None:
    """The stack in review with a plan's change set is not taken for somebody's."""
    name = f"killed-{unique_letters()}"
    aws.cloudformation.create_change_set(
        StackName=name,
        ChangeSetName=PLAN_CHANGE_SET,
        ChangeSetType="CREATE",
        TemplateBody=TOPIC,
    )
    assert (name, "REVIEW_IN_PROGRESS") in _state(aws)[0]
    looked = ChangePreviewer(aws.cloudformation, WallClock(), PACE_SECONDS)
    assert len(looked.changes(WantedStack(name, TOPIC, {})).changes) == 1
    assert name not in [stack for stack, _ in _state(aws)[0]]


def _judged(localstack: Host, names: Names) -> dict[str, tuple[Verdict, str]]:
    target = local_target(localstack.endpoint)
    findings = preflight(target, names, (ADDRESS,), WallClock())
    return {finding.requirement: (finding.verdict, finding.evidence) for finding in findings}


def test_a_log_group_without_a_stack_is_a_leftover(localstack: Host, aws: AwsClients) -> None:
    """A late line of a deleted function makes its group again, and the next deployment fails."""
    names = unique_names()
    group = f"/aws/lambda/{names.streaming_function}"
    aws.logs.create_log_group(logGroupName=group)
    aws.logs.create_log_group(logGroupName=f"{group}-2")
    verdict, evidence = _judged(localstack, names)["nothing else has our names"]
    assert (verdict, evidence) == (Verdict.INVALID, f"exist already: {group}")


def test_a_bucket_without_its_stack_is_a_leftover(localstack: Host, aws: AwsClients) -> None:
    """The name is ours, and yet the storage stack could not be made."""
    names = unique_names()
    place = {"LocationConstraint": "eu-west-1"}
    aws.s3.create_bucket(Bucket=names.bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]  # a literal
    judged = _judged(localstack, names)
    assert judged["name of the delivery bucket"][0] is Verdict.VALID
    assert judged["nothing else has our names"][1] == f"exist already: {names.bucket}"


def test_a_bucket_of_somebody_else_is_a_blocker(localstack: Host) -> None:
    """Buckets have one namespace for all accounts."""
    names = unique_names()
    other = sandbox_clients(localstack.endpoint, SANDBOX_OTHER_ACCOUNT)
    place = {"LocationConstraint": "eu-west-1"}
    other.s3.create_bucket(Bucket=names.bucket, CreateBucketConfiguration=place)  # type: ignore[arg-type]  # a literal
    verdict, evidence = _judged(localstack, names)["name of the delivery bucket"]
    assert (verdict, "belongs to another account" in evidence) == (Verdict.INVALID, True)


def test_a_deployed_pipeline_passes_its_preflight(localstack: Host, pipeline: Pipeline) -> None:
    """Its own resources are no leftovers, and its address has confirmed."""
    judged = _judged(localstack, pipeline.names)
    assert {verdict for verdict, _ in judged.values()} == {Verdict.VALID}
    assert judged["addresses for alerts"][1] == "1 confirmed"


@dataclass
class Shown:
    """What the command printed, as JSON and for people, and how it ended."""

    events: list[dict[str, Any]]
    text: str
    code: int

    def named(self, event: str) -> list[dict[str, Any]]:
        return [entry for entry in self.events if entry["event"] == event]


def _run(*words: str) -> Shown:
    result = CliRunner().invoke(app, ["plan", *words], catch_exceptions=False)
    lines = result.stdout.splitlines() if "--json" in words else []
    return Shown([json.loads(line) for line in lines], result.output, result.exit_code)


def _of_the_account(request: HttpRequest) -> HttpResponse | None:
    """What LocalStack does not have: Service Quotas, and Block Public Access of an account."""
    if is_call(request, "servicequotas", "GetServiceQuota"):
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        return HttpResponse(200, headers, b'{"Quota": {"Value": 5000.0}}')
    if "s3-control" in request.url:
        code = b"<Code>NoSuchPublicAccessBlockConfiguration</Code><Message>none</Message>"
        body = b"<ErrorResponse><Error>" + code + b"</Error></ErrorResponse>"
        return HttpResponse(404, {"Content-Type": "text/xml"}, body)
    return None


@pytest.fixture
def pretended(localstack: Host, monkeypatch: pytest.MonkeyPatch) -> Iterator[PretendedAws]:
    """AWS, as far as the session's LocalStack and scripted answers go."""
    with pretended_aws(monkeypatch, localstack.endpoint, _of_the_account) as aws:
        yield aws


def test_the_command_shows_a_plan_for_aws(localstack: Host, pretended: PretendedAws) -> None:
    """Account and region first, then findings, additions, cost, and the command that applies it."""
    account = sandbox_clients(localstack.endpoint, ACCOUNT)
    before = _state(account)
    options = ("--target", "aws", "--name", "Ada Lovelace", "--email", "a@example.com")
    shown = _run(*options, "--account", ACCOUNT, "--json")
    assert shown.code == 0, shown.text
    assert list(shown.events[0].items())[:4] == [
        ("event", "target"),
        ("kind", "aws"),
        ("account", ACCOUNT),
        ("region", "eu-west-1"),
    ]
    assert {finding["verdict"] for finding in shown.named("finding")} == {"valid"}
    assert {change["action"] for change in shown.named("change")} == {"add"}
    assert 0.5 < shown.named("cost")[0]["usd"] < 1.5
    (planned,) = shown.named("planned")
    assert planned["to_apply"] == (
        f"./wavetank deploy --target aws --account {ACCOUNT} --name 'Ada Lovelace' "
        "--email a@example.com"
    )
    assert _state(account) == before
    assert pretended.sent


def test_the_command_ends_by_what_it_found(pretended: PretendedAws) -> None:
    """A blocker is 1, also where something is unknown; unknown alone is 3."""
    options = ("--target", "aws", "--name", "Grace Hopper")
    assert _run(*options).code == ExitCode.BROKEN  # nobody to tell
    denied = HttpResponse(
        400,
        {"Content-Type": "application/x-amz-json-1.1"},
        b'{"__type": "AccessDeniedException", "message": "no"}',
    )
    pretended.answers.insert(
        0, lambda request: denied if is_call(request, "servicequotas", "GetServiceQuota") else None
    )
    assert _run(*options).code == ExitCode.BROKEN
    shown = _run(*options, "--email", "a@example.com")
    assert shown.code == ExitCode.UNKNOWN
    assert "servicequotas:GetServiceQuota" in shown.text
    assert "nothing was changed" in shown.text


def test_ctrl_c_leaves_nothing(localstack: Host, pretended: PretendedAws) -> None:
    """In the middle of a change set: it is deleted, its empty stack too, and the user is told."""
    account = sandbox_clients(localstack.endpoint, ACCOUNT)
    before = _state(account)

    def interrupt(request: HttpRequest) -> None:
        if is_call(request, "cloudformation", "DescribeChangeSet"):
            signal.raise_signal(signal.SIGINT)

    pretended.answers.insert(0, interrupt)
    shown = _run("--target", "aws", "--name", "Mary Shelley", "--email", "a@example.com")
    assert shown.code == ExitCode.INTERRUPTED
    assert "the change sets are deleted" in shown.text
    assert _state(account) == before


def test_the_command_reads_without_colour(localstack: Host, pipeline: Pipeline) -> None:
    """Signs and words say what is changed, replaced and lost, and what a month costs."""
    names = pipeline.names
    first, last = names.full_name.split()
    prefix = names.stem.removesuffix((first[:3] + last[:3]).upper())
    who = ("--name", names.full_name, "--prefix", prefix, "--email", ADDRESS)
    same = _run("--endpoint", localstack.endpoint, *who, "--no-schedule")
    assert same.code == 0, same.text
    assert "no changes: what is deployed is what would be deployed" in same.text
    shown = _run("--endpoint", localstack.endpoint, *who, "--stream-name-case", "upper")
    assert shown.code == 0, shown.text
    assert "  ~   StreamingRule  AWS::Events::Rule" in shown.text
    assert "        State: DISABLED -> ENABLED" in shown.text
    assert "  -/+ DeliveryStream" in shown.text
    assert "data loss: the records in its buffer" in shown.text
    assert "DynamoDB writes on demand: 438,000 write units" in shown.text
    assert "\x1b" not in shown.text


def test_aws_wants_to_be_told_whose_pipeline(pretended: PretendedAws) -> None:
    """In an account nothing is guessed."""
    result = CliRunner().invoke(app, ["plan", "--target", "aws"])
    assert "give the pipeline's --name" in str(result.exception)
    assert not [request for request in pretended.sent if "cloudformation" in request.url]
