"""Operations that fail: statuses and events as CloudFormation documents them, and what is left."""

import json
from typing import Any

import pytest

from tests.embedded.stack_updates.stages import (
    CAPABILITIES,
    create,
    delete,
    events,
    physical_ids,
    reason,
    settled,
    template,
    update,
)
from tests.embedded.stack_updates.storage import KEY
from tests.fidelity.ground import Ground
from tests.live.names import unique_letters
from wavetank.aws.clients import AwsClients, ClientError, WaiterError

TOPIC, QUEUE, BUCKET = "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::S3::Bucket"
ROLLED_BACK = [
    ("stack", "UPDATE_IN_PROGRESS"),
    ("Queue", "UPDATE_IN_PROGRESS"),
    ("Queue", "UPDATE_COMPLETE"),
    ("New", "CREATE_IN_PROGRESS"),
    ("New", "CREATE_COMPLETE"),
    ("Taken", "CREATE_IN_PROGRESS"),
    ("Taken", "CREATE_FAILED"),
    ("stack", "UPDATE_ROLLBACK_IN_PROGRESS"),
    ("Queue", "UPDATE_IN_PROGRESS"),
    ("Queue", "UPDATE_COMPLETE"),
    ("stack", "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS"),
    ("New", "DELETE_IN_PROGRESS"),
    ("New", "DELETE_COMPLETE"),
    ("Taken", "DELETE_COMPLETE"),
    ("stack", "UPDATE_ROLLBACK_COMPLETE"),
]


def queue(seconds: object) -> dict[str, Any]:
    """A queue with the visibility timeout."""
    return {"Type": QUEUE, "Properties": {"VisibilityTimeout": seconds}}


def taken(ground: Ground, *depends_on: str) -> dict[str, Any]:
    """A bucket that fails, since its name is in use."""
    properties = {"BucketName": ground.bucket()}
    return {"Type": BUCKET, "Properties": properties, "DependsOn": list(depends_on)}


def timeout_of(aws: AwsClients, url: str) -> str:
    """The queue's visibility timeout."""
    names: Any = ["VisibilityTimeout"]
    attributes = aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return attributes["VisibilityTimeout"]


def failing_update(ground: Ground) -> dict[str, Any]:
    """A changed queue, a new topic, and the bucket that fails after both."""
    new = {"Type": TOPIC, "DependsOn": "Queue"}
    return {"Queue": queue(90), "New": new, "Taken": taken(ground, "Queue", "New")}


def test_a_failed_update_is_rolled_back_in_the_order_of_aws(sandbox: Ground) -> None:
    """Former values are back, what was new is gone, and a change set may follow."""
    aws = sandbox.aws
    stack = create(aws, {"Queue": queue(60)})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    former = events(aws, stack)
    assert update(aws, stack, failing_update(sandbox)) == "UPDATE_ROLLBACK_COMPLETE"
    assert events(aws, stack)[len(former) :] == ROLLED_BACK
    ids = physical_ids(aws, stack)
    assert ids.keys() == {"Queue"}
    assert timeout_of(aws, ids["Queue"]) == "60"
    assert update(aws, stack, {"Queue": queue(90)}) == "UPDATE_COMPLETE"
    assert timeout_of(aws, ids["Queue"]) == "90"


def test_a_failed_change_set_ends_the_same_and_its_waiter_with_it(sandbox: Ground) -> None:
    """The SDK's waiter raises at once; the stack is not under review by the next change set."""
    aws = sandbox.aws
    stack = create(aws, {"Queue": queue(60)})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    former = events(aws, stack)
    change(aws, stack, failing_update(sandbox))
    waiter: Any = aws.cloudformation.get_waiter("stack_update_complete")
    with pytest.raises(WaiterError, match="UPDATE_ROLLBACK_COMPLETE"):
        waiter.wait(StackName=stack, WaiterConfig={"Delay": 0.1, "MaxAttempts": 600})
    assert events(aws, stack)[len(former) :] == ROLLED_BACK
    aws.cloudformation.create_change_set(
        StackName=stack, ChangeSetName="next", TemplateBody=template({"Queue": queue(91)})
    )
    assert settled(aws, stack) == "UPDATE_ROLLBACK_COMPLETE"


