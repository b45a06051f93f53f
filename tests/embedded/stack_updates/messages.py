"""Topics, queues, rules and delivery streams."""

import json
from typing import Any

from tests.embedded.stack_updates.access import allow, trust
from tests.embedded.stack_updates.case import Case, Look, Stage

TOPIC, QUEUE, RULE = "AWS::SNS::Topic", "AWS::SQS::Queue", "AWS::Events::Rule"
STREAM = "AWS::KinesisFirehose::DeliveryStream"


def arn(name: str) -> dict[str, Any]:
    """The ARN of a resource of the template."""
    return {"Fn::GetAtt": [name, "Arn"]}


def topic(name: str, attribute: str) -> Look:
    """An attribute of the topic."""
    return lambda stage: stage.aws.sns.get_topic_attributes(TopicArn=stage[name])["Attributes"].get(
        attribute
    )


def queue(name: str, attribute: Any) -> Look:
    """An attribute of the queue."""
    return lambda stage: stage.aws.sqs.get_queue_attributes(
        QueueUrl=stage[name], AttributeNames=[attribute]
    )["Attributes"].get(attribute)


def rule(name: str, part: str) -> Look:
    """A part of the rule."""

    def look(stage: Stage) -> Any:
        found: Any = stage.aws.events.describe_rule(Name=stage[name])
        return found.get(part)

    return look


def topic_tags(stage: Stage) -> Any:
    """The topic's tags."""
    stage.aws.sns.get_topic_attributes(TopicArn=stage["TopicTags"])
    found = stage.aws.sns.list_tags_for_resource(ResourceArn=stage["TopicTags"])["Tags"]
    return {tag["Key"]: tag["Value"] for tag in found}


def readers(stage: Stage) -> Any:
    """The protocols by which the topic is read."""
    stage.aws.sns.get_topic_attributes(TopicArn=stage["TopicReaders"])
    found = stage.aws.sns.list_subscriptions_by_topic(TopicArn=stage["TopicReaders"])
    return sorted(entry["Endpoint"].split(":")[-1] for entry in found["Subscriptions"]) != []


def subscription(stage: Stage) -> Any:
    """The filter policy and whether messages are delivered raw."""
    found = stage.aws.sns.get_subscription_attributes(SubscriptionArn=stage["Subscription"])
    attributes = found["Attributes"]
    policy = json.loads(attributes.get("FilterPolicy", "{}"))
    return policy, attributes["RawMessageDelivery"]


def topic_policy(stage: Stage) -> Any:
    """The actions that the topic's policy allows."""
    found = stage.aws.sns.get_topic_attributes(TopicArn=stage["PolicyTopic"])["Attributes"]
    return json.loads(found["Policy"])["Statement"][0]["Action"]


def queue_policy(stage: Stage) -> Any:
    """The actions that the queue's policy allows."""
    found = stage.aws.sqs.get_queue_attributes(
        QueueUrl=stage["PolicyQueue"], AttributeNames=["Policy"]
    )["Attributes"]
    return json.loads(found["Policy"])["Statement"][0]["Action"]


def targets(stage: Stage) -> Any:
    """The ids of the rule's targets."""
    found = stage.aws.events.list_targets_by_rule(Rule=stage["RuleTargets"])["Targets"]
    return sorted(target["Id"] for target in found)


def bus_rule(stage: Stage) -> Any:
    """The state of the rule on a custom bus."""
    bus, name = stage["BusRule"].split("|")
    return stage.aws.events.describe_rule(Name=name, EventBusName=bus)["State"]


def destination(part: str) -> Look:
    """A part of the delivery stream's destination."""

    def look(stage: Stage) -> Any:
        found: Any = stage.aws.firehose.describe_delivery_stream(
            DeliveryStreamName=stage["Delivery"]
        )["DeliveryStreamDescription"]
        return found["Destinations"][0]["ExtendedS3DestinationDescription"].get(part)

    return look


def to_bucket(**settings: Any) -> dict[str, Any]:
    """A destination."""
    return {
        "ExtendedS3DestinationConfiguration": {
            "BucketARN": arn("DeliveryBucket"),
            "RoleARN": arn("DeliveryRole"),
            "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 1},
            **settings,
        }
    }


