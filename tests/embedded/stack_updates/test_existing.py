"""A resource that exists already is not created by a stack, and not deleted by it either."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from tests.embedded.stack_updates.access import allow, trust
from tests.embedded.stack_updates.operations import ALARM
from tests.embedded.stack_updates.stages import create, delete, reason, settled, update
from tests.embedded.stack_updates.storage import KEY
from tests.fidelity.ground import Ground
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients

type Make = Callable[[Ground, str], Any]
TABLE_KEY: Any = KEY
TRUST = {"AssumeRolePolicyDocument": trust("lambda")}
PATTERN = json.dumps({"source": ["existing"]})


@dataclass(frozen=True)
class Existing:
    """A type with a name: how to make one by the API, how to look at it, and the template's part.

    `look` raises, or gives another answer, where the resource is gone or is not what it was.
    """

    type: str
    make: Make
    look: Make
    properties: Callable[[str], Mapping[str, Any]]


def iam_role(ground: Ground, name: str) -> Any:
    """A role."""
    document = json.dumps(trust("lambda"))
    return ground.aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)


def role_with_policy(ground: Ground, name: str) -> Any:
    """A role with an inline policy of the same name."""
    iam_role(ground, name)
    document = json.dumps(allow("s3:GetObject"))
    ground.aws.iam.put_role_policy(RoleName=name, PolicyName=name, PolicyDocument=document)


def bucket(ground: Ground, name: str) -> Any:
    """A bucket with an object."""
    place: Any = {"LocationConstraint": "eu-west-1"}
    ground.aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    ground.aws.s3.put_object(Bucket=name, Key="key", Body=b"body")


def table(ground: Ground, name: str) -> Any:
    """A table with an item."""
    ground.aws.dynamodb.create_table(TableName=name, **TABLE_KEY)
    ground.aws.dynamodb.put_item(TableName=name, Item={"id": {"S": "kept"}})


def topic_arn(name: str) -> str:
    """The ARN of the topic."""
    return f"arn:aws:sns:eu-west-1:000000000000:{name}"


def delivery(ground: Ground, name: str) -> Any:
    """A delivery stream."""
    target: Any = {
        "BucketARN": f"arn:aws:s3:::{ground.bucket()}",
        "RoleARN": ground.role(service="firehose"),
    }
    ground.aws.firehose.create_delivery_stream(
        DeliveryStreamName=name, ExtendedS3DestinationConfiguration=target
    )


def alarms(ground: Ground) -> Any:
    """CloudWatch's client."""
    aws = ground.aws
    return aws.session.client("cloudwatch", endpoint_url=aws.endpoint, config=aws.config)