def change(aws: AwsClients, stack: str, resources: dict[str, Any]) -> None:
    """Executes a change set of the resources."""
    cloudformation = aws.cloudformation
    name = f"change-{unique_letters()}"
    cloudformation.create_change_set(
        StackName=stack,
        ChangeSetName=name,
        TemplateBody=template(resources),
        Capabilities=CAPABILITIES,
    )
    cloudformation.execute_change_set(StackName=stack, ChangeSetName=name)


def test_a_change_set_is_executed_once(sandbox: Ground) -> None:
    """Its own status is the reason, not its stack's: an SDK may have sent the request twice."""
    cloudformation, stack = sandbox.aws.cloudformation, f"test-{unique_letters()}"
    chosen: Any = {"StackName": stack, "ChangeSetName": "once"}
    body = template({"Taken": taken(sandbox)})
    cloudformation.create_change_set(**chosen, ChangeSetType="CREATE", TemplateBody=body)
    cloudformation.execute_change_set(**chosen)
    assert settled(sandbox.aws, stack) == "ROLLBACK_COMPLETE"
    with pytest.raises(cloudformation.exceptions.InvalidChangeSetStatusException):
        cloudformation.execute_change_set(**chosen)


@pytest.mark.parametrize(
    ("options", "status", "is_left"),
    [
        ({}, "ROLLBACK_COMPLETE", False),
        ({"OnFailure": "ROLLBACK"}, "ROLLBACK_COMPLETE", False),
        ({"OnFailure": "DO_NOTHING"}, "CREATE_FAILED", True),
        ({"DisableRollback": True}, "CREATE_FAILED", True),
        ({"OnFailure": "DELETE"}, "DELETE_COMPLETE", False),
    ],
)
def test_a_failed_creation_ends_as_requested(
    sandbox: Ground, options: dict[str, Any], status: str, *, is_left: bool
) -> None:
    """What was created stays only where no rollback is wanted; deletion ends all of them."""
    aws, name = sandbox.aws, f"test-{unique_letters()}"
    made = {"Type": QUEUE, "Properties": {"QueueName": name}}
    stack = create(aws, {"Queue": made, "Taken": taken(sandbox, "Queue")}, **options)
    (stack_id,) = {it["StackId"] for it in listed(aws) if it["StackName"] == stack}
    assert settled(aws, stack_id) == status
    assert exists(aws, name) == is_left
    if is_left:
        assert delete(aws, stack) == "DELETE_COMPLETE"
        assert not exists(aws, name)


def listed(aws: AwsClients) -> list[Any]:
    """All stacks, deleted ones too."""
    pages = aws.cloudformation.get_paginator("list_stacks").paginate()
    return [stack for page in pages for stack in page["StackSummaries"]]


def exists(aws: AwsClients, name: str) -> bool:
    """Whether there is such a queue."""
    return any(url.endswith(f"/{name}") for url in aws.sqs.list_queues().get("QueueUrls", []))


def test_a_creation_specifies_its_failure_action_only_once(aws: AwsClients) -> None:
    """OnFailure and DisableRollback exclude each other."""
    with pytest.raises(ClientError, match="either DisableRollback or OnFailure"):
        create(aws, {"Topic": {"Type": TOPIC}}, OnFailure="DELETE", DisableRollback=False)


def test_a_stack_that_was_rolled_back_can_only_be_deleted(sandbox: Ground) -> None:
    """Its resource refers to one that was never made, and is deleted all the same."""
    aws = sandbox.aws
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": {"Ref": "Taken"}, "PolicyDocument": {"Statement": []}},
    }
    stack = create(aws, {"Taken": taken(sandbox), "Policy": policy})
    assert settled(aws, stack) == "ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        update(aws, stack, {"Topic": {"Type": TOPIC}})
    assert delete(aws, stack) == "DELETE_COMPLETE"


