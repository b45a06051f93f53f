"""CloudFormation's AWS::SNS::Subscription with its role, which LocalStack drops.

A subscription of a delivery stream needs one. [CloudFormation template reference,
AWS::SNS::Subscription; LocalStack 4.14: services/sns/resource_providers/aws_sns_subscription.py]
"""

import json
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceRequest,
)

from wavetank.emulator.patches import patch_of

ATTRIBUTES = (
    "DeliveryPolicy",
    "FilterPolicy",
    "FilterPolicyScope",
    "RawMessageDelivery",
    "RedrivePolicy",
    "SubscriptionRoleArn",
)
PARAMETERS = ("TopicArn", "Protocol", "Endpoint")


def create_subscriptions_with_roles() -> None:
    """Replace LocalStack's creation of subscriptions."""
    patch_of(
        "localstack.services.sns.resource_providers.aws_sns_subscription"
        ":SNSSubscriptionProvider.create"
    ).apply(_create_subscription)


def _create_subscription(provider: Any, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    model = request.desired_state
    sns = provider._get_client(request).sns  # noqa: SLF001 - it knows the topic's region
    attributes = {name: _text(model[name]) for name in ATTRIBUTES if name in model}
    parameters: Any = {name: model[name] for name in PARAMETERS if name in model}
    if attributes:
        parameters["Attributes"] = attributes
    model["Id"] = sns.subscribe(**parameters)["SubscriptionArn"]
    return ProgressEvent(
        status=OperationStatus.SUCCESS,
        resource_model=model,
        custom_context=request.custom_context,
    )


def _text(value: Any) -> str:
    """An attribute as the API takes it."""
    return json.dumps(value) if isinstance(value, dict | list | bool) else str(value)
