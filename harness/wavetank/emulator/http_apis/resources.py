"""CloudFormation's resources of HTTP APIs, which store the properties that a template gives them.

[CloudFormation template reference: AWS::ApiGatewayV2; LocalStack 4.14:
services/cloudformation/resource_provider.py]
"""

import secrets
from typing import Any, ClassVar

from localstack.services.cloudformation.resource_provider import (
    OperationStatus,
    ProgressEvent,
    ResourceProvider,
    ResourceRequest,
)

from wavetank.emulator.cloudformation.resource_plugin import ResourceTypePlugin
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS, ResourceKey

PREFIX = "AWS::ApiGatewayV2::"
ID_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"
ID_CHARACTERS = 10


class _StoredResource(ResourceProvider):  # type: ignore[type-arg]  # LocalStack's, by properties
    """Creates, updates and deletes resources in the account and the region of their stack."""

    KIND: ClassVar[str]
    ID: ClassVar[str]
    """The property by which it is stored, and what Ref returns for it."""

    def create(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Store the properties under a new id; a stage has its name."""
        model = request.desired_state
        name = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_CHARACTERS))
        model.setdefault(self.ID, name)
        return self._store(request)

    def update(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Replace the properties; the id stays."""
        model = request.desired_state
        previous: Any = request.previous_state or {}
        model.setdefault(self.ID, previous.get(self.ID))
        return self._store(request)

    def delete(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        """Remove the entry."""
        model = request.desired_state
        HTTP_APIS.remove(self._key(request))
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)

    def _store(self, request: ResourceRequest[Any]) -> ProgressEvent[Any]:
        model = request.desired_state
        if self.KIND == "Api":
            host = f"{model[self.ID]}.execute-api.{request.region_name}.amazonaws.com"
            model["ApiEndpoint"] = f"https://{host}"
        HTTP_APIS.put(self._key(request), model)
        return ProgressEvent(status=OperationStatus.SUCCESS, resource_model=model)

    def _key(self, request: ResourceRequest[Any]) -> ResourceKey:
        """Of a stage with its API: stages of several APIs have one name."""
        model = request.desired_state
        own = str(model[self.ID])
        id_ = f"{model.get('ApiId')}/{own}" if self.KIND == "Stage" else own
        return ResourceKey(request.account_id, request.region_name, self.KIND, id_)


def _schema(kind: str, id_: str) -> dict[str, Any]:
    properties: dict[str, Any] = {name: {} for name in (id_, "ApiId", "ApiEndpoint")}
    own = [] if kind == "Stage" else [f"/properties/{id_}"]
    return {
        "typeName": f"{PREFIX}{kind}",
        "properties": properties,
        "createOnlyProperties": [] if kind == "Api" else ["/properties/ApiId"],
        "readOnlyProperties": [*own, *(["/properties/ApiEndpoint"] if kind == "Api" else [])],
        "primaryIdentifier": [f"/properties/{id_}"],
    }


class HttpApiResource(_StoredResource):
    """An API."""

    TYPE, KIND, ID = f"{PREFIX}Api", "Api", "ApiId"
    SCHEMA = _schema(KIND, ID)


class HttpStageResource(_StoredResource):
    """A stage of an API."""

    TYPE, KIND, ID = f"{PREFIX}Stage", "Stage", "StageName"
    SCHEMA = _schema(KIND, ID)


class HttpRouteResource(_StoredResource):
    """A route of an API."""

    TYPE, KIND, ID = f"{PREFIX}Route", "Route", "RouteId"
    SCHEMA = _schema(KIND, ID)


class HttpIntegrationResource(_StoredResource):
    """An integration, to which routes lead."""

    TYPE, KIND, ID = f"{PREFIX}Integration", "Integration", "IntegrationId"
    SCHEMA = _schema(KIND, ID)


class HttpDeploymentResource(_StoredResource):
    """A deployment, which changes nothing here: a stage has the routes of its API."""

    TYPE, KIND, ID = f"{PREFIX}Deployment", "Deployment", "DeploymentId"
    SCHEMA = _schema(KIND, ID)


class HttpApiPlugin(ResourceTypePlugin):
    """Of APIs."""

    name, RESOURCE = HttpApiResource.TYPE, HttpApiResource


class HttpStagePlugin(ResourceTypePlugin):
    """Of stages."""

    name, RESOURCE = HttpStageResource.TYPE, HttpStageResource


class HttpRoutePlugin(ResourceTypePlugin):
    """Of routes."""

    name, RESOURCE = HttpRouteResource.TYPE, HttpRouteResource


class HttpIntegrationPlugin(ResourceTypePlugin):
    """Of integrations."""

    name, RESOURCE = HttpIntegrationResource.TYPE, HttpIntegrationResource


class HttpDeploymentPlugin(ResourceTypePlugin):
    """Of deployments."""

    name, RESOURCE = HttpDeploymentResource.TYPE, HttpDeploymentResource