def test_a_bucket_with_objects_is_not_deleted(sandbox: Ground) -> None:
    """The stack is DELETE_FAILED with S3's reason; once the bucket is empty it is deleted."""
    aws = sandbox.aws
    stack = create(aws, {"Bucket": {"Type": BUCKET}, "Topic": {"Type": TOPIC}})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    bucket = physical_ids(aws, stack)["Bucket"]
    aws.s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    with pytest.raises(ClientError, match="specify which resources to retain only when the stack"):
        aws.cloudformation.delete_stack(StackName=stack, RetainResources=["Bucket"])
    assert delete(aws, stack) == "DELETE_FAILED"
    assert "The bucket you tried to delete is not empty" in reason(aws, stack, "Bucket")
    assert sandbox.objects(bucket) == {"key": b"body"}
    assert physical_ids(aws, stack) == {"Bucket": bucket}
    aws.s3.delete_object(Bucket=bucket, Key="key")
    assert delete(aws, stack) == "DELETE_COMPLETE"
    assert not sandbox.has_bucket(bucket)


def test_a_bucket_with_objects_can_be_retained(sandbox: Ground) -> None:
    """RetainResources of a stack that is DELETE_FAILED leaves it to its owner."""
    aws = sandbox.aws
    stack = create(aws, {"Bucket": {"Type": BUCKET}})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    bucket = physical_ids(aws, stack)["Bucket"]
    aws.s3.put_object(Bucket=bucket, Key="key", Body=b"body")
    assert delete(aws, stack) == "DELETE_FAILED"
    assert delete(aws, stack, RetainResources=["Bucket"]) == "DELETE_COMPLETE"
    assert sandbox.objects(bucket) == {"key": b"body"}


@pytest.mark.parametrize(
    ("policy", "after_creation", "after_rollback"),
    [
        ("Delete", False, False),
        ("Retain", True, True),
        ("RetainExceptOnCreate", True, False),
        ("Snapshot", False, False),
    ],
)
def test_a_deletion_policy_decides_what_is_retained(
    sandbox: Ground, policy: str, *, after_creation: bool, after_rollback: bool
) -> None:
    """With the stack, with its rolled back creation, and when it leaves the template."""
    aws, name = sandbox.aws, f"test-{unique_letters()}"
    first = {"Queue": queue_named(name, policy)}
    stack = create(aws, {**first, "Topic": {"Type": TOPIC}})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    assert update(aws, stack, {"Topic": {"Type": TOPIC}}) == "UPDATE_COMPLETE"
    assert exists(aws, name) == after_creation
    assert delete(aws, stack) == "DELETE_COMPLETE"
    second, third = f"{name}-2", f"{name}-3"
    stack = create(aws, {"Queue": queue_named(second, policy)})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    assert delete(aws, stack) == "DELETE_COMPLETE"
    assert exists(aws, second) == after_creation
    stack = create(aws, {"Queue": queue_named(third, policy), "Taken": taken(sandbox, "Queue")})
    assert settled(aws, stack) == "ROLLBACK_COMPLETE"
    assert exists(aws, third) == after_rollback


def queue_named(name: str, policy: str) -> dict[str, Any]:
    """A queue with the deletion policy."""
    return {"Type": QUEUE, "DeletionPolicy": policy, "Properties": {"QueueName": name}}


