"""Violations of the constraints of AWS's models, as its services report them."""

from typing import Any

import pytest
from localstack.aws.spec import load_service

from wavetank.emulator.request_constraints.constraints import validation_message


def _message(service: str, operation: str, **request: Any) -> str | None:
    shape = load_service(service).operation_model(operation).input_shape
    return validation_message(shape, request)


@pytest.mark.parametrize(
    ("service", "operation", "request_", "expected"),
    [
        (
            "firehose",
            "DeleteDeliveryStream",
            {"DeliveryStreamName": "a b"},
            (
                "1 validation error detected: Value 'a b' at 'deliveryStreamName' failed to "
                "satisfy constraint: Member must satisfy regular expression pattern: "
                "[a-zA-Z0-9_.-]+"
            ),
        ),
        (
            "kinesis",
            "CreateStream",
            {"StreamName": "a" * 129, "ShardCount": 0},
            (
                f"2 validation errors detected: Value '{'a' * 129}' at 'streamName' failed to "
                "satisfy constraint: Member must have length less than or equal to 128; Value '0' "
                "at 'shardCount' failed to satisfy constraint: Member must have value greater than "
                "or equal to 1"
            ),
        ),
        (
            "kinesis",
            "PutRecords",
            {"Records": [{"Data": b"", "PartitionKey": "a", "ExplicitHashKey": "x"}]},
            (
                "1 validation error detected: Value 'x' at 'records.1.member.explicitHashKey' "
                "failed to satisfy constraint: Member must satisfy regular expression pattern: "
                "0|([1-9]\\d{0,38})"
            ),
        ),
        (
            "scheduler",
            "CreateSchedule",
            {
                "Name": "a",
                "ScheduleExpression": "rate(1 hour)",
                "FlexibleTimeWindow": {"Mode": "SOMETIMES"},
                "Target": {"Arn": "arn", "RoleArn": "arn:aws:iam::000000000000:role/a"},
            },
            (
                "1 validation error detected: Value 'SOMETIMES' at 'flexibleTimeWindow.mode' "
                "failed to satisfy constraint: Member must satisfy enum value set: [OFF, FLEXIBLE]"
            ),
        ),
        (
            "dynamodb",
            "GetItem",
            {"TableName": "table"},
            (
                "1 validation error detected: Value null at 'key' failed to satisfy constraint: "
                "Member must not be null"
            ),
        ),
        (
            "logs",
            "PutLogEvents",
            {
                "logGroupName": "a",
                "logStreamName": "b",
                "logEvents": [{"timestamp": 1, "message": ""}],
            },
            (
                "1 validation error detected: Value '' at 'logEvents.1.member.message' failed to "
                "satisfy constraint: Member must have length greater than or equal to 1"
            ),
        ),
    ],
)
def test_the_message_names_each_violation(
    service: str, operation: str, request_: dict[str, Any], expected: str
) -> None:
    """Paths begin with a small letter, and members of lists have their number."""
    assert _message(service, operation, **request_) == expected


@pytest.mark.parametrize(
    ("service", "operation", "request_"),
    [
        ("lambda", "Invoke", {"FunctionName": "arn:aws:lambda:eu-west-1:000000000000:function:f"}),
        ("lambda", "GetFunction", {"FunctionName": "a", "Qualifier": None}),
        ("dynamodb", "PutItem", {"TableName": "a", "Item": {"x": {"M": {"": {"S": ""}}}}}),
        ("kinesis", "PutRecord", {"Data": b"", "PartitionKey": "ü"}),
        ("firehose", "PutRecord", {"DeliveryStreamName": "a", "Record": {"Data": b""}}),
    ],
)
def test_what_aws_accepts_is_accepted(
    service: str, operation: str, request_: dict[str, Any]
) -> None:
    """Absent members may be None, as LocalStack's parser has them."""
    assert _message(service, operation, **request_) is None
