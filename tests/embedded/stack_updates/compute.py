"""Functions and what belongs to them."""

import json
from collections.abc import Callable
from typing import Any

from tests.embedded.stack_updates.access import allow, trust
from tests.embedded.stack_updates.case import Case, Look, Stage

FUNCTION = "AWS::Lambda::Function"
CODE = "def handler(event, context):\n    return {answer}\n"


def code(answer: int) -> dict[str, Any]:
    """The code of a function that answers so."""
    return {"Code": {"ZipFile": CODE.format(answer=answer)}}


BASIC = {
    "Runtime": "python3.13",
    "Handler": "index.handler",
    "Role": {"Fn::GetAtt": ["FunctionRole", "Arn"]},
}
ROLE = {
    "FunctionRole": {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": trust("lambda"),
            "Policies": [{"PolicyName": "p", "PolicyDocument": allow("sqs:*")}],
        },
    }
}
OTHERS = {
    **ROLE,
    "Helped": {"Type": FUNCTION, "Properties": {**BASIC, **code(0)}},
    "Source": {"Type": "AWS::SQS::Queue"},
}
HELPED = {"FunctionName": {"Ref": "Helped"}}


def settings(stage: Stage) -> Any:
    """Memory, variables, reserved concurrency and tags of the function."""
    found = stage.aws.awslambda.get_function(FunctionName=stage["FunctionSettings"])
    configuration = found["Configuration"]
    return (
        configuration["MemorySize"],
        configuration["Environment"]["Variables"],
        found["Concurrency"]["ReservedConcurrentExecutions"],
        found["Tags"],
    )


def answered(stage: Stage) -> Any:
    """What the function answers."""
    answer = stage.aws.awslambda.invoke(FunctionName=stage["FunctionCode"])
    return json.loads(answer["Payload"].read())


def of_function(read: Callable[[Any, Stage], Any]) -> Look:
    """Reads through the Lambda API."""
    return lambda stage: read(stage.aws.awslambda, stage)


def mapping(awslambda: Any, stage: Stage) -> Any:
    """The batch size of the event source mapping."""
    return awslambda.get_event_source_mapping(UUID=stage["Mapping"])["BatchSize"]


def statements(awslambda: Any, stage: Stage) -> Any:
    """The principal and the account to which the permission is given."""
    policy = json.loads(awslambda.get_policy(FunctionName=stage["Helped"])["Policy"])
    return [
        (
            entry["Principal"]["Service"],
            entry.get("Condition", {}).get("StringEquals", {}).get("AWS:SourceAccount"),
        )
        for entry in policy["Statement"]
        if entry["Sid"] == stage["Permission"]
    ]


PUBLISHER = "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/test/abcdefghij"


def patterns(stage: Stage) -> Any:
    """The pattern of the log group's only filter."""
    found = stage.aws.logs.describe_subscription_filters(logGroupName=stage["Filtered"])
    (entry,) = found["subscriptionFilters"]
    return entry["filterPattern"]


def notification(event: str) -> dict[str, Any]:
    """Configures the bucket to notify the function of the event."""
    entry = {"Event": event, "Function": {"Fn::GetAtt": ["Helped", "Arn"]}}
    return {"NotificationConfiguration": {"LambdaConfigurations": [entry]}}


def notified(stage: Stage) -> Any:
    """The events of which the bucket notifies the function."""
    found = stage.aws.s3.get_bucket_notification_configuration(Bucket=stage["Notified"])
    return [event for it in found["LambdaFunctionConfigurations"] for event in it["Events"]]


def signing(stage: Stage) -> Any:
    """Description and policy of the code signing configuration."""
    client = stage.aws.awslambda
    found = client.get_code_signing_config(CodeSigningConfigArn=stage["Signing"])
    config = found["CodeSigningConfig"]
    policy = config["CodeSigningPolicies"]["UntrustedArtifactOnDeployment"]
    return config.get("Description", ""), policy


def address(client: Any, stage: Stage) -> Any:
    """Who may call the function's URL, and from which pages."""
    found = client.get_function_url_config(FunctionName=stage["Helped"])
    return found["AuthType"], (found.get("Cors") or {}).get("AllowOrigins")