@pytest.mark.parametrize(("policy", "is_left"), [("Delete", False), ("Retain", True)])
def test_an_update_replace_policy_decides_whether_the_former_resource_is_retained(
    aws: AwsClients, policy: str, *, is_left: bool
) -> None:
    """A queue that becomes another takes its dependents along; the former goes, or stays."""
    name = f"test-{unique_letters()}"

    def resources(suffix: str) -> dict[str, Any]:
        policies = {"UpdateReplacePolicy": policy, "DeletionPolicy": "Delete"}
        named = {"Type": QUEUE, "Properties": {"QueueName": f"{name}-{suffix}"}, **policies}
        reader = {"TopicArn": {"Ref": "Topic"}, "Protocol": "sqs"}
        reader["Endpoint"] = {"Fn::GetAtt": ["Queue", "Arn"]}
        subscription = {"Type": "AWS::SNS::Subscription", "Properties": reader}
        return {"Topic": {"Type": TOPIC}, "Queue": named, "Subscription": subscription}

    stack = create(aws, resources("a"))
    assert settled(aws, stack) == "CREATE_COMPLETE"
    assert update(aws, stack, resources("b")) == "UPDATE_COMPLETE"
    assert (exists(aws, f"{name}-a"), exists(aws, f"{name}-b")) == (is_left, True)
    topic = physical_ids(aws, stack)["Topic"]
    (found,) = aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert found["Endpoint"].endswith(f"{name}-b")
    assert delete(aws, stack) == "DELETE_COMPLETE"
    assert (exists(aws, f"{name}-a"), exists(aws, f"{name}-b")) == (is_left, False)


def test_a_custom_named_resource_is_not_replaced(aws: AwsClients) -> None:
    """The update fails with CloudFormation's advice, and the table keeps its items."""
    name = f"test-{unique_letters()}"
    former = {"Type": "AWS::DynamoDB::Table", "Properties": {**KEY, "TableName": name}}
    stack = create(aws, {"Table": former})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    aws.dynamodb.put_item(TableName=name, Item={"id": {"S": "kept"}})
    other = {
        "AttributeDefinitions": [{"AttributeName": "key", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "key", "KeyType": "HASH"}],
    }
    latter = {"Type": "AWS::DynamoDB::Table", "Properties": {**former["Properties"], **other}}  # type: ignore[dict-item]  # a dictionary of dictionaries
    assert update(aws, stack, {"Table": latter}) == "UPDATE_ROLLBACK_COMPLETE"
    assert reason(aws, stack, "Table") == (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        f"Rename {name} and update the stack again."
    )
    assert aws.dynamodb.scan(TableName=name)["Items"] == [{"id": {"S": "kept"}}]


def test_a_resource_does_not_change_its_type(aws: AwsClients) -> None:
    """Such a template is refused before anything is done."""
    stack = create(aws, {"Thing": {"Type": TOPIC}})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match="Update of resource type is not permitted"):
        update(aws, stack, {"Thing": {"Type": QUEUE}})
    assert settled(aws, stack) == "CREATE_COMPLETE"


def test_an_update_without_rollback_is_tried_again(sandbox: Ground) -> None:
    """UPDATE_FAILED keeps what was done; the next update completes it."""
    aws = sandbox.aws
    stack = create(aws, {"Queue": queue(60)})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    failing = failing_update(sandbox)
    assert update(aws, stack, failing, DisableRollback=True) == "UPDATE_FAILED"
    ids = physical_ids(aws, stack)
    assert timeout_of(aws, ids["Queue"]) == "90"
    assert aws.sns.get_topic_attributes(TopicArn=ids["New"])
    del failing["Taken"]
    assert update(aws, stack, failing) == "UPDATE_COMPLETE"
    assert physical_ids(aws, stack)["New"] == ids["New"]
    assert delete(aws, stack) == "DELETE_COMPLETE"


