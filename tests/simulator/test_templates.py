"""A user's templates in the simulator: the sensors' pipeline, next to the project's own."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.sensors import SENSORS
from tests.simulator.conftest import START, Deployed
from tests.simulator.stacks import delete
from wavetank.aws.clients import AwsClients
from wavetank.core.clock import WallClock
from wavetank.core.schedule import scheduled_event
from wavetank.deployment.pipelines.user_pipeline import DEFAULT_STACK
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.environment import LambdaContext
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan
from wavetank.history import (
    DestinationReached,
    Event,
    ObjectDelivered,
    RecordsAccepted,
    RequestDiscarded,
    RuleFired,
    read_history,
)
from wavetank.history.events import OK
from wavetank.scenario.model import Scenario
from wavetank.simulation.runner import RunResult, RunSpec, simulate
from wavetank.templates.http_resources import HTTP_CHECKS
from wavetank.templates.supported_resources import CHECKS

OF_THE_GARDEN = {
    "AWS::CloudFormation::Stack",
    "AWS::Kinesis::Stream",
    "AWS::Lambda::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Version",
}
"""Supported types that test_sam_templates deploys; test_http_entries has those of HTTP."""
OF_THE_HARBOUR = {
    "AWS::CloudWatch::Alarm",
    "AWS::Events::EventBus",
    "AWS::Events::EventBusPolicy",
    "AWS::Kinesis::Stream",
    "AWS::Logs::ResourcePolicy",
    "AWS::Logs::SubscriptionFilter",
    "AWS::SSM::Parameter",
    "AWS::SecretsManager::Secret",
}
"""Those that test_pushed_events deploys."""
GAUGES = ["bridge", "mill", "weir"]
FIVE_MINUTES = timedelta(minutes=5)
LATER = START + FIVE_MINUTES


@pytest.fixture(scope="module")
def aws(deployed: Deployed) -> Iterator[AwsClients]:
    """The simulator's clients, with the sensors deployed; deleted afterwards."""
    simulator = deployed.simulator
    simulator.reset()  # or what the tests before have left would be in the baseline
    SENSORS.deploy(simulator.aws, WallClock())
    simulator.take_baseline()
    yield simulator.aws
    simulator.reset()
    delete(simulator.aws, DEFAULT_STACK)
    delete(simulator.aws, SENSORS.storage_stack)
    for entry in simulator.aws.sns.list_subscriptions()["Subscriptions"]:
        if f":{DEFAULT_STACK}-" in entry["TopicArn"]:  # LocalStack leaves them when a topic goes
            simulator.aws.sns.unsubscribe(SubscriptionArn=entry["SubscriptionArn"])
    simulator.take_baseline()


@pytest.fixture
def simulator(deployed: Deployed, aws: AwsClients) -> Iterator[Simulator]:
    """The simulator with the sensors deployed, at `START`, with the items of a run's start."""
    simulator = deployed.simulator
    with simulator.frozen_at(START):
        SENSORS.begin(aws, START)
        yield simulator
    simulator.reset()


def resources(aws: AwsClients) -> dict[str, Any]:
    """Each resource of both stacks by its logical id."""
    found = [
        resource
        for stack in (SENSORS.storage_stack, DEFAULT_STACK)
        for resource in aws.cloudformation.describe_stack_resources(StackName=stack)[
            "StackResources"
        ]
    ]
    return {resource["LogicalResourceId"]: resource for resource in found}


def name_of(aws: AwsClients, logical_id: str) -> str:
    """The physical name of a resource."""
    return str(resources(aws)[logical_id]["PhysicalResourceId"])


def invoke(simulator: Simulator, logical_id: str, instant: Any = START) -> Any:
    """The function's response to a scheduled event, run from its zip with its own role."""
    name = name_of(simulator.aws, logical_id)
    arn = simulator.aws.awslambda.get_function_configuration(FunctionName=name)["FunctionArn"]
    function = simulator.function(arn)
    context = LambdaContext(
        aws_request_id="request",
        function_name=name,
        invoked_function_arn=arn,
        memory_limit_in_mb="128",
        log_group_name="group",
        log_stream_name="stream",
    )
    rule = "arn:aws:events:eu-west-1:000000000000:rule/test"
    outcome = simulator.environment(function, "one").invoke(scheduled_event(rule, instant), context)
    assert not outcome.is_error, outcome.payload
    return json.loads(outcome.payload)


