"""Each fault that can be switched on does what it says, and is gone when it is reverted."""

import json
from collections.abc import Iterator

import pytest
import requests
from typer.testing import CliRunner

from tests.live.conftest import ADDRESS, Pipeline
from tests.live.hosts import Host
from tests.live.switches import active, begin, next_tick, revert, switched_on
from wavetank.aws.clients import ClientError, error_code, without_retries
from wavetank.aws.observers import delivered_objects, subscriptions, topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.cli.main import app
from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, FunctionFailedError, InfrastructureError


@pytest.fixture(autouse=True)
def reverted(localstack: Host) -> Iterator[None]:
    """Whatever a test does, the next one finds nothing switched on."""
    yield
    revert(localstack.endpoint)


def test_a_function_that_is_broken_fails_until_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """With a large portion of its code commented out, as in the simulator and in a drill."""
    function = fault_pipeline.names.streaming_function
    with (
        switched_on(localstack.endpoint, "broken-deployment", function=function),
        pytest.raises(FunctionFailedError, match="NameError"),
    ):
        next_tick(fault_pipeline)
    assert next_tick(fault_pipeline).records


def test_a_function_that_may_not_run_is_throttled_until_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """What it had reserved before, which is nothing, is put back."""
    function = fault_pipeline.names.streaming_function
    with switched_on(localstack.endpoint, "no-concurrency", function=function):
        found = fault_pipeline.aws.awslambda.get_function_concurrency(FunctionName=function)
        assert found["ReservedConcurrentExecutions"] == 0
        again = begin(localstack.endpoint, "no-concurrency", function=function)
        assert (again.status_code, "one fault at a time" in again.text) == (400, True)
    found = fault_pipeline.aws.awslambda.get_function_concurrency(FunctionName=function)
    assert "ReservedConcurrentExecutions" not in found


def test_a_permission_that_is_missing_is_denied_until_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """The role's own policies stay as they are."""
    role = fault_pipeline.aws.awslambda.get_function_configuration(
        FunctionName=fault_pipeline.names.streaming_function
    )["Role"].rpartition("/")[2]
    before = fault_pipeline.aws.iam.list_role_policies(RoleName=role)["PolicyNames"]
    with (
        switched_on(localstack.endpoint, "permission-removed", owner=role, action="dynamodb:Scan"),
        pytest.raises(FunctionFailedError, match="AccessDenied"),
    ):
        next_tick(fault_pipeline)
    assert next_tick(fault_pipeline).records
    assert fault_pipeline.aws.iam.list_role_policies(RoleName=role)["PolicyNames"] == before


def test_a_call_that_fails_does_so_until_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """With the chosen code, for every caller but LocalStack itself."""
    call, code = "firehose:DescribeDeliveryStream", "ThrottlingException"
    firehose, stream = (
        without_retries(fault_pipeline.aws).firehose,
        fault_pipeline.names.delivery_stream,
    )
    with switched_on(localstack.endpoint, "api-error", call=call, code=code):
        with pytest.raises(ClientError) as refused:
            firehose.describe_delivery_stream(DeliveryStreamName=stream)
        assert error_code(refused.value) == code
        shown = requests.get(
            f"{localstack.endpoint}/_wavetank/overview",
            params={"stack": fault_pipeline.names.pipeline_stack},
            timeout=10,
        )
        assert shown.json()["shown"]["streams"][0]["name"] == stream
    assert firehose.describe_delivery_stream(DeliveryStreamName=stream)


def test_a_call_that_is_slow_is_so_until_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """By the seconds that were chosen."""
    clock = WallClock()
    with switched_on(localstack.endpoint, "api-latency", call="dynamodb:DescribeTable", takes="1s"):
        begun = clock.monotonic()
        fault_pipeline.aws.dynamodb.describe_table(TableName=fault_pipeline.names.table)
        assert clock.monotonic() - begun >= 1.0


def test_what_s3_refuses_is_delivered_once_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """Nothing is lost: the stream holds its records until S3 takes them."""
    controls, stream = SandboxControls(localstack.endpoint), fault_pipeline.names.delivery_stream
    controls.deliver_now()
    before = delivered_objects(fault_pipeline.aws, fault_pipeline.names.bucket)
    with switched_on(localstack.endpoint, "s3-outage", stream=stream):
        next_tick(fault_pipeline)
        with pytest.raises(InfrastructureError, match="injected by wavetank"):
            controls.deliver_now()
        assert delivered_objects(fault_pipeline.aws, fault_pipeline.names.bucket) == before
    controls.deliver_now()
    assert (
        len(delivered_objects(fault_pipeline.aws, fault_pipeline.names.bucket)) == len(before) + 1
    )