def test_a_rollback_that_fails_is_continued(sandbox: Ground) -> None:
    """What cannot be set back makes it UPDATE_ROLLBACK_FAILED; skipped, the rollback completes."""
    aws = sandbox.aws
    stack = create(aws, {"Queue": queue(60)})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    failing = failing_update(sandbox)
    assert update(aws, stack, failing, DisableRollback=True) == "UPDATE_FAILED"
    ids = physical_ids(aws, stack)
    aws.sqs.delete_queue(QueueUrl=ids["Queue"])
    aws.cloudformation.rollback_stack(StackName=stack)
    assert settled(aws, stack) == "UPDATE_ROLLBACK_FAILED"
    aws.cloudformation.continue_update_rollback(StackName=stack, ResourcesToSkip=["Queue"])
    assert settled(aws, stack) == "UPDATE_ROLLBACK_COMPLETE"
    assert physical_ids(aws, stack).keys() == {"Queue"}
    with pytest.raises(ClientError, match="NotFound"):
        aws.sns.get_topic_attributes(TopicArn=ids["New"])


def test_a_failed_deletion_after_an_update_deletes_what_the_update_added(aws: AwsClients) -> None:
    """Resources of a later template are the stack's as those of the first."""
    stack = create(aws, {"Topic": {"Type": TOPIC}})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    assert update(aws, stack, {"Topic": {"Type": TOPIC}, "Queue": queue(60)}) == "UPDATE_COMPLETE"
    ids = physical_ids(aws, stack)
    assert delete(aws, stack) == "DELETE_COMPLETE"
    assert ids["Queue"] not in aws.sqs.list_queues().get("QueueUrls", [])


def test_a_version_needs_a_changed_function(sandbox: Ground) -> None:
    """Lambda answers with the version that exists: the update fails and says so."""
    aws = sandbox.aws
    code = {"ZipFile": "def handler(event, context): return 1\n"}
    role = sandbox.role()
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Code": code,
            "Role": role,
        },
    }

    def version(description: str) -> dict[str, Any]:
        properties = {"FunctionName": {"Ref": "Function"}, "Description": description}
        return {"Type": "AWS::Lambda::Version", "Properties": properties}

    stack = create(aws, {"Function": function, "Version": version("one")})
    assert settled(aws, stack) == "CREATE_COMPLETE"
    status = update(aws, stack, {"Function": function, "Version": version("two")})
    assert status == "UPDATE_ROLLBACK_COMPLETE"
    assert "A version for this Lambda function exists ( 1 )" in reason(aws, stack, "Version")
    name = physical_ids(aws, stack)["Function"]
    versions = aws.awslambda.list_versions_by_function(FunctionName=name)["Versions"]
    assert [it["Version"] for it in versions] == ["$LATEST", "1"]


def test_a_nested_stack_is_updated_and_rolled_back_with_its_outer_stack(sandbox: Ground) -> None:
    """The inner queue has the new value, the former one after a failure, and goes with both."""
    aws, bucket = sandbox.aws, sandbox.bucket()
    inner = {
        "Parameters": {"Seconds": {"Type": "Number"}},
        "Resources": {"Queue": queue({"Ref": "Seconds"})},
        "Outputs": {"Url": {"Value": {"Ref": "Queue"}}},
    }
    aws.s3.put_object(Bucket=bucket, Key="inner.json", Body=json.dumps(inner))
    url = f"{sandbox.endpoint}/{bucket}/inner.json"

    def nested(seconds: int) -> dict[str, Any]:
        properties = {"TemplateURL": url, "Parameters": {"Seconds": seconds}}
        return {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": properties}}

    stack = create(aws, nested(60))
    assert settled(aws, stack) == "CREATE_COMPLETE"
    queue_url = physical_ids(aws, physical_ids(aws, stack)["Inner"])["Queue"]
    failing = {**nested(90), "Taken": taken(sandbox, "Inner")}
    assert update(aws, stack, failing) == "UPDATE_ROLLBACK_COMPLETE"
    assert timeout_of(aws, queue_url) == "60"
    assert update(aws, stack, nested(90)) == "UPDATE_COMPLETE"
    assert timeout_of(aws, queue_url) == "90"
    assert delete(aws, stack) == "DELETE_COMPLETE"
    assert queue_url not in aws.sqs.list_queues().get("QueueUrls", [])
