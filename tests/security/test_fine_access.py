"""Policies on single objects, on the caller's own user, and on deliveries of services."""

import json
from functools import partial
from typing import Any

import pytest
import requests

from tests.live.hosts import Host
from tests.live.names import unique_letters
from tests.security.signing import Keys, client_of, code_of
from tests.waiting import wait_until_seen
from wavetank.aws.clients import AwsClients
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT

HTTP_SECONDS = 10


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _allow(action: str | list[str], resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def _user(owner: AwsClients, *statements: dict[str, Any]) -> tuple[str, Keys]:
    name = f"user-{unique_letters()}"
    owner.iam.create_user(UserName=name)
    owner.iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=_policy(*statements))
    made = owner.iam.create_access_key(UserName=name)["AccessKey"]
    return name, Keys(made["AccessKeyId"], made["SecretAccessKey"])


def test_objects_of_one_call_are_deleted_or_denied_singly(
    host: Host, owner: AwsClients, bucket: str
) -> None:
    """An error for each that is denied, and the others are deleted; quietly, too."""
    deny = {**_allow("s3:DeleteObject", f"arn:aws:s3:::{bucket}/kept/*"), "Effect": "Deny"}
    s3 = client_of(host.endpoint, "s3", _user(owner, _allow("s3:*"), deny)[1])
    for quiet in (False, True):
        for key in ("gone", "kept/1"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        objects = [{"Key": "kept/1"}, {"Key": "gone"}]
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": quiet})
        assert [each["Key"] for each in answer.get("Deleted", [])] == ([] if quiet else ["gone"])
        (error,) = answer["Errors"]
        assert (error["Key"], error["Code"]) == ("kept/1", "AccessDenied")
        assert "explicit deny" in error["Message"]
        listed = owner.s3.list_objects_v2(Bucket=bucket)["Contents"]
        assert "gone" not in [each["Key"] for each in listed]
        assert "kept/1" in [each["Key"] for each in listed]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "kept/1"}]})
    assert ([each["Key"] for each in answer["Errors"]], answer.get("Deleted")) == (["kept/1"], None)
    missing = {"Bucket": f"{bucket}-none", "Delete": {"Objects": [{"Key": "kept/1"}]}}
    assert code_of(lambda: s3.delete_objects(**missing)) == "NoSuchBucket"


def test_attributes_need_the_right_to_the_object(
    host: Host, owner: AwsClients, bucket: str
) -> None:
    """Both rights."""
    asked = {"Bucket": bucket, "Key": "a key/+~", "ObjectAttributes": ["ETag"]}
    for actions, expected in (
        (["s3:GetObjectAttributes"], "AccessDenied"),
        (["s3:GetObject"], "AccessDenied"),
        (["s3:GetObject", "s3:GetObjectAttributes"], "done"),
    ):
        s3 = client_of(host.endpoint, "s3", _user(owner, _allow(actions))[1])
        assert code_of(partial(s3.get_object_attributes, **asked)) == expected


def test_a_user_manages_its_own_keys(host: Host, owner: AwsClients) -> None:
    """By a policy for ${aws:username}, with and without the name."""
    own = f"arn:aws:iam::{SANDBOX_ACCOUNT}:user/${{aws:username}}"
    name, keys = _user(owner, _allow("iam:*", own))
    other, _ = _user(owner, _allow("s3:*"))
    iam = client_of(host.endpoint, "iam", keys)
    assert iam.get_user()["User"]["UserName"] == name
    made = iam.create_access_key()["AccessKey"]
    assert made["UserName"] == name
    found = iam.list_access_keys()["AccessKeyMetadata"]
    assert {each["AccessKeyId"] for each in found} == {keys.access_key, made["AccessKeyId"]}
    iam.delete_access_key(AccessKeyId=made["AccessKeyId"])
    assert code_of(lambda: iam.list_access_keys(UserName=other)) == "AccessDenied"
    stranger = client_of(host.endpoint, "iam", _user(owner, _allow("s3:*"))[1])
    assert code_of(stranger.get_user) == "AccessDenied"


@pytest.fixture
def queue(host: Host) -> tuple[str, str]:
    """The URL and the ARN of a new queue."""
    name = f"queue-{unique_letters()}"
    url = _sqs(host).create_queue(QueueName=name)["QueueUrl"]
    return url, f"arn:aws:sqs:{REGION}:{SANDBOX_ACCOUNT}:{name}"


def _sqs(host: Host) -> Any:
    return client_of(host.endpoint, "sqs", Keys("test", "test"))


def _let_in(host: Host, queue: tuple[str, str], service: str, source: str) -> None:
    condition = {"ArnEquals": {"aws:SourceArn": source}}
    principal = {"Service": f"{service}.amazonaws.com"}
    statement = _allow("sqs:SendMessage", queue[1], Principal=principal, Condition=condition)
    _sqs(host).set_queue_attributes(QueueUrl=queue[0], Attributes={"Policy": _policy(statement)})


