"""CloudFormation's resources of filters: LocalStack has no metric filters, and drops roles.

[CloudFormation template reference: AWS::Logs::MetricFilter, AWS::Logs::SubscriptionFilter;
LocalStack 4.14: services/logs/resource_providers]
"""

from typing import Any

from localstack.services.cloudformation import provider_utils
from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from wavetank.emulator.cloudformation.resource_plugin import ResourceTypePlugin
from wavetank.emulator.patches import patch_of

METRIC_FILTER = "AWS::Logs::MetricFilter"
TRANSFORMATION = {
    "DefaultValue": "defaultValue",
    "MetricName": "metricName",
    "MetricNamespace": "metricNamespace",
    "MetricValue": "metricValue",
    "Unit": "unit",
}
SUBSCRIPTION = {
    "DestinationArn": "destinationArn",
    "Distribution": "distribution",
    "FilterPattern": "filterPattern",
    "LogGroupName": "logGroupName",
    "RoleArn": "roleArn",
}
"""The API's names of the template's properties."""


class MetricFilterResource(ResourceProvider):  # type: ignore[type-arg]  # LocalStack's, by properties
    """Creates, updates and deletes AWS::Logs::MetricFilter."""

    TYPE = METRIC_FILTER
    SCHEMA = {  # noqa: RUF012 - LocalStack's form
        "typeName": METRIC_FILTER,
        "properties": {
            "FilterName": {"type": "string"},
            "FilterPattern": {"type": "string"},
            "LogGroupName": {"type": "string"},
            "MetricTransformations": {"type": "array"},
        },
        "required": ["FilterPattern", "LogGroupName", "MetricTransformations"],
        "createOnlyProperties": ["/properties/FilterName", "/properties/LogGroupName"],
        "primaryIdentifier": ["/properties/FilterName"],
    }

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Create the filter; without a name it gets a generated one."""
        model = request.desired_state
        if not model.get("FilterName"):
            model["FilterName"] = provider_utils.generate_default_name(
                request.stack_name, request.logical_resource_id
            )
        return self._put(request)

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Replace the metric filter's pattern and transformations."""
        return self._put(request)

    def delete(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Delete the metric filter."""
        model = request.desired_state
        request.aws_client_factory.logs.delete_metric_filter(
            logGroupName=model["LogGroupName"], filterName=model["FilterName"]
        )
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)

    def _put(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.desired_state
        logs: Any = request.aws_client_factory.logs
        logs.put_metric_filter(
            logGroupName=model["LogGroupName"],
            filterName=model["FilterName"],
            filterPattern=model.get("FilterPattern", ""),
            metricTransformations=[_transformation(one) for one in model["MetricTransformations"]],
        )
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)


class MetricFilterPlugin(ResourceTypePlugin):
    """Entry point by which LocalStack finds the provider of AWS::Logs::MetricFilter."""

    name, RESOURCE = METRIC_FILTER, MetricFilterResource


def create_subscriptions_with_roles() -> None:
    """Replace LocalStack's creation of subscription filters, which drops the role."""
    patch_of(
        "localstack.services.logs.resource_providers.aws_logs_subscriptionfilter"
        ":LogsSubscriptionFilterProvider.create"
    ).apply(_create_subscription)


def _create_subscription(_: Any, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
    model = request.desired_state
    settings = {name: model[key] for key, name in SUBSCRIPTION.items() if model.get(key)}
    settings.setdefault("filterPattern", "")
    name = model.get("FilterName") or model["LogGroupName"]
    request.aws_client_factory.logs.put_subscription_filter(filterName=name, **settings)
    return ProgressEvent(
        status=OperationStatus.SUCCESS,
        resource_model=model,
        custom_context=request.custom_context,
    )


def _transformation(given: dict[str, Any]) -> dict[str, Any]:
    """The transformation as in the API; numbers of a template may be text."""
    found = {name: given[key] for key, name in TRANSFORMATION.items() if key in given}
    if "defaultValue" in found:
        found["defaultValue"] = float(found["defaultValue"])
    found["metricValue"] = str(found["metricValue"])
    dimensions = {each["Key"]: each["Value"] for each in given.get("Dimensions", [])}
    return found | ({"dimensions": dimensions} if dimensions else {})
