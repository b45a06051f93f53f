"""Stacks: AWS's behaviours, as they are seen."""

from typing import Any

from tests.fidelity.ground import Ground
from tests.fidelity.row import Area
from tests.live.names import unique_letters
from tests.waiting import wait_until_seen
from wavetank.aws.clients import ClientError, error_code

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
QUEUE_TEMPLATE = """
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties: {{VisibilityTimeout: {seconds}}}
"""
FAILING_RESOURCE = """
  Failing:
    Type: AWS::Lambda::EventSourceMapping
    DependsOn: Queue
    Properties: {FunctionName: no-such-function, EventSourceArn: !GetAtt Queue.Arn}
"""
ROLE_TEMPLATE = """
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: {name}
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{Effect: Allow, Principal: {{Service: lambda.amazonaws.com}}, Action: sts:AssumeRole}}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{{Effect: Allow, Action: "{action}", Resource: "*"}}]
"""


@AREA.row(
    "a stack update that disables its rule",
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
    "deleting a stack with termination protection",
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
    "deleting a stack with a RetainExceptOnCreate resource",
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
    "a template's bucket whose name is taken",
    aws="CREATE_FAILED",
    localstack="CREATE_COMPLETE",
    source="S3 API: CreateBucket",
)
def _buckets_are_not_taken_over(ground: Ground) -> str:
    name, cloudformation = f"test-{unique_letters()}", ground.aws.cloudformation
    place: Any = {"LocationConstraint": ground.aws.session.region_name}
    ground.aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    cloudformation.create_stack(StackName=name, TemplateBody=BUCKET_TEMPLATE.format(name=name))
    settled = _settled(ground, name)
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    seen = [event["ResourceStatus"] for event in events if event["LogicalResourceId"] == "Bucket"]
    return "CREATE_FAILED" if "CREATE_FAILED" in seen else [*seen, settled][0]


@AREA.row(
    "deleting a stack whose bucket has objects",
    aws="DELETE_FAILED, objects kept",
    localstack="DELETE_COMPLETE, objects deleted",
    source="CloudFormation user guide: troubleshooting, delete stack fails",
)
def _buckets_are_not_emptied(ground: Ground) -> str:
    name, cloudformation = f"test-{unique_letters()}", ground.aws.cloudformation
    answer = cloudformation.create_stack(
        StackName=name, TemplateBody=BUCKET_TEMPLATE.format(name=name)
    )
    _settled(ground, name)
    ground.aws.s3.put_object(Bucket=name, Key="key", Body=b"body")
    cloudformation.delete_stack(StackName=name)
    status = _settled(ground, answer["StackId"])
    left = "kept" if ground.has_bucket(name) else "deleted"
    return f"{status}, objects {left}"


@AREA.row(
    "deleting a stack that failed because its bucket exists",
    aws="the bucket is kept",
    localstack="the bucket is deleted",
    source="CloudFormation user guide: stack failure options",
)
def _others_resources_stay(ground: Ground) -> str:
    bucket, name = ground.bucket(), f"test-{unique_letters()}"
    body = BUCKET_TEMPLATE.format(name=bucket)
    answer = ground.aws.cloudformation.create_stack(StackName=name, TemplateBody=body)
    _settled(ground, name)
    ground.aws.cloudformation.delete_stack(StackName=name)
    _settled(ground, answer["StackId"])
    return "the bucket is kept" if ground.has_bucket(bucket) else "the bucket is deleted"


@AREA.row(
    "an update that changes one resource and fails at another",
    aws="UPDATE_ROLLBACK_COMPLETE, old value",
    localstack="UPDATE_COMPLETE, new value",
    source="CloudFormation user guide: stack failure options",
)
def _failed_updates_are_rolled_back(ground: Ground) -> str:
    name, cloudformation = f"test-{unique_letters()}", ground.aws.cloudformation
    former = QUEUE_TEMPLATE.format(seconds=60)
    cloudformation.create_stack(StackName=name, TemplateBody=former)
    _settled(ground, name)
    latter = QUEUE_TEMPLATE.format(seconds=90) + FAILING_RESOURCE
    cloudformation.update_stack(StackName=name, TemplateBody=latter)
    status = _settled(ground, name)
    found = cloudformation.describe_stack_resource(StackName=name, LogicalResourceId="Queue")
    url = found["StackResourceDetail"]["PhysicalResourceId"]
    names: Any = ["VisibilityTimeout"]
    answer = ground.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    is_back = answer["Attributes"]["VisibilityTimeout"] == "60"
    return f"{status}, {'old' if is_back else 'new'} value"


@AREA.row(
    "a stack update that changes a role's inline policy",
    aws="the role has the new policy",
    localstack="the role has the former policy",
    source="CloudFormation template reference: AWS::IAM::Role, Policies",
)
def _inline_policies_change(ground: Ground) -> str:
    name, cloudformation = f"test-{unique_letters()}", ground.aws.cloudformation
    capabilities: Any = ["CAPABILITY_NAMED_IAM"]
    for call, action in (
        (cloudformation.create_stack, "s3:GetObject"),
        (cloudformation.update_stack, "s3:PutObject"),
    ):
        body = ROLE_TEMPLATE.format(name=name, action=action)
        call(StackName=name, TemplateBody=body, Capabilities=capabilities)
        _settled(ground, name)
    answer: Any = ground.aws.iam.get_role_policy(RoleName=name, PolicyName="p")
    (statement,) = answer["PolicyDocument"]["Statement"]
    return f"the role has the {'new' if statement['Action'] == 's3:PutObject' else 'former'} policy"


def _settled(ground: Ground, stack: str) -> str:
    """The status in which the stack's operation ends."""
    describe = ground.aws.cloudformation.describe_stacks
    return wait_until_seen(
        lambda: describe(StackName=stack)["Stacks"][0]["StackStatus"],
        lambda status: not status.endswith("_IN_PROGRESS"),
        "the stack to settle",
    )


def _retaining_stack(ground: Ground) -> str:
    """The name of a new stack, and of the topic in it."""
    name = f"test-{unique_letters()}"
    cloudformation = ground.aws.cloudformation
    cloudformation.create_stack(StackName=name, TemplateBody=RETAIN_TEMPLATE.format(name=name))
    done: Any = {"StackName": name, "WaiterConfig": {"Delay": 1}}
    cloudformation.get_waiter("stack_create_complete").wait(**done)
    return name