EXISTING = (
    Existing(
        "AWS::S3::Bucket",
        bucket,
        lambda ground, name: ground.objects(name),
        lambda name: {"BucketName": name, "Tags": [{"Key": "a", "Value": "1"}]},
    ),
    Existing(
        "AWS::DynamoDB::Table",
        table,
        lambda ground, name: ground.aws.dynamodb.scan(TableName=name)["Items"],
        lambda name: {**KEY, "TableName": name},
    ),
    Existing(
        "AWS::IAM::Role",
        iam_role,
        lambda ground, name: ground.aws.iam.get_role(RoleName=name)["Role"]["RoleId"],
        lambda name: {**TRUST, "RoleName": name},
    ),
    Existing(
        "AWS::IAM::User",
        lambda ground, name: ground.aws.iam.create_user(UserName=name),
        lambda ground, name: ground.aws.iam.get_user(UserName=name)["User"]["UserId"],
        lambda name: {"UserName": name},
    ),
    Existing(
        "AWS::IAM::ManagedPolicy",
        lambda ground, name: ground.aws.iam.create_policy(
            PolicyName=name, PolicyDocument=json.dumps(allow("s3:GetObject"))
        ),
        lambda ground, name: ground.aws.iam.get_policy(
            PolicyArn=f"arn:aws:iam::000000000000:policy/{name}"
        )["Policy"]["PolicyId"],
        lambda name: {"ManagedPolicyName": name, "PolicyDocument": allow("s3:*")},
    ),
    Existing(
        "AWS::IAM::Policy",
        role_with_policy,
        lambda ground, name: ground.aws.iam.get_role_policy(RoleName=name, PolicyName=name)[
            "PolicyDocument"
        ],
        lambda name: {"PolicyName": name, "PolicyDocument": allow("s3:*"), "Roles": [name]},
    ),
    Existing(
        "AWS::SNS::Topic",
        lambda ground, name: ground.aws.sns.create_topic(
            Name=name, Attributes={"DisplayName": "mine"}
        ),
        lambda ground, name: ground.aws.sns.get_topic_attributes(TopicArn=topic_arn(name))[
            "Attributes"
        ]["DisplayName"],
        lambda name: {"TopicName": name},
    ),
    Existing(
        "AWS::SQS::Queue",
        lambda ground, name: ground.aws.sqs.create_queue(QueueName=name),
        lambda ground, name: ground.aws.sqs.get_queue_url(QueueName=name)["QueueUrl"],
        lambda name: {"QueueName": name},
    ),
    Existing(
        "AWS::Events::Rule",
        lambda ground, name: ground.aws.events.put_rule(Name=name, EventPattern=PATTERN),
        lambda ground, name: ground.aws.events.describe_rule(Name=name)["EventPattern"],
        lambda name: {"Name": name, "ScheduleExpression": "rate(1 hour)"},
    ),
    Existing(
        "AWS::Events::EventBus",
        lambda ground, name: ground.aws.events.create_event_bus(Name=name),
        lambda ground, name: ground.aws.events.describe_event_bus(Name=name)["Arn"],
        lambda name: {"Name": name},
    ),
    Existing(
        "AWS::Logs::LogGroup",
        lambda ground, name: ground.aws.logs.create_log_group(logGroupName=name),
        lambda ground, name: ground.aws.logs.describe_log_groups(logGroupNamePrefix=name)[
            "logGroups"
        ][0].get("retentionInDays"),
        lambda name: {"LogGroupName": name, "RetentionInDays": 1},
    ),
    Existing(
        "AWS::KinesisFirehose::DeliveryStream",
        delivery,
        lambda ground, name: ground.aws.firehose.describe_delivery_stream(DeliveryStreamName=name)[
            "DeliveryStreamDescription"
        ]["DeliveryStreamStatus"],
        lambda name: {
            "DeliveryStreamName": name,
            "ExtendedS3DestinationConfiguration": {
                "BucketARN": "arn:aws:s3:::other",
                "RoleARN": "arn:aws:iam::000000000000:role/other",
            },
        },
    ),
    Existing(
        "AWS::CloudWatch::Alarm",
        lambda ground, name: alarms(ground).put_metric_alarm(AlarmName=name, Threshold=7, **ALARM),
        lambda ground, name: [
            found["Threshold"]
            for found in alarms(ground).describe_alarms(AlarmNames=[name])["MetricAlarms"]
        ],
        lambda name: {**ALARM, "AlarmName": name, "Threshold": 9},
    ),
    Existing(
        "AWS::S3::BucketPolicy",
        lambda ground, name: (
            bucket(ground, name),
            ground.aws.s3.put_bucket_policy(Bucket=name, Policy=open_to(name, "s3:GetObject")),
        ),
        lambda ground, name: ground.aws.s3.get_bucket_policy(Bucket=name)["Policy"],
        lambda name: {"Bucket": name, "PolicyDocument": json.loads(open_to(name, "s3:PutObject"))},
    ),
)


def open_to(name: str, action: str) -> str:
    """A bucket policy that allows the action to the account."""
    principal = {"AWS": "arn:aws:iam::000000000000:root"}
    statement = allow(action)["Statement"][0]
    resource = f"arn:aws:s3:::{name}/*"
    policy = {**statement, "Principal": principal, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [policy]})


DAILY = frozenset({"AWS::DynamoDB::Table", "AWS::IAM::Role", "AWS::S3::Bucket", "AWS::SQS::Queue"})
"""One of each way in which LocalStack takes things over; the rest is left to the night."""


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, id=kind.type, marks=() if kind.type in DAILY else pytest.mark.nightly)
        for kind in EXISTING
    ],
)
def test_what_exists_is_not_taken_over(sandbox: Ground, kind: Existing) -> None:
    """Neither a creation nor an update takes it, and no deletion of the stack touches it."""
    aws, name = sandbox.aws, f"test-{unique_letters()}"
    kind.make(sandbox, name)
    before = kind.look(sandbox, name)
    taken = {"Taken": {"Type": kind.type, "Properties": kind.properties(name)}}
    stack = create(aws, taken)
    assert settled(aws, stack) == "ROLLBACK_COMPLETE"
    assert "already exists" in reason(aws, stack, "Taken")
    assert delete(aws, stack) == "DELETE_COMPLETE"
    own = {"Own": {"Type": "AWS::SNS::Topic"}}
    stack = create(aws, own)
    assert settled(aws, stack) == "CREATE_COMPLETE"
    assert update(aws, stack, {**own, **taken}) == "UPDATE_ROLLBACK_COMPLETE"
    assert delete(aws, stack) == "DELETE_COMPLETE"
    assert kind.look(sandbox, name) == before


def test_another_stacks_resource_is_named_with_its_stack(aws: AwsClients) -> None:
    """The reason says which stack owns the name; that stack still does."""
    name = f"test-{unique_letters()}"
    queue = {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}}
    first = create(aws, queue)
    assert settled(aws, first) == "CREATE_COMPLETE"
    second = create(aws, queue)
    assert settled(aws, second) == "ROLLBACK_COMPLETE"
    owner = aws.cloudformation.describe_stacks(StackName=first)["Stacks"][0]["StackId"]
    assert reason(aws, second, "Queue") == f"{name} already exists in stack {owner}"
    assert delete(aws, second) == "DELETE_COMPLETE"
    assert aws.sqs.get_queue_url(QueueName=name)["QueueUrl"]
