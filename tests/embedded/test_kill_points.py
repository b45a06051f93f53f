"""Commands killed before and after each writing call: a later command reaches the same end."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.embedded.kill_points import is_killed, kill_points, report
from tests.shell import DEFAULT, Shell
from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import delivered_objects
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.clock import WallClock, floor_to_minute, rfc3339
from wavetank.scenario.steps import MINUTE

pytestmark = pytest.mark.nightly
DRILL = ("drill",)
FORBID = ("drill", "--fault", "no-concurrency")
RUN = ("run", "broken-deployment", "--engine", "embedded", "--seed", "1")
DENY = ("run", "permission-removed", "--engine", "embedded", "--seed", "1")
RESTORE = ("drill", "--restore")
DEPLOY = ("deploy", "--record-format", "original")
TEARDOWN = ("teardown", "--yes")
LONG_AGO = timedelta(minutes=10)
"""Longer than an invocation may be under way, so that a teardown waits for none."""


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """With a sandbox that is up."""
    shell = Shell(tmp_path_factory.mktemp("kill-points"))
    up = shell.run("up", "--detach", "--retry-base-delay", "1", "--confirm-emails")
    assert up.code == 0, up.err
    yield shell
    shell.run("down")


@pytest.fixture(scope="module")
def aws(shell: Shell) -> AwsClients:
    """The sandbox's clients."""
    return sandbox_clients(shell.endpoint())


def _end_state(aws: AwsClients) -> object:
    """All that these commands change."""
    name = DEFAULT.streaming_function
    found = aws.awslambda.get_function_configuration(FunctionName=name)
    role = found["Role"].rpartition("/")[2]
    stacks = [
        aws.cloudformation.describe_stacks(StackName=stack)["Stacks"][0]
        for stack in (DEFAULT.storage_stack, DEFAULT.pipeline_stack)
    ]
    return (
        found["CodeSha256"],
        found.get("Environment"),
        aws.awslambda.get_function_concurrency(FunctionName=name).get(
            "ReservedConcurrentExecutions"
        ),
        aws.events.describe_rule(Name=DEFAULT.rule)["State"],
        sorted(aws.iam.list_role_policies(RoleName=role)["PolicyNames"]),
        [(stack["StackStatus"], stack.get("Parameters")) for stack in stacks],
    )


def _journals(shell: Shell) -> list[str]:
    return [file.name for file in (shell.state / "changes").glob("*.json")]


@pytest.mark.parametrize("words", [DRILL, FORBID, RUN, DENY], ids=" ".join)
def test_what_a_command_changed_is_reverted_wherever_it_is_killed(
    shell: Shell, aws: AwsClients, words: tuple[str, ...]
) -> None:
    """`drill --restore` brings the state from before, and leaves no entry."""
    # A run moves the prices on by its ticks, which is no change to revert, and may move them half
    # an hour ahead of the clock. More runs than fit in there are killed here, so each has the same
    # prices to begin with.
    prices = aws.dynamodb.scan(TableName=DEFAULT.table, ConsistentRead=True)["Items"]
    before, tried = _end_state(aws), 0
    for number, side in kill_points():
        if not is_killed(shell, number, side, words):
            break
        restored = shell.run(*RESTORE)
        assert restored.code == 0, (number, side, restored.err)
        assert _end_state(aws) == before, (number, side, restored.out)
        assert _journals(shell) == []
        for item in prices:
            aws.dynamodb.put_item(TableName=DEFAULT.table, Item=item)
        tried += 1
    report(tried)
    assert tried >= 4
    assert _end_state(aws) == before
    assert _journals(shell) == []


def test_a_killed_restoration_is_made_again(shell: Shell, aws: AwsClients) -> None:
    """Before and after each of its calls; the second one comes to the same end."""
    before, tried = _end_state(aws), 0
    for number, side in kill_points():
        # At its fifth call a run has the rule off, and is about to break the code: the code is
        # broken after it.
        assert is_killed(shell, 5, "after", RUN)
        assert _end_state(aws) != before
        if not is_killed(shell, number, side, RESTORE):
            break
        assert shell.run(*RESTORE).code == 0
        assert _end_state(aws) == before, (number, side)
        assert _journals(shell) == []
        tried += 1
    report(tried)
    assert tried >= 4  # both sides of the code's restoration, and of the rule's