def waiting(aws: AwsClients, queue_url: str) -> int:
    """How many messages are in the queue."""
    names: Any = ["ApproximateNumberOfMessages"]
    found = aws.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def hour(simulator: Simulator, folder: Path, number: int) -> tuple[RunResult, list[Event]]:
    """An hour without faults, and its events."""
    scenario = Scenario(name="hour", description="An hour.", horizon=timedelta(hours=1))
    path = folder / f"{number}.jsonl"
    result = simulate(simulator, SENSORS, RunSpec(scenario=scenario, seed=1), path)
    return result, list(read_history(path))


def test_every_type_that_is_supported_deploys(aws: AwsClients) -> None:
    """The sensors have one of most, and CloudFormation made them all."""
    found = resources(aws).values()
    elsewhere = OF_THE_GARDEN | OF_THE_HARBOUR | HTTP_CHECKS.keys()
    assert {resource["ResourceType"] for resource in found} == CHECKS.keys() - elsewhere
    assert {resource["ResourceStatus"] for resource in found} == {"CREATE_COMPLETE"}


def test_rules_are_deployed_disabled(aws: AwsClients) -> None:
    """Whatever the template says: one of them says ENABLED, the other nothing."""
    rules = [
        aws.events.describe_rule(Name=name_of(aws, name))
        for name in ("EveryFiveMinutes", "EveryHour")
    ]
    assert [(rule["ScheduleExpression"], rule["State"]) for rule in rules] == [
        ("cron(0/5 * * * ? *)", "DISABLED"),
        ("rate(1 hour)", "DISABLED"),
    ]


def test_functions_run_from_their_folders_with_their_roles(simulator: Simulator) -> None:
    """One reads the seeded table and delivers; the other reads what the first has stored."""
    assert invoke(simulator, "Report")["gauges"] == dict.fromkeys(GAUGES, "never")
    assert invoke(simulator, "Measure") == {"readings": 3}
    time = START.isoformat().replace("+00:00", "Z")
    assert invoke(simulator, "Report")["gauges"] == dict.fromkeys(GAUGES, time)
    assert simulator.next_delivery() == LATER
    simulator.move_to(LATER)
    simulator.deliver_due()
    (found,) = simulator.aws.s3.list_objects_v2(Bucket=name_of(simulator.aws, "Readings"))[
        "Contents"
    ]
    assert found["Key"].startswith("raw/2026/11/24/10/")


def test_an_hour_of_both_pipelines_holds_and_is_the_same_again(
    deployed: Deployed, aws: AwsClients, tmp_path: Path
) -> None:
    """Every generic invariant is valid, of cron and rate alike, and one seed has one digest."""
    simulator = deployed.simulator
    result, history = hour(simulator, tmp_path, 1)
    assert all(f.verdict.passes for f in result.findings), result.findings
    fired = [event.rule for event in history if isinstance(event, RuleFired)]
    assert fired.count(name_of(aws, "EveryFiveMinutes")) == 12
    assert fired.count(name_of(aws, "EveryHour")) == 1
    stream = name_of(aws, "Delivery")
    ours = [e for e in history if isinstance(e, RecordsAccepted | ObjectDelivered)]
    kinds = [type(e) for e in ours if e.stream == stream for _ in e.records]
    assert kinds.count(RecordsAccepted) == kinds.count(ObjectDelivered) == 36
    assert waiting(aws, name_of(aws, "Reports")) == 1
    assert _signs(aws) == [
        "alive at 2030-01-01T00:30:00Z",
        "alive at 2030-01-01T01:00:00Z",
        f'{{"rule": "{name_of(aws, "EveryHour")}", "at": "the time 2030-01-01T01:00:00Z"}}',
    ]
    again, _ = hour(simulator, tmp_path, 2)
    assert again.digest == result.digest
    simulator.reset()