def test_a_rule_that_is_off_is_on_again_once_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """One that is off already is left as it is, so that reverting does not switch it on."""
    rule, events = fault_pipeline.names.rule, fault_pipeline.aws.events
    refused = begin(localstack.endpoint, "rule-off", rule=rule)
    assert (refused.status_code, "something deployed that rule-off can change" in refused.text) == (
        400,
        True,
    )
    events.enable_rule(Name=rule)
    try:
        with switched_on(localstack.endpoint, "rule-off", rule=rule):
            assert events.describe_rule(Name=rule)["State"] == "DISABLED"
        assert events.describe_rule(Name=rule)["State"] == "ENABLED"
    finally:
        events.disable_rule(Name=rule)


def test_an_address_that_is_not_confirmed_is_so_until_it_is_reverted(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """As if its reader had never opened the link."""
    topic = topic_arn(fault_pipeline.aws, fault_pipeline.names)
    listed = fault_pipeline.aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed[0]["Endpoint"] == ADDRESS
    with switched_on(localstack.endpoint, "unconfirmed-address", subscription=1):
        assert [entry.confirmed for entry in subscriptions(fault_pipeline.aws, topic)] == [False]
    assert [entry.confirmed for entry in subscriptions(fault_pipeline.aws, topic)] == [True]


def test_the_clock_is_wrong_until_it_is_reverted(localstack: Host) -> None:
    """The same clock as that of the clock's route."""
    address = f"{localstack.endpoint}/_wavetank/clock"
    with switched_on(localstack.endpoint, "wrong-clock", behind="1h"):
        assert requests.get(address, timeout=10).json() == {"offset_seconds": -3600.0}
    assert requests.get(address, timeout=10).json() == {"offset_seconds": 0.0}


def test_everything_is_reverted_at_once(localstack: Host, fault_pipeline: Pipeline) -> None:
    """The newest first; what is reverted is returned, and nothing is on."""
    stream = fault_pipeline.names.delivery_stream
    begin(localstack.endpoint, "api-error", call="sns:PublishBatch").raise_for_status()
    begin(localstack.endpoint, "s3-outage", stream=stream).raise_for_status()
    assert [fault["kind"] for fault in revert(localstack.endpoint)] == ["s3-outage", "api-error"]
    assert active(localstack.endpoint) == []


def test_drill_restore_reverts_what_is_switched_on(
    localstack: Host, fault_pipeline: Pipeline
) -> None:
    """The newest first, and said; then there is nothing left to revert."""
    names = fault_pipeline.names
    command = ["drill", "--restore", "--endpoint", localstack.endpoint, "--name", names.stem]
    begin(
        localstack.endpoint, "broken-deployment", function=names.streaming_function
    ).raise_for_status()
    begin(localstack.endpoint, "api-error", call="dynamodb:Scan").raise_for_status()
    restored = CliRunner().invoke(app, [*command, "--json"], catch_exceptions=False)
    assert restored.exit_code == ExitCode.VALID
    (event,) = map(json.loads, restored.stdout.splitlines())
    assert event == {"event": "restored", "faults": ["api-error", "broken-deployment"]}
    assert active(localstack.endpoint) == []
    assert next_tick(fault_pipeline).records
    again = CliRunner().invoke(app, command, catch_exceptions=False)
    assert "nothing to revert" in again.stdout


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("sunspots", {}, "kind to be one of"),
        ("api-error", {"call": "sqs:Nothing"}, "an operation of sqs"),
        ("api-latency", {"takes": 0}, "`takes` to be a duration"),
        ("api-error", {"speed": 1}, "a field of api-error"),
    ],
)
def test_a_fault_that_cannot_be_is_refused(
    localstack: Host, kind: str, given: dict[str, object], expected: str
) -> None:
    """With what was expected instead, and nothing is switched on."""
    answer = begin(localstack.endpoint, kind, **given)
    assert (answer.status_code, expected in answer.json()["error"]["expected"]) == (400, True)
    assert active(localstack.endpoint) == []
