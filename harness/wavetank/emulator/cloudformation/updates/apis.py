"""REST APIs and their stages: a new body, a new deployment, variables, tags.

[CloudFormation template reference: AWS::ApiGateway; API Gateway API reference: PutRestApi,
UpdateStage, patch operations]
"""

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from moto.apigateway.models import APIGatewayBackend, apigateway_backends

from wavetank.emulator.cloudformation.updates.call import (
    Apply,
    UpdatableType,
    UpdateCall,
    by_creation,
    each,
    is_true,
)
from wavetank.emulator.cloudformation.updates.tags import tag_changes, tagged

LOG = logging.getLogger(__name__)
STAGE_PATHS = {
    "CacheClusterEnabled": "/cacheClusterEnabled",
    "DeploymentId": "/deploymentId",
    "Description": "/description",
    "TracingEnabled": "/tracingEnabled",
}
API_PATHS = {"ApiKeySourceType": "/apiKeySource", "Description": "/description", "Name": "/name"}
METHOD = (
    "ApiKeyRequired AuthorizationScopes AuthorizationType AuthorizerId Integration MethodResponses "
    "OperationName RequestModels RequestParameters RequestValidatorId"
)
KEY_PATHS = {
    "CustomerId": "/customerId",
    "Description": "/description",
    "Enabled": "/enabled",
    "Name": "/name",
}
MODEL_PATHS = {"Description": "/description", "Schema": "/schema"}
VALIDATOR_PATHS = {
    "ValidateRequestBody": "/validateRequestBody",
    "ValidateRequestParameters": "/validateRequestParameters",
}
PLAN_PATHS = {"Description": "/description", "UsagePlanName": "/name"}
LIMITS = {
    "Quota": {"Limit": "limit", "Offset": "offset", "Period": "period"},
    "Throttle": {"BurstLimit": "burstLimit", "RateLimit": "rateLimit"},
}


def _patches(call: UpdateCall, paths: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"op": "replace", "path": path, "value": _text(call.now(name, ""))}
        for name, path in paths.items()
        if name in call.changed
    ]


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def _api(call: UpdateCall) -> None:
    call.clients.apigateway.update_rest_api(
        restApiId=call.model["RestApiId"], patchOperations=_patches(call, API_PATHS)
    )


def _body(call: UpdateCall) -> None:
    body = call.now("Body", {})
    call.clients.apigateway.put_rest_api(
        restApiId=call.model["RestApiId"],
        mode=call.now("Mode", "overwrite"),
        failOnWarnings=is_true(call.now("FailOnWarnings")),
        parameters={"basepath": "ignore", **call.now("Parameters", {})},
        body=(body if isinstance(body, str) else json.dumps(body)).encode(),
    )


def _stage(call: UpdateCall) -> None:
    before, now = call.before("Variables", {}), call.now("Variables", {})
    patches = _patches(call, STAGE_PATHS)
    patches += [
        {"op": "replace", "path": f"/variables/{name}", "value": str(value)}
        for name, value in now.items()
        if before.get(name) != value
    ]
    patches += [
        {"op": "remove", "path": f"/variables/{name}"} for name in before if name not in now
    ]
    call.clients.apigateway.update_stage(
        restApiId=call.model["RestApiId"],
        stageName=call.model["StageName"],
        patchOperations=patches,
    )


def _deployment(call: UpdateCall) -> None:
    call.clients.apigateway.update_deployment(
        restApiId=call.model["RestApiId"],
        deploymentId=call.model["DeploymentId"],
        patchOperations=_patches(call, {"Description": "/description"}),
    )


def _method(call: UpdateCall) -> None:
    """Recreate the method: LocalStack's update loses the responses of its integration."""
    client = call.clients.apigateway
    where = {
        "restApiId": call.model["RestApiId"],
        "resourceId": call.model["ResourceId"],
        "httpMethod": call.model["HttpMethod"],
    }
    try:
        client.delete_method(**where)
    except client.exceptions.NotFoundException:
        LOG.debug("the method to replace does not exist: %s", where)
    by_creation(call)


def _key(call: UpdateCall) -> None:
    call.clients.apigateway.update_api_key(
        apiKey=call.model["APIKeyId"], patchOperations=_patches(call, KEY_PATHS)
    )


def _model(call: UpdateCall) -> None:
    call.clients.apigateway.update_model(
        restApiId=call.model["RestApiId"],
        modelName=call.model["Name"],
        patchOperations=_patches(call, MODEL_PATHS),
    )


def _validator(call: UpdateCall) -> None:
    call.clients.apigateway.update_request_validator(
        restApiId=call.model["RestApiId"],
        requestValidatorId=call.model["RequestValidatorId"],
        patchOperations=_patches(call, VALIDATOR_PATHS),
    )


def _plan(call: UpdateCall) -> None:
    call.clients.apigateway.update_usage_plan(
        usagePlanId=call.model["Id"],
        patchOperations=[*_patches(call, PLAN_PATHS), *_stages(call), *_limits(call)],
    )


