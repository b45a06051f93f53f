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
    """The principals and accounts that may invoke the function."""
    policy = json.loads(awslambda.get_policy(FunctionName=stage["Helped"])["Policy"])
    return [
        (
            entry["Principal"]["Service"],
            entry.get("Condition", {}).get("StringEquals", {}).get("AWS:SourceAccount"),
        )
        for entry in policy["Statement"]
    ]


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