def everyone(action: str, resource: Any) -> dict[str, Any]:
    """A resource policy that allows the action to the account."""
    statement = {**allow(action)["Statement"][0], "Principal": {"AWS": "*"}, "Resource": resource}
    return {"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}


CASES = (
    Case(
        name="TopicName",
        type=TOPIC,
        before={"DisplayName": "first"},
        after={"DisplayName": "second"},
        look=topic("TopicName", "DisplayName"),
        seen=("first", "second"),
    ),
    Case(
        name="TopicTags",
        type=TOPIC,
        before={"Tags": [{"Key": "a", "Value": "1"}, {"Key": "gone", "Value": "1"}]},
        after={"Tags": [{"Key": "a", "Value": "2"}]},
        look=topic_tags,
        seen=({"a": "1", "gone": "1"}, {"a": "2"}),
    ),
    Case(
        name="TopicReaders",
        type=TOPIC,
        others={"Reader": {"Type": QUEUE}},
        before={},
        after={"Subscription": [{"Protocol": "sqs", "Endpoint": arn("Reader")}]},
        look=readers,
        seen=(False, True),
    ),
    Case(
        name="Subscription",
        type="AWS::SNS::Subscription",
        others={"ReadTopic": {"Type": TOPIC}, "SecondReader": {"Type": QUEUE}},
        fixed={
            "TopicArn": {"Ref": "ReadTopic"},
            "Protocol": "sqs",
            "Endpoint": arn("SecondReader"),
        },
        before={"FilterPolicy": {"kind": ["a"]}, "RawMessageDelivery": True},
        after={"FilterPolicy": {"kind": ["b"]}},
        look=subscription,
        seen=(({"kind": ["a"]}, "true"), ({"kind": ["b"]}, "false")),
    ),
    Case(
        name="TopicPolicy",
        type="AWS::SNS::TopicPolicy",
        others={"PolicyTopic": {"Type": TOPIC}},
        fixed={"Topics": [{"Ref": "PolicyTopic"}]},
        before=everyone("sns:Publish", {"Ref": "PolicyTopic"}),
        after=everyone("sns:Subscribe", {"Ref": "PolicyTopic"}),
        look=topic_policy,
        seen=("sns:Publish", "sns:Subscribe"),
    ),
    Case(
        name="QueueTimes",
        type=QUEUE,
        before={"VisibilityTimeout": 60, "DelaySeconds": 5},
        after={"DelaySeconds": 7},
        look=queue("QueueTimes", "VisibilityTimeout"),
        seen=("60", "30"),
    ),
    Case(
        name="QueueRetention",
        type=QUEUE,
        before={"MessageRetentionPeriod": 600},
        after={"MessageRetentionPeriod": 1200},
        look=queue("QueueRetention", "MessageRetentionPeriod"),
        seen=("600", "1200"),
    ),
    Case(
        name="QueuePolicy",
        type="AWS::SQS::QueuePolicy",
        others={"PolicyQueue": {"Type": QUEUE}},
        fixed={"Queues": [{"Ref": "PolicyQueue"}]},
        before=everyone("sqs:SendMessage", arn("PolicyQueue")),
        after=everyone("sqs:ReceiveMessage", arn("PolicyQueue")),
        look=queue_policy,
        seen=("sqs:SendMessage", "sqs:ReceiveMessage"),
    ),
    Case(
        name="QueueOrder",
        type=QUEUE,
        before={},
        after={"FifoQueue": True},
        look=lambda stage: stage.aws.sqs.get_queue_attributes(
            QueueUrl=stage["QueueOrder"], AttributeNames=["All"]
        )["Attributes"].get("FifoQueue"),
        seen=(None, "true"),
        is_replaced=True,
    ),
    Case(
        name="RuleState",
        type=RULE,
        fixed={"ScheduleExpression": "rate(1 hour)"},
        before={"State": "ENABLED"},
        after={"State": "DISABLED"},
        look=rule("RuleState", "State"),
        seen=("ENABLED", "DISABLED"),
    ),
    Case(
        name="RuleSchedule",
        type=RULE,
        fixed={"State": "DISABLED"},
        before={"ScheduleExpression": "rate(1 hour)"},
        after={"ScheduleExpression": "rate(2 hours)"},
        look=rule("RuleSchedule", "ScheduleExpression"),
        seen=("rate(1 hour)", "rate(2 hours)"),
    ),
    Case(
        name="RulePattern",
        type=RULE,
        before={"EventPattern": {"source": ["one"]}},
        after={"EventPattern": {"source": ["two"]}},
        look=lambda stage: json.loads(rule("RulePattern", "EventPattern")(stage))["source"],
        seen=(["one"], ["two"]),
    ),
    Case(
        name="RuleTargets",
        type=RULE,
        others={"Target": {"Type": QUEUE}},
        fixed={"EventPattern": {"source": ["one"]}},
        before={"Targets": [{"Id": "a", "Arn": arn("Target")}, {"Id": "b", "Arn": arn("Target")}]},
        after={"Targets": [{"Id": "b", "Arn": arn("Target")}, {"Id": "c", "Arn": arn("Target")}]},
        look=targets,
        seen=(["a", "b"], ["b", "c"]),
    ),
    Case(
        name="BusRule",
        type=RULE,
        others={
            "Bus": {
                "Type": "AWS::Events::EventBus",
                "Properties": {"Name": {"Fn::Sub": "${AWS::StackName}-bus"}},
            }
        },
        fixed={"EventBusName": {"Ref": "Bus"}, "EventPattern": {"source": ["one"]}},
        before={"State": "ENABLED"},
        after={"State": "DISABLED"},
        look=bus_rule,
        seen=("ENABLED", "DISABLED"),
    ),
    Case(
        name="Delivery",
        type=STREAM,
        others={
            "DeliveryBucket": {"Type": "AWS::S3::Bucket"},
            "DeliveryRole": {
                "Type": "AWS::IAM::Role",
                "Properties": {
                    "AssumeRolePolicyDocument": trust("firehose"),
                    "Policies": [{"PolicyName": "p", "PolicyDocument": allow("s3:*")}],
                },
            },
        },
        fixed={"DeliveryStreamName": {"Fn::Sub": "${AWS::StackName}-delivery"}},
        before=to_bucket(Prefix="one/"),
        after=to_bucket(Prefix="two/"),
        look=destination("Prefix"),
        seen=("one/", "two/"),
    ),
)
