"""Stacks: AWS's behaviours, as they are seen."""

from typing import Any

from tests.fidelity.ground import Ground
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.clients import ClientError, error_code

AREA = Area("CloudFormation")
UPDATE_TEMPLATE = """
Resources:
  Rule:
    Type: AWS::Events::Rule
    Properties: {{Name: {name}, ScheduleExpression: rate(1 hour), State: {state}}}
"""
BUCKET_TEMPLATE = """
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: {{BucketName: {name}}}
"""
RETAIN_TEMPLATE = """
Resources:
  Topic:
    Type: AWS::SNS::Topic
    DeletionPolicy: RetainExceptOnCreate
    Properties: {{TopicName: {name}}}
"""


@AREA.row(
    "an update of the stack that switches its rule off",
    aws="DISABLED",
    localstack="ENABLED",
    source="CloudFormation template reference: AWS::Events::Rule, State",
)
def _updates_of_rules_happen(ground: Ground) -> str:
    name = f"test-{unique_letters()}"
    cloudformation = ground.aws.cloudformation
    done: Any = {"StackName": name, "WaiterConfig": {"Delay": 1}}
    enabled = UPDATE_TEMPLATE.format(name=name, state="ENABLED")
    cloudformation.create_stack(StackName=name, TemplateBody=enabled)
    cloudformation.get_waiter("stack_create_complete").wait(**done)
    disabled = UPDATE_TEMPLATE.format(name=name, state="DISABLED")
    cloudformation.update_stack(StackName=name, TemplateBody=disabled)
    cloudformation.get_waiter("stack_update_complete").wait(**done)
    return ground.aws.events.describe_rule(Name=name)["State"]


@AREA.row(
    "deleting a stack that is protected from termination",
    aws="ValidationError",
    localstack="done",
    source="CloudFormation user guide: using-cfn-protect-stacks",
)
def _protected_stacks_stay(ground: Ground) -> str:
    name, cloudformation = _retaining_stack(ground), ground.aws.cloudformation
    cloudformation.update_termination_protection(StackName=name, EnableTerminationProtection=True)
    try:
        cloudformation.delete_stack(StackName=name)
    except ClientError as error:
        return error_code(error)
    return "done"


@AREA.row(
    "a resource with the deletion policy RetainExceptOnCreate, its stack deleted",
    aws="kept",
    localstack="deleted",
    source="CloudFormation template reference: aws-attribute-deletionpolicy",
)
def _what_is_retained_stays(ground: Ground) -> str:
    name, cloudformation = _retaining_stack(ground), ground.aws.cloudformation
    cloudformation.delete_stack(StackName=name)
    done: Any = {"StackName": name, "WaiterConfig": {"Delay": 1}}
    cloudformation.get_waiter("stack_delete_complete").wait(**done)
    topics = ground.aws.sns.get_paginator("list_topics").paginate()
    arns = [topic["TopicArn"] for page in topics for topic in page["Topics"]]
    return "kept" if any(arn.endswith(f":{name}") for arn in arns) else "deleted"


@AREA.row(
    "a bucket in a template whose name is taken",
    aws="CREATE_FAILED",
    localstack="CREATE_COMPLETE",
    source="S3 API: CreateBucket",
)
def _buckets_are_not_taken_over(ground: Ground) -> str:
    name, cloudformation = f"test-{unique_letters()}", ground.aws.cloudformation
    place: Any = {"LocationConstraint": ground.aws.session.region_name}
    ground.aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    cloudformation.create_stack(StackName=name, TemplateBody=BUCKET_TEMPLATE.format(name=name))
    settled = wait_until_seen(
        lambda: cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        lambda status: not status.endswith("_IN_PROGRESS"),
        "the stack to settle",
    )
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    own = [event for event in events if event["LogicalResourceId"] == "Bucket"]
    return own[0]["ResourceStatus"] if own else settled


def _retaining_stack(ground: Ground) -> str:
    """The name of a new stack, and of the topic in it."""
    name = f"test-{unique_letters()}"
    cloudformation = ground.aws.cloudformation
    cloudformation.create_stack(StackName=name, TemplateBody=RETAIN_TEMPLATE.format(name=name))
    done: Any = {"StackName": name, "WaiterConfig": {"Delay": 1}}
    cloudformation.get_waiter("stack_create_complete").wait(**done)
    return name