def test_a_killed_deployment_is_made_again(shell: Shell, aws: AwsClients) -> None:
    """The same command comes to the end of one that nothing disturbed."""
    assert shell.run(*DEPLOY).code == 0
    expected, tried = _end_state(aws), 0
    for number, side in kill_points():
        assert shell.run("deploy", "--record-format", "ndjson").code == 0
        if not is_killed(shell, number, side, DEPLOY):
            break
        again = shell.run(*DEPLOY)
        assert again.code == 0, (number, side, again.err)
        assert _end_state(aws) == expected, (number, side)
        tried += 1
    report(tried)
    assert tried >= 4


def _standing_pipeline(shell: Shell, aws: AwsClients) -> None:
    """Deploys it, with a record delivered long ago, and nothing else under way."""
    deployed = shell.run("deploy", "--name", DEFAULT.full_name, "--record-format", "ndjson")
    assert deployed.code == 0, deployed.err
    aws.events.disable_rule(Name=DEFAULT.rule)
    minute = floor_to_minute(WallClock().now()) - LONG_AGO
    for item in aws.dynamodb.scan(TableName=DEFAULT.table)["Items"]:
        before = {"Tick": {"S": rfc3339(minute - MINUTE)}}
        aws.dynamodb.put_item(TableName=DEFAULT.table, Item={**item, **before})
    assert StreamingInvoker(aws, DEFAULT).fire_and_wait(minute)["records"]
    SandboxControls(shell.endpoint()).deliver_now()
    aws.events.enable_rule(Name=DEFAULT.rule)


def _inventory(aws: AwsClients) -> dict[str, list[str]]:
    """The names of all that the sandbox has; it has one pipeline at most."""
    stacks = aws.cloudformation.describe_stacks()["Stacks"]
    return {
        "stacks": [s["StackName"] for s in stacks if s["StackStatus"] != "DELETE_COMPLETE"],
        "buckets": [bucket["Name"] for bucket in aws.s3.list_buckets()["Buckets"]],
        "functions": [f["FunctionName"] for f in aws.awslambda.list_functions()["Functions"]],
        "rules": [rule["Name"] for rule in aws.events.list_rules()["Rules"]],
        "tables": aws.dynamodb.list_tables()["TableNames"],
        "streams": aws.firehose.list_delivery_streams()["DeliveryStreamNames"],
        "topics": [topic["TopicArn"] for topic in aws.sns.list_topics()["Topics"]],
        "roles": [role["RoleName"] for role in aws.iam.list_roles()["Roles"]],
        "log groups": [g["logGroupName"] for g in aws.logs.describe_log_groups()["logGroups"]],
    }


def _data(aws: AwsClients) -> set[str]:
    return {entry.key for entry in delivered_objects(aws, DEFAULT.bucket)}


def test_a_killed_teardown_is_finished_by_the_same_command(shell: Shell, aws: AwsClients) -> None:
    """The delivery bucket stays with every object, everything else is gone."""
    _standing_pipeline(shell, aws)
    undisturbed = shell.run(*TEARDOWN)
    assert undisturbed.code == 0, undisturbed.err
    expected, tried = _inventory(aws), 0
    assert expected["buckets"] == [DEFAULT.bucket]
    assert expected["stacks"] == [DEFAULT.storage_stack]
    assert not expected["functions"] + expected["tables"] + expected["streams"]
    for number, side in kill_points():
        _standing_pipeline(shell, aws)
        delivered = _data(aws)
        assert delivered
        if not is_killed(shell, number, side, TEARDOWN):
            break
        again = shell.run(*TEARDOWN)
        assert again.code == 0, (number, side, again.err)
        assert _inventory(aws) == expected, (number, side, again.out)
        assert _data(aws) >= delivered, (number, side)
        tried += 1
    report(tried)
    assert tried >= 8  # both sides of: rule off, stack, objects of the artifact bucket, bucket