def _wait_until_denied(host: Host, queue: tuple[str, str], service: str) -> None:
    """Until the service has tried to send into the queue, and may not."""
    url = f"{host.endpoint}/_wavetank/access"
    wait_until_seen(
        lambda: [
            entry
            for entry in requests.get(url, timeout=HTTP_SECONDS).json()["used"]
            if entry["resource"] == queue[1] and not entry["allowed"]
        ],
        lambda entries: any(each["principal"] == f"{service}.amazonaws.com" for each in entries),
        "a refusal of the delivery",
    )


def _bodies(host: Host, queue: tuple[str, str]) -> list[str]:
    """Of the first messages that are there."""
    sqs, seen = _sqs(host), list[str]()

    def receive() -> list[str]:
        for each in sqs.receive_message(QueueUrl=queue[0]).get("Messages", []):
            sqs.delete_message(QueueUrl=queue[0], ReceiptHandle=each["ReceiptHandle"])
            seen.append(each["Body"])
        return seen

    return wait_until_seen(receive, bool, f"a message in {queue[1]}")


def test_a_topic_delivers_only_into_queues_that_let_it_in(
    host: Host, owner: AwsClients, queue: tuple[str, str]
) -> None:
    """What was published before is lost."""
    topic = owner.sns.create_topic(Name=unique_letters())["TopicArn"]
    owner.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=queue[1],
        Attributes={"RawMessageDelivery": "true"},
    )
    owner.sns.publish(TopicArn=topic, Message="lost")
    _wait_until_denied(host, queue, "sns")
    _let_in(host, queue, "sns", topic)
    owner.sns.publish(TopicArn=topic, Message="delivered")
    assert _bodies(host, queue) == ["delivered"]


def test_what_a_queue_does_not_take_goes_to_the_dead_letters(
    host: Host, owner: AwsClients, queue: tuple[str, str]
) -> None:
    """A queue whose policy lets the topic in, as for any other delivery."""
    topic = owner.sns.create_topic(Name=unique_letters())["TopicArn"]
    closed = f"queue-{unique_letters()}"
    _sqs(host).create_queue(QueueName=closed)
    _let_in(host, queue, "sns", topic)
    redrive = json.dumps({"deadLetterTargetArn": queue[1]})
    owner.sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=f"arn:aws:sqs:{REGION}:{SANDBOX_ACCOUNT}:{closed}",
        Attributes={"RedrivePolicy": redrive, "RawMessageDelivery": "true"},
    )
    owner.sns.publish(TopicArn=topic, Message="kept")
    assert _bodies(host, queue) == ["kept"]


def test_a_bucket_notifies_only_where_it_is_let_in(
    host: Host, owner: AwsClients, bucket: str, queue: tuple[str, str]
) -> None:
    """S3 tries queue and topic when they are configured; a new topic's policy does not allow it."""
    topic = owner.sns.create_topic(Name=unique_letters())["TopicArn"]
    events = ["s3:ObjectCreated:*"]
    to_queue: Any = {"QueueConfigurations": [{"QueueArn": queue[1], "Events": events}]}
    to_topic: Any = {"TopicConfigurations": [{"TopicArn": topic, "Events": events}]}

    def configure(given: Any) -> str:
        put = owner.s3.put_bucket_notification_configuration
        return code_of(lambda: put(Bucket=bucket, NotificationConfiguration=given))

    assert configure(to_queue) == "InvalidArgument"
    assert configure(to_topic) == "InvalidArgument"
    arn = f"arn:aws:s3:::{bucket}"
    _let_in(host, queue, "s3", arn)
    assert configure(to_queue) == "done"
    statement = _allow(
        "sns:Publish",
        topic,
        Principal={"Service": "s3.amazonaws.com"},
        Condition={"StringEquals": {"aws:SourceAccount": SANDBOX_ACCOUNT}},
    )
    owner.sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=_policy(statement)
    )
    assert configure(to_topic) == "done"


def test_a_rule_delivers_only_into_queues_that_let_it_in(
    host: Host, owner: AwsClients, queue: tuple[str, str]
) -> None:
    """What matched before is lost."""
    name = unique_letters()
    pattern = json.dumps({"source": [name]})
    rule = owner.events.put_rule(Name=name, EventPattern=pattern)["RuleArn"]
    target: Any = {"Id": "1", "Arn": queue[1], "InputPath": "$.detail-type"}
    owner.events.put_targets(Rule=name, Targets=[target])
    entry: Any = {"Source": name, "Detail": "{}"}
    owner.events.put_events(Entries=[entry | {"DetailType": "lost"}])
    _wait_until_denied(host, queue, "events")
    _let_in(host, queue, "events", rule)
    owner.events.put_events(Entries=[entry | {"DetailType": "delivered"}])
    assert _bodies(host, queue) == ['"delivered"']
    owner.events.remove_targets(Rule=name, Ids=["1"])
    owner.events.delete_rule(Name=name)
