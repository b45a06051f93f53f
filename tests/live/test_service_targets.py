"""A schedule invokes a function, whose log feeds another function, a metric and an alarm."""

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live.conftest import Function, MakeFunction, MakeRole
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients

SAYS = "def handler(event, context): print('got', json.dumps(event))"
SOURCE = f"import json\n{SAYS}"
PERIOD_SECONDS = 10
"""The shortest period of an alarm."""


def _received(function: Function) -> list[Any]:
    """The events that reached the function."""
    group = f"/aws/lambda/{function.name}"
    logs = function.aws.logs
    if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
        return []
    found = logs.filter_log_events(logGroupName=group, filterPattern='"got "')["events"]
    return [json.loads(event["message"].partition("got ")[2]) for event in found]


@pytest.fixture
def queue_of_alarms(aws: AwsClients) -> Iterator[str]:
    """A queue that is subscribed to a topic of the same name."""
    name = f"test-{unique_letters()}"
    topic = aws.sns.create_topic(Name=name)["TopicArn"]
    arn = f"arn:aws:sqs:eu-west-1:000000000000:{name}"
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": statement})
    url = aws.sqs.create_queue(QueueName=name, Attributes={"Policy": policy})["QueueUrl"]
    aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    yield url
    aws.sns.delete_topic(TopicArn=topic)
    aws.sqs.delete_queue(QueueUrl=url)


def _watch(aws: AwsClients, function: Function, reader: Function, topic: str) -> None:
    """Send the function's output to the reader, count it, and alarm the topic."""
    group = f"/aws/lambda/{function.name}"
    aws.logs.create_log_group(logGroupName=group)
    reader_arn = aws.awslambda.get_function_configuration(FunctionName=reader.name)["FunctionArn"]
    aws.awslambda.add_permission(
        FunctionName=reader.name,
        StatementId="logs",
        Action="lambda:InvokeFunction",
        Principal="logs.amazonaws.com",
        SourceArn=f"arn:aws:logs:eu-west-1:000000000000:log-group:{group}:*",
    )
    aws.logs.put_subscription_filter(
        logGroupName=group, filterName="got", filterPattern='"got "', destinationArn=reader_arn
    )
    metric: Any = {"metricName": "got", "metricNamespace": function.name, "metricValue": "1"}
    aws.logs.put_metric_filter(
        logGroupName=group, filterName="got", filterPattern='"got "', metricTransformations=[metric]
    )
    aws.cloudwatch.put_metric_alarm(
        AlarmName=function.name,
        Namespace=function.name,
        MetricName="got",
        Statistic="Sum",
        Period=PERIOD_SECONDS,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        TreatMissingData="notBreaching",
        AlarmActions=[topic],
    )


def test_a_schedule_invokes_a_function_whose_log_is_watched(
    make_function: MakeFunction, make_role: MakeRole, aws: AwsClients, queue_of_alarms: str
) -> None:
    """Each part by AWS's permissions: the schedule's role, the reader's policy, the queue's."""
    function, reader = make_function(SOURCE), make_function(SOURCE)
    topic = queue_of_alarms.rpartition("/")[2]
    _watch(aws, function, reader, f"arn:aws:sns:eu-west-1:000000000000:{topic}")
    arn = aws.awslambda.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    allowed = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}
    aws.scheduler.create_schedule(
        Name=function.name,
        ScheduleExpression="rate(1 hour)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": arn,
            "RoleArn": make_role(allowed, service="scheduler"),
            "Input": '{"schedule": "<aws.scheduler.schedule-arn>"}',
        },
    )
    (event,) = wait_until_seen(lambda: _received(function), bool, "the schedule to invoke")
    assert event["schedule"].endswith(f":schedule/default/{function.name}")
    (sent,) = wait_until_seen(lambda: _received(reader), bool, "the log to reach the reader")
    document = json.loads(gzip.decompress(base64.b64decode(sent["awslogs"]["data"])))
    assert document["logGroup"] == f"/aws/lambda/{function.name}"
    assert ["got" in event["message"] for event in document["logEvents"]] == [True]
    message = wait_until_seen(
        lambda: aws.sqs.receive_message(QueueUrl=queue_of_alarms).get("Messages", []),
        bool,
        "the alarm",
    )[0]
    alarm = json.loads(json.loads(message["Body"])["Message"])
    assert (alarm["AlarmName"], alarm["NewStateValue"]) == (function.name, "ALARM")
    aws.scheduler.delete_schedule(Name=function.name)
    aws.cloudwatch.delete_alarms(AlarmNames=[function.name])


@pytest.fixture
def rule_with_role(aws: AwsClients, make_role: MakeRole) -> Iterator[tuple[str, str, str]]:
    """A rule that sends events of a source of its own name to a queue; the queue and the role."""
    name = f"test-{unique_letters()}"
    url = aws.sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:eu-west-1:000000000000:{name}"
    role = make_role(
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}, service="events"
    )
    aws.events.put_rule(Name=name, EventPattern=json.dumps({"source": [name]}))
    aws.events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn, "RoleArn": role}])
    yield name, url, role
    aws.events.remove_targets(Rule=name, Ids=["queue"])
    aws.events.delete_rule(Name=name)
    aws.sqs.delete_queue(QueueUrl=url)


def _create_again(aws: AwsClients, role: str) -> None:
    """Delete the role and create an equal one, which has another unique ID."""
    name = role.rpartition("/")[2]
    trust = aws.iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    policy = aws.iam.get_role_policy(RoleName=name, PolicyName="all")["PolicyDocument"]
    aws.iam.delete_role_policy(RoleName=name, PolicyName="all")
    aws.iam.delete_role(RoleName=name)
    aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    aws.iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(policy))


def test_a_rule_delivers_after_its_role_was_created_again(
    aws: AwsClients, rule_with_role: tuple[str, str, str]
) -> None:
    """Without PutTargets: its session belongs to the former role."""
    source, queue, role = rule_with_role
    for detail in ("before", "after"):
        entry: Any = {"Source": source, "DetailType": detail, "Detail": "{}"}
        aws.events.put_events(Entries=[entry])
        (message,) = wait_until_seen(
            lambda: aws.sqs.receive_message(QueueUrl=queue).get("Messages", []), bool, "the event"
        )
        assert json.loads(message["Body"])["detail-type"] == detail
        _create_again(aws, role)
