"""Small stacks that are healthy or broken in one way, for `check`."""

import copy
from typing import Any

HANDLER = "def handler(event, context):\n    return 'done'\n"
DENIED_AND_RAISES = """import boto3
def handler(event, context):
    try:
        boto3.client('sqs').list_queues()
    except Exception as error:
        print(error)
    raise KeyError('price')
"""

type Template = dict[str, Any]


def role(service: str, *statements: Template) -> Template:
    """A role that the service may assume, with these statements as its policy."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    policies = [
        {
            "PolicyName": "own",
            "PolicyDocument": {"Version": "2012-10-17", "Statement": list(statements)},
        }
    ]
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": policies,
        },
    }


def allow(*actions: str) -> Template:
    """A statement that allows the actions on everything."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"}


def function(code: str = HANDLER) -> Template:
    """A function with code in the template."""
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.13",
            "Handler": "index.handler",
            "Timeout": 60,
            "Role": {"Fn::GetAtt": ["WorkRole", "Arn"]},
            "Code": {"ZipFile": code},
            "DeadLetterConfig": {"TargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}},
        },
    }


def permission(service: str, source: Template) -> Template:
    """Permits the service to invoke the function."""
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": "Work"},
            "Action": "lambda:InvokeFunction",
            "Principal": f"{service}.amazonaws.com",
            "SourceArn": source,
        },
    }


HEALTHY: Template = {
    "Resources": {
        "Work": function(),
        "WorkRole": role(
            "lambda",
            allow("logs:*", "sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage"),
            allow("sqs:GetQueueAttributes"),
        ),
        "Dead": {"Type": "AWS::SQS::Queue"},
        "Hourly": {
            "Type": "AWS::Events::Rule",
            "Properties": {
                "ScheduleExpression": "rate(1 hour)",
                "Targets": [{"Id": "work", "Arn": {"Fn::GetAtt": ["Work", "Arn"]}}],
            },
        },
        "MayTick": permission("events", {"Fn::GetAtt": ["Hourly", "Arn"]}),
        "Jobs": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": 360}},
        "Reading": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "FunctionName": {"Ref": "Work"},
                "EventSourceArn": {"Fn::GetAtt": ["Jobs", "Arn"]},
            },
        },
        "News": {
            "Type": "AWS::SNS::Topic",
            "Properties": {
                "Subscription": [
                    {"Protocol": "lambda", "Endpoint": {"Fn::GetAtt": ["Work", "Arn"]}}
                ]
            },
        },
        "MayNotify": permission("sns", {"Ref": "News"}),
        "Late": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                "MetricName": "Errors",
                "Namespace": "Own",
                "Statistic": "Sum",
                "Period": 60,
                "EvaluationPeriods": 1,
                "Threshold": 1,
                "ComparisonOperator": "GreaterThanOrEqualToThreshold",
                "TreatMissingData": "notBreaching",
            },
        },
        "Store": {"Type": "AWS::S3::Bucket"},
        "Stream": {
            "Type": "AWS::KinesisFirehose::DeliveryStream",
            "Properties": {
                "DeliveryStreamType": "DirectPut",
                "S3DestinationConfiguration": {
                    "BucketARN": {"Fn::GetAtt": ["Store", "Arn"]},
                    "RoleARN": {"Fn::GetAtt": ["StreamRole", "Arn"]},
                },
            },
        },
        "StreamRole": role("firehose", allow("s3:PutObject", "s3:GetBucketLocation")),
    }
}
"""A function with every kind of trigger, where failures go, an alarm and a delivery stream."""


def healthy() -> Template:
    """A copy that may be changed."""
    return copy.deepcopy(HEALTHY)


def only(template: Template, *names: str) -> None:
    """Leaves these resources, with the function's own ones."""
    kept = {"Work", "WorkRole", "Dead", *names}
    template["Resources"] = {n: r for n, r in template["Resources"].items() if n in kept}
