"""REST APIs and their stages: a new body, a new deployment, variables, tags.

[CloudFormation template reference: AWS::ApiGateway; API Gateway API reference: PutRestApi,
UpdateStage, patch operations]
"""

import json
from typing import Any

from wavetank.emulator.cloudformation.updates.call import (
    Apply,
    ResourceType,
    UpdateCall,
    by_provider,
    each,
    is_true,
)
from wavetank.emulator.cloudformation.updates.tags import tagged

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
USAGE_PLAN = "ApiStages Description Quota Tags Throttle UsagePlanName"


def _patches(call: UpdateCall, paths: dict[str, str]) -> list[dict[str, str]]:
    return [
        {"op": "replace", "path": path, "value": _text(call.now(name, ""))}
        for name, path in paths.items()
        if name in call.changed
    ]


def _text(value: Any) -> str:
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


def _tags(path: str) -> Apply:
    def identify(call: UpdateCall) -> str:
        where = path.format(**call.model)
        return f"arn:aws:apigateway:{call.request.region_name}::{where}"

    return tagged(
        "apigateway",
        identify,
        resource="resourceArn",
        tag=("tag_resource", "tags"),
        untag=("untag_resource", "tagKeys"),
        form=dict,
    )


TYPES = {
    "AWS::ApiGateway::Deployment": ResourceType(in_place={"Description": _deployment}),
    "AWS::ApiGateway::Method": ResourceType(in_place=each(METHOD, by_provider)),
    "AWS::ApiGateway::RestApi": ResourceType(
        in_place={
            **dict.fromkeys(API_PATHS, _api),
            **each("Body FailOnWarnings Mode Parameters", _body),
            "Tags": _tags("/restapis/{RestApiId}"),
        }
    ),
    "AWS::ApiGateway::Stage": ResourceType(
        in_place={
            **dict.fromkeys(STAGE_PATHS, _stage),
            "Variables": _stage,
            "Tags": _tags("/restapis/{RestApiId}/stages/{StageName}"),
        }
    ),
    "AWS::ApiGateway::UsagePlan": ResourceType(in_place=each(USAGE_PLAN, by_provider)),
}
