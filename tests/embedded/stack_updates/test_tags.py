"""Tags of a stack are set on its resources, with those that the template has."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.embedded.stack_updates.access import trust
from tests.embedded.stack_updates.case import Stage
from tests.embedded.stack_updates.operations import ALARM
from tests.embedded.stack_updates.stages import (
    create,
    delete,
    failures,
    physical_ids,
    settled,
    update,
)
from tests.embedded.stack_updates.storage import KEY
from tests.fidelity.ground import Ground
from wavetank.aws.clients import AwsClients

ONE = [{"Key": "team", "Value": "one"}]
TWO = [{"Key": "team", "Value": "two"}, {"Key": "cost", "Value": "2"}]
OWN = [{"Key": "own", "Value": "kept"}]
RESOURCES: dict[str, Any] = {
    "Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": {**ALARM, "Threshold": 1}},
    "Bucket": {"Type": "AWS::S3::Bucket"},
    "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "tagged-bus"}},
    "Group": {"Type": "AWS::Logs::LogGroup"},
    "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": OWN}},
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": trust("firehose")},
    },
    "Rule": {"Type": "AWS::Events::Rule", "Properties": {"ScheduleExpression": "rate(1 day)"}},
    "Stream": {
        "Type": "AWS::KinesisFirehose::DeliveryStream",
        "Properties": {
            "ExtendedS3DestinationConfiguration": {
                "BucketARN": {"Fn::GetAtt": ["Bucket", "Arn"]},
                "RoleARN": {"Fn::GetAtt": ["Role", "Arn"]},
            }
        },
    },
    "Table": {"Type": "AWS::DynamoDB::Table", "Properties": KEY},
    "Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Tags": [*OWN, *ONE]}},
}


def _of_group(stage: Stage) -> Any:
    arn = f"arn:aws:logs:eu-west-1:000000000000:log-group:{stage['Group']}"
    return stage.aws.logs.list_tags_for_resource(resourceArn=arn)["tags"]


def _of_table(stage: Stage) -> Any:
    arn = f"arn:aws:dynamodb:eu-west-1:000000000000:table/{stage['Table']}"
    return stage.aws.dynamodb.list_tags_of_resource(ResourceArn=arn)["Tags"]


def _of_events(stage: Stage, resource: str) -> Any:
    arn = f"arn:aws:events:eu-west-1:000000000000:{resource}"
    return stage.aws.events.list_tags_for_resource(ResourceARN=arn)["Tags"]


def _of_alarm(stage: Stage) -> Any:
    arn = f"arn:aws:cloudwatch:eu-west-1:000000000000:alarm:{stage['Alarm']}"
    return stage.client("cloudwatch").list_tags_for_resource(ResourceARN=arn)["Tags"]


READ: Mapping[str, Callable[[Stage], Any]] = {
    "Alarm": _of_alarm,
    "Bucket": lambda stage: stage.aws.s3.get_bucket_tagging(Bucket=stage["Bucket"])["TagSet"],
    "Bus": lambda stage: _of_events(stage, f"event-bus/{stage['Bus']}"),
    "Group": _of_group,
    "Queue": lambda stage: stage.aws.sqs.list_queue_tags(QueueUrl=stage["Queue"])["Tags"],
    "Role": lambda stage: stage.aws.iam.list_role_tags(RoleName=stage["Role"])["Tags"],
    "Rule": lambda stage: _of_events(stage, f"rule/{stage['Rule']}"),
    "Stream": lambda stage: stage.aws.firehose.list_tags_for_delivery_stream(
        DeliveryStreamName=stage["Stream"]
    )["Tags"],
    "Table": _of_table,
    "Topic": lambda stage: stage.aws.sns.list_tags_for_resource(ResourceArn=stage["Topic"])["Tags"],
}


def tags(aws: AwsClients, stack: str) -> dict[str, dict[str, str]]:
    """The tags of each of the stack's resources; a tag that is there twice is an error."""
    stage = Stage(aws, physical_ids(aws, stack), stack)
    found: dict[str, dict[str, str]] = {}
    for name, read in READ.items():
        value = read(stage)
        pairs = [(tag["Key"], tag["Value"]) for tag in value] if isinstance(value, list) else value
        found[name] = dict(pairs)
        assert len(found[name]) == len(pairs), (name, pairs)
    return found


def expected(*stack_tags: dict[str, str]) -> dict[str, dict[str, str]]:
    """What each resource has where the stack has the tags."""
    inherited = {tag["Key"]: tag["Value"] for tag in stack_tags}
    own = {"Queue": {"own": "kept"}, "Topic": {"own": "kept", "team": "one"}}
    return {name: {**inherited, **own.get(name, {})} for name in READ}


def test_tags_of_a_stack_are_its_resources_tags(sandbox: Ground) -> None:
    """After creation, a change of tags only, a rollback, and an update without tags."""
    aws = sandbox.aws
    stack = create(aws, RESOURCES, Tags=ONE)
    assert settled(aws, stack) == "CREATE_COMPLETE", failures(aws, stack)
    assert tags(aws, stack) == expected(*ONE)
    assert update(aws, stack, RESOURCES, Tags=TWO) == "UPDATE_COMPLETE", failures(aws, stack)
    assert tags(aws, stack) == expected(*TWO)
    taken = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"BucketName": sandbox.bucket()},
        "DependsOn": list(RESOURCES),
    }
    failing = {**RESOURCES, "Taken": taken}
    assert update(aws, stack, failing, Tags=ONE) == "UPDATE_ROLLBACK_COMPLETE"
    assert tags(aws, stack) == expected(*TWO)
    changed = {**RESOURCES, "New": {"Type": "AWS::SNS::Topic"}}
    assert update(aws, stack, changed) == "UPDATE_COMPLETE", failures(aws, stack)
    assert tags(aws, stack) == expected(*TWO)
    assert delete(aws, stack) == "DELETE_COMPLETE"


def test_the_same_tags_are_no_update(aws: AwsClients) -> None:
    """An update with the template and the tags that are there is refused."""
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}
    stack = create(aws, topic, Tags=ONE)
    assert settled(aws, stack) == "CREATE_COMPLETE"
    with pytest.raises(aws.cloudformation.exceptions.ClientError, match="No updates"):
        update(aws, stack, topic, Tags=ONE)
    assert delete(aws, stack) == "DELETE_COMPLETE"
