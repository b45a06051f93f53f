"""CloudFormation's AWS::Logs::ResourcePolicy, which LocalStack does not have.

A rule of EventBridge needs one to write into a log group.
[CloudFormation template reference: AWS::Logs::ResourcePolicy]
"""

import json
from typing import Any

from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from wavetank.emulator.cloudformation.resource_plugin import ResourceTypePlugin

RESOURCE_POLICY = "AWS::Logs::ResourcePolicy"


class LogResourcePolicy(ResourceProvider):  # type: ignore[type-arg]  # LocalStack's, by properties
    """Creates, updates and deletes the policies of CloudWatch Logs."""

    TYPE = RESOURCE_POLICY
    SCHEMA = {  # noqa: RUF012 - LocalStack's form
        "typeName": RESOURCE_POLICY,
        "properties": {
            "PolicyName": {"type": "string"},
            "PolicyDocument": {"type": "string"},
        },
        "required": ["PolicyName", "PolicyDocument"],
        "createOnlyProperties": ["/properties/PolicyName"],
        "primaryIdentifier": ["/properties/PolicyName"],
    }

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Create the resource policy."""
        return self._put(request)

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Replace the document of the resource policy."""
        return self._put(request)

    def delete(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Delete the resource policy."""
        model = request.desired_state
        logs = request.aws_client_factory.logs
        logs.delete_resource_policy(policyName=model["PolicyName"])
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)

    def _put(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.desired_state
        document = model["PolicyDocument"]
        text = document if isinstance(document, str) else json.dumps(document)
        logs = request.aws_client_factory.logs
        logs.put_resource_policy(policyName=model["PolicyName"], policyDocument=text)
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)


class LogResourcePolicyPlugin(ResourceTypePlugin):
    """Entry point by which LocalStack finds the provider of AWS::Logs::ResourcePolicy."""

    name, RESOURCE = RESOURCE_POLICY, LogResourcePolicy
