"""Topics, subscriptions and queues, with their policies.

[CloudFormation template reference: AWS::SNS, AWS::SQS]
[LocalStack 4.14: services/sqs/resource_providers/aws_sqs_queue.py, DEFAULT_ATTRIBUTE_VALUES]
"""

import json
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    UpdatableType,
    UpdateCall,
    each,
    nothing,
)
from wavetank.emulator.cloudformation.updates.tags import attribute, tagged

TOPIC_DEFAULTS = {
    "ArchivePolicy": "{}",
    "ContentBasedDeduplication": "false",
    "DisplayName": "",
    "FifoThroughputScope": "Topic",
    "KmsMasterKeyId": "",
    "SignatureVersion": "1",
    "TracingConfig": "PassThrough",
}
SUBSCRIPTION_DEFAULTS = {
    "DeliveryPolicy": "{}",
    "FilterPolicy": "{}",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "{}",
    "SubscriptionRoleArn": "",
}
QUEUE_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "DelaySeconds": "0",
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": "300",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "262144",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}


def _text(value: Any) -> str:
    """An attribute in the form that SNS and SQS take."""
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, str) else json.dumps(value)


def _topic(call: UpdateCall) -> None:
    for name, default in TOPIC_DEFAULTS.items():
        if name in call.changed:
            call.clients.sns.set_topic_attributes(
                TopicArn=call.model["TopicArn"],
                AttributeName=name,
                AttributeValue=_text(call.now(name, default)),
            )


def _readers(call: UpdateCall) -> None:
    """Subscribe the endpoints of the topic's own list, and unsubscribe the removed ones."""
    sns, topic = call.clients.sns, call.model["TopicArn"]
    before, now = _endpoints(call.before("Subscription")), _endpoints(call.now("Subscription"))
    for protocol, endpoint in now - before:
        sns.subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    if before - now:
        found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        for entry in found:
            is_gone = (entry["Protocol"], entry["Endpoint"]) in before - now
            if is_gone and entry["SubscriptionArn"].startswith("arn:"):
                sns.unsubscribe(SubscriptionArn=entry["SubscriptionArn"])


def _endpoints(value: Any) -> set[tuple[str, str]]:
    return {(str(entry["Protocol"]), str(entry["Endpoint"])) for entry in value or []}


def _subscription(call: UpdateCall) -> None:
    for name, default in SUBSCRIPTION_DEFAULTS.items():
        if name in call.changed:
            call.clients.sns.set_subscription_attributes(
                SubscriptionArn=call.model["Id"],
                AttributeName=name,
                AttributeValue=_text(call.now(name, default)),
            )


def _topic_policy(call: UpdateCall) -> None:
    policy = _text(call.desired["PolicyDocument"])
    for topic in call.desired["Topics"]:
        call.clients.sns.set_topic_attributes(
            TopicArn=topic, AttributeName="Policy", AttributeValue=policy
        )
    for topic in call.before("Topics", []):
        if topic not in call.desired["Topics"]:
            account = topic.split(":")[4]
            call.clients.sns.set_topic_attributes(
                TopicArn=topic,
                AttributeName="Policy",
                AttributeValue=json.dumps(_owners_policy(topic, account)),
            )


def _owners_policy(topic: str, account: str) -> dict[str, Any]:
    """The default policy of a new topic, as the SNS developer guide shows it."""
    return {
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [
            {
                "Sid": "__default_statement_ID",
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": ["SNS:Publish", "SNS:Subscribe", "SNS:GetTopicAttributes"],
                "Resource": topic,
                "Condition": {"StringEquals": {"AWS:SourceOwner": account}},
            }
        ],
    }


def _queue(call: UpdateCall) -> None:
    attributes = {
        name: _text(call.now(name, default))
        for name, default in QUEUE_DEFAULTS.items()
        if name in call.changed
    }
    call.clients.sqs.set_queue_attributes(QueueUrl=call.model["QueueUrl"], Attributes=attributes)


def _queue_policy(call: UpdateCall) -> None:
    sqs, policy = call.clients.sqs, _text(call.desired["PolicyDocument"])
    queues = call.now("Queues") or [call.desired["Queue"]]
    for queue in queues:
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    for queue in call.before("Queues", []):
        if queue not in queues:
            sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": ""})


TYPES = {
    "AWS::SNS::Subscription": UpdatableType(
        in_place={**dict.fromkeys(SUBSCRIPTION_DEFAULTS, _subscription), "Region": nothing}
    ),
    "AWS::SNS::Topic": UpdatableType(
        in_place={
            **dict.fromkeys(TOPIC_DEFAULTS, _topic),
            "Subscription": _readers,
            "Tags": tagged("sns", attribute("TopicArn")),
        }
    ),
    "AWS::SNS::TopicPolicy": UpdatableType(in_place=each("PolicyDocument Topics", _topic_policy)),
    "AWS::SQS::Queue": UpdatableType(
        in_place={
            **dict.fromkeys(QUEUE_DEFAULTS, _queue),
            "Tags": tagged(
                "sqs",
                attribute("QueueUrl"),
                resource="QueueUrl",
                tag=("tag_queue", "Tags"),
                untag=("untag_queue", "TagKeys"),
                form=dict,
            ),
        }
    ),
    "AWS::SQS::QueueInlinePolicy": UpdatableType(in_place={"PolicyDocument": _queue_policy}),
    "AWS::SQS::QueuePolicy": UpdatableType(in_place=each("PolicyDocument Queues", _queue_policy)),
}