def test_a_lost_event_is_in_the_dead_letter_queue_and_in_the_destination(
    deployed: Deployed, aws: AwsClients, tmp_path: Path
) -> None:
    """In virtual time too, with AWS's attributes, by the permissions of the function's role."""
    name = name_of(aws, "Report")
    crash = HandlerCrash(
        after=timedelta(minutes=59), lasts=timedelta(hours=1), times=None, function=name
    )
    plan, hours = FaultPlan((crash,)), timedelta(hours=1)
    scenario = Scenario(name="lost", description="One lost hour.", horizon=hours, plan=plan)
    spec = RunSpec(scenario=scenario, seed=1)
    result = simulate(deployed.simulator, SENSORS, spec, tmp_path / "lost.jsonl")
    assert all(found.verdict.passes for found in result.findings), result.findings
    history = list(read_history(tmp_path / "lost.jsonl"))
    given_up = next(event for event in history if isinstance(event, RequestDiscarded))
    reached = [e for e in history if isinstance(e, DestinationReached) and e.outcome == OK]
    queue = name_of(aws, "LostHours")
    assert {e.destination.rpartition(":")[2] for e in reached if e.request == given_up.request} == {
        name_of(aws, "Warnings").rpartition(":")[2],
        queue.rpartition("/")[2],
    }
    (message,) = aws.sqs.receive_message(QueueUrl=queue, MessageAttributeNames=["All"])["Messages"]
    assert json.loads(message["Body"])["detail-type"] == "Scheduled Event"
    values = {k: v["StringValue"] for k, v in message["MessageAttributes"].items()}
    assert (values["RequestID"], values["ErrorCode"]) == (given_up.request, "200")
    assert values["ErrorMessage"].endswith("Runtime exited with error: signal: killed")
    deployed.simulator.reset()


def _signs(aws: AwsClients) -> list[str]:
    """The messages of the schedule, and of the rule's target with a transformer."""
    url = name_of(aws, "Signs")
    found = aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    return sorted(message["Body"] for message in found)


def test_a_reset_leaves_nothing_of_a_run(simulator: Simulator) -> None:
    """Messages, versions of objects and their deletions, items, concurrency and schedules."""
    aws, bucket, queue = (
        simulator.aws,
        name_of(simulator.aws, "Readings"),
        name_of(simulator.aws, "Reports"),
    )
    function = name_of(aws, "Measure")
    invoke(simulator, "Measure")
    aws.sqs.send_message(QueueUrl=queue, MessageBody="one")
    aws.sqs.send_message(QueueUrl=queue, MessageBody="two")
    assert len(aws.sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    for body in (b"one", b"two"):
        aws.s3.put_object(Bucket=bucket, Key="key", Body=body)
    aws.s3.delete_object(Bucket=bucket, Key="key")
    aws.awslambda.put_function_concurrency(FunctionName=function, ReservedConcurrentExecutions=0)
    assert len(aws.s3.list_object_versions(Bucket=bucket)["Versions"]) == 2
    (schedule,) = aws.scheduler.list_schedules()["Schedules"]
    aws.scheduler.delete_schedule(Name=schedule["Name"], GroupName=schedule["GroupName"])
    simulator.reset()
    assert len(aws.scheduler.list_schedules()["Schedules"]) == 1
    assert waiting(aws, queue) == 0
    assert "Messages" not in aws.sqs.receive_message(QueueUrl=queue)
    versions = aws.s3.list_object_versions(Bucket=bucket)
    assert not {"Versions", "DeleteMarkers"} & versions.keys()
    assert "ReservedConcurrentExecutions" not in aws.awslambda.get_function_concurrency(
        FunctionName=function
    )
    assert simulator.next_delivery() is None
    assert aws.dynamodb.scan(TableName=name_of(aws, "Gauges"))["Items"] == []


def test_items_are_put_as_the_file_has_them(simulator: Simulator) -> None:
    """Numbers are DynamoDB's, without zeros at the end, and each run begins with the same."""
    items = simulator.aws.dynamodb.scan(TableName=name_of(simulator.aws, "Gauges"))["Items"]
    assert sorted(item["GaugeId"]["S"] for item in items) == GAUGES
    assert {item["Flow"]["N"] for item in items} == {"31.5", "12.25", "12"}