def _stages(call: UpdateCall) -> list[dict[str, str]]:
    if "ApiStages" not in call.changed:
        return []
    before, now = _stage_limits(call.before("ApiStages")), _stage_limits(call.now("ApiStages"))
    gone = [name for name in before if before[name] != now.get(name)]
    new = [name for name in now if before.get(name) != now[name]]
    patches = [{"op": "remove", "path": "/apiStages", "value": name} for name in gone]
    for name in new:
        patches.append({"op": "add", "path": "/apiStages", "value": name})
        patches += [
            {"op": "replace", "path": f"/apiStages/{name}/throttle{path}/{key}", "value": value}
            for path, limits in now[name].items()
            for key, value in limits.items()
        ]
    return patches


def _stage_limits(value: Any) -> dict[str, dict[str, dict[str, str]]]:
    """The limits of each stage, by method."""
    return {
        f"{stage['ApiId']}:{stage['Stage']}": {
            path: {LIMITS["Throttle"][key]: _text(limit) for key, limit in limits.items()}
            for path, limits in (stage.get("Throttle") or {}).items()
        }
        for stage in value or []
    }


def _limits(call: UpdateCall) -> list[dict[str, str]]:
    patches: list[dict[str, str]] = []
    for name, paths in LIMITS.items():
        if name not in call.changed:
            continue
        root, value = f"/{name.lower()}", call.now(name)
        if not value:
            patches.append({"op": "remove", "path": root})
        else:
            patches += [
                {"op": "replace", "path": f"{root}/{paths[key]}", "value": _text(limit)}
                for key, limit in value.items()
            ]
    return patches


def _tags(path: str, find: Callable[[APIGatewayBackend, Mapping[str, Any]], Any]) -> Apply:
    """A function that sets the tags in both stores that LocalStack has for them.

    Those of the creation are moto's; TagResource and UntagResource use another store.
    [LocalStack 4.14: services/apigateway/legacy/provider.py, tag_resource]
    """

    def identify(call: UpdateCall) -> str:
        where = path.format(**call.model)
        return f"arn:aws:apigateway:{call.request.region_name}::{where}"

    tag = tagged(
        "apigateway",
        identify,
        resource="resourceArn",
        tag=("tag_resource", "tags"),
        untag=("untag_resource", "tagKeys"),
        form=dict,
    )

    def apply(call: UpdateCall) -> None:
        tag(call)
        new, gone = tag_changes(call)
        backend = apigateway_backends[call.request.account_id][call.request.region_name]
        found = find(backend, call.model)
        kept = {key: value for key, value in (found.tags or {}).items() if key not in gone}
        found.tags = {**kept, **new}

    return apply


TYPES = {
    "AWS::ApiGateway::ApiKey": UpdatableType(
        in_place={
            **dict.fromkeys(KEY_PATHS, _key),
            "Tags": _tags(
                "/apikeys/{APIKeyId}", lambda backend, model: backend.keys[model["APIKeyId"]]
            ),
        },
        generated_name="Name",
    ),
    "AWS::ApiGateway::Deployment": UpdatableType(in_place={"Description": _deployment}),
    "AWS::ApiGateway::GatewayResponse": UpdatableType(
        in_place=each("ResponseParameters ResponseTemplates StatusCode", by_creation)
    ),
    "AWS::ApiGateway::Method": UpdatableType(in_place=each(METHOD, _method)),
    "AWS::ApiGateway::Model": UpdatableType(
        in_place=dict.fromkeys(MODEL_PATHS, _model), at_creation=frozenset({"Description"})
    ),
    "AWS::ApiGateway::RequestValidator": UpdatableType(
        in_place=dict.fromkeys(VALIDATOR_PATHS, _validator)
    ),
    "AWS::ApiGateway::RestApi": UpdatableType(
        in_place={
            **dict.fromkeys(API_PATHS, _api),
            **each("Body FailOnWarnings Mode Parameters", _body),
            "Tags": _tags(
                "/restapis/{RestApiId}", lambda backend, model: backend.apis[model["RestApiId"]]
            ),
        }
    ),
    "AWS::ApiGateway::Stage": UpdatableType(
        in_place={
            **dict.fromkeys(STAGE_PATHS, _stage),
            "Variables": _stage,
            "Tags": _tags(
                "/restapis/{RestApiId}/stages/{StageName}",
                lambda backend, model: backend.apis[model["RestApiId"]].stages[model["StageName"]],
            ),
        }
    ),
    "AWS::ApiGateway::UsagePlan": UpdatableType(
        in_place={
            **each("ApiStages Description Quota Throttle UsagePlanName", _plan),
            "Tags": _tags(
                "/usageplans/{Id}", lambda backend, model: backend.usage_plans[model["Id"]]
            ),
        }
    ),
}
