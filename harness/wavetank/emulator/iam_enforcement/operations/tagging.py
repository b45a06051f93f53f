"""Tags of a new resource: most services additionally require the permission to tag it.

[API references: PutRule, PutMetricAlarm, CreateDeliveryStream, CreateFunction, CreateLogGroup,
CreateQueue, CreateTable, CreateTopic, CreateRole]
"""

from collections.abc import Iterator, Mapping
from typing import Any

from wavetank.emulator.iam_enforcement.required_action import Call

IAM_TAGGING = {
    "CreateInstanceProfile": "iam:TagInstanceProfile",
    "CreateOpenIDConnectProvider": "iam:TagOpenIDConnectProvider",
    "CreatePolicy": "iam:TagPolicy",
    "CreateRole": "iam:TagRole",
    "CreateSAMLProvider": "iam:TagSAMLProvider",
    "CreateUser": "iam:TagUser",
    "CreateVirtualMFADevice": "iam:TagMFADevice",
    "UploadServerCertificate": "iam:TagServerCertificate",
}
TAGGING: Mapping[str, Mapping[str, str]] = {
    "cloudwatch": dict.fromkeys(
        ["PutCompositeAlarm", "PutInsightRule", "PutMetricAlarm"], "cloudwatch:TagResource"
    ),
    "dynamodb": {"CreateTable": "dynamodb:TagResource"},
    "events": dict.fromkeys(["CreateEventBus", "PutRule"], "events:TagResource"),
    "firehose": {"CreateDeliveryStream": "firehose:TagDeliveryStream"},
    "iam": IAM_TAGGING,
    "lambda": dict.fromkeys(["CreateEventSourceMapping", "CreateFunction"], "lambda:TagResource"),
    "logs": {"CreateLogGroup": "logs:TagResource"},
    "scheduler": {"CreateScheduleGroup": "scheduler:TagResource"},
    "sns": {"CreateTopic": "sns:TagResource"},
    "sqs": {"CreateQueue": "sqs:TagQueue"},
}
TAG_PARAMETERS = ("Tags", "tags")


def tagging_action(call: Call) -> str | None:
    """The action that the call's tags require; None if it has none, or nothing more is required."""
    action = TAGGING.get(call.service, {}).get(call.operation)
    return action if action and request_tags(call.parameters) else None


def tagged_resource(call: Call, resource: str) -> str:
    """The tagged resource: the call's resource, or the event source mapping that it creates."""
    is_mapping = call.operation == "CreateEventSourceMapping"
    return call.arn("event-source-mapping:*") if is_mapping else resource


def request_tags(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Keys and values of the tags in a call, in each of the services' formats."""
    found: Any = next((parameters[name] for name in TAG_PARAMETERS if parameters.get(name)), {})
    if isinstance(found, Mapping):
        return {str(key): str(value) for key, value in found.items()}
    return dict(_pairs(found))


def _pairs(tags: list[Any]) -> Iterator[tuple[str, str]]:
    for tag in tags:
        yield str(tag.get("Key", tag.get("key"))), str(tag.get("Value", tag.get("value", "")))