CASES = (
    Case(
        name="FunctionCode",
        type=FUNCTION,
        others=OTHERS,
        fixed=BASIC,
        before=code(1),
        after=code(2),
        look=answered,
        seen=(1, 2),
    ),
    Case(
        name="FunctionSettings",
        type=FUNCTION,
        fixed={**BASIC, **code(1)},
        before={
            "Environment": {"Variables": {"A": "1"}},
            "MemorySize": 256,
            "ReservedConcurrentExecutions": 1,
            "Tags": [{"Key": "a", "Value": "1"}, {"Key": "gone", "Value": "1"}],
        },
        after={
            "Environment": {"Variables": {"A": 2, "B": "3"}},
            "ReservedConcurrentExecutions": 2,
            "Tags": [{"Key": "a", "Value": "2"}],
        },
        look=settings,
        seen=(
            (256, {"A": "1"}, 1, {"a": "1", "gone": "1"}),
            (128, {"A": "2", "B": "3"}, 2, {"a": "2"}),
        ),
    ),
    Case(
        name="Retries",
        type="AWS::Lambda::EventInvokeConfig",
        fixed={**HELPED, "Qualifier": "$LATEST"},
        before={"MaximumRetryAttempts": 0},
        after={"MaximumRetryAttempts": 2, "MaximumEventAgeInSeconds": 60},
        look=of_function(
            lambda it, stage: it.get_function_event_invoke_config(FunctionName=stage["Helped"])[
                "MaximumRetryAttempts"
            ]
        ),
        seen=(0, 2),
    ),
    Case(
        name="Permission",
        type="AWS::Lambda::Permission",
        fixed={**HELPED, "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"},
        before={"SourceAccount": "111122223333"},
        after={"SourceAccount": "123456789012"},
        look=of_function(statements),
        seen=(
            [("s3.amazonaws.com", "111122223333")],
            [("s3.amazonaws.com", "123456789012")],
        ),
        is_replaced=True,
    ),
    Case(
        name="Mapping",
        type="AWS::Lambda::EventSourceMapping",
        fixed={**HELPED, "EventSourceArn": {"Fn::GetAtt": ["Source", "Arn"]}, "Enabled": False},
        before={"BatchSize": 3},
        after={"BatchSize": 7},
        look=of_function(mapping),
        seen=(3, 7),
    ),
    Case(
        name="Filter",
        type="AWS::Logs::SubscriptionFilter",
        others={
            "Filtered": {"Type": "AWS::Logs::LogGroup"},
            "LogsPermission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    **HELPED,
                    "Action": "lambda:InvokeFunction",
                    "Principal": "logs.amazonaws.com",
                    "SourceArn": {"Fn::GetAtt": ["Filtered", "Arn"]},
                    "SourceAccount": {"Ref": "AWS::AccountId"},
                },
            },
        },
        fixed={
            "LogGroupName": {"Ref": "Filtered"},
            "DestinationArn": {"Fn::GetAtt": ["Helped", "Arn"]},
        },
        before={"FilterPattern": "one"},
        after={"FilterPattern": "two"},
        depends_on="LogsPermission",
        look=patterns,
        seen=("one", "two"),
    ),
    Case(
        name="Notified",
        type="AWS::S3::Bucket",
        others={
            "BucketPermission": {
                "Type": "AWS::Lambda::Permission",
                "Properties": {
                    **HELPED,
                    "Action": "lambda:InvokeFunction",
                    "Principal": "s3.amazonaws.com",
                    "SourceAccount": {"Ref": "AWS::AccountId"},
                },
            },
        },
        depends_on="BucketPermission",
        before=notification("s3:ObjectCreated:*"),
        after=notification("s3:ObjectRemoved:*"),
        look=notified,
        seen=(["s3:ObjectCreated:*"], ["s3:ObjectRemoved:*"]),
    ),
    Case(
        name="Signing",
        type="AWS::Lambda::CodeSigningConfig",
        fixed={"AllowedPublishers": {"SigningProfileVersionArns": [PUBLISHER]}},
        before={
            "CodeSigningPolicies": {"UntrustedArtifactOnDeployment": "Enforce"},
            "Description": "one",
        },
        after={},
        look=signing,
        seen=(("one", "Enforce"), ("", "Warn")),
    ),
    Case(
        name="Address",
        type="AWS::Lambda::Url",
        fixed={"TargetFunctionArn": {"Fn::GetAtt": ["Helped", "Arn"]}},
        before={"AuthType": "AWS_IAM", "Cors": {"AllowOrigins": ["https://a.example.com"]}},
        after={"AuthType": "NONE"},
        look=of_function(address),
        seen=(("AWS_IAM", ["https://a.example.com"]), ("NONE", None)),
    ),
    Case(
        name="Alias",
        type="AWS::Lambda::Alias",
        fixed={**HELPED, "FunctionVersion": "$LATEST", "Name": "live"},
        before={"Description": "one"},
        after={"Description": "two"},
        look=of_function(
            lambda it, stage: it.get_alias(FunctionName=stage["Helped"], Name="live")["Description"]
        ),
        seen=("one", "two"),
    ),
)
