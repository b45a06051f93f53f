"""The function URLs and APIs that are deployed, read from the emulator's own APIs."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.http_call import JSON_TYPE
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.core.suggestions import one_of
from wavetank.emulator.http_entries.authorizers import LambdaAuthorizer
from wavetank.emulator.http_entries.cors import rule_of_endpoint
from wavetank.emulator.http_entries.http_api_stage import HttpApiStage
from wavetank.emulator.http_entries.request_checks import ApiKeys, ApiPolicy, RequestValidator
from wavetank.engines.simulator.engine import Simulator
from wavetank.simulation.deployed_resources import Candidate
from wavetank.simulation.entries.function_url import FunctionUrl
from wavetank.simulation.entries.rest_api import (
    FUNCTION,
    KEY_IN_HEADER,
    RestApi,
    RestMethod,
)

type ApiStage = RestApi | HttpApiStage
"""A stage of an API of either type."""
type Entries = FunctionUrl | Sequence[ApiStage]
"""The URL of a function, or the stages of an API."""

SAM_STAGE = "Stage"
"""SAM creates a second stage of that name with each REST API."""
RESOURCES_MAX = 500
REFERENCE = re.compile(r'("\$ref"\s*:\s*")[^"]*/')
"""The part of a reference between models in front of the name."""
LAMBDA_AUTHORIZERS = frozenset({"REQUEST", "TOKEN"})
REST_TTL_SECONDS = 300
"""How long a REST API reuses the decision of an authorizer by default."""


def function_urls(aws: AwsClients) -> list[Candidate[Entries]]:
    """The URLs of all functions and their aliases."""
    pages = aws.awslambda.get_paginator("list_functions").paginate()
    names = [function["FunctionName"] for page in pages for function in page["Functions"]]
    return [url for name in names for url in _urls_of(aws, name)]


def rest_apis(aws: AwsClients) -> list[Candidate[Entries]]:
    """The stages of each REST API."""
    client = aws.apigateway
    return [
        Candidate(id=api["id"], name=api["name"], found=tuple(_stages(client, api)))
        for page in client.get_paginator("get_rest_apis").paginate()
        for api in page["items"]
    ]


def http_apis(simulator: Simulator) -> list[Candidate[Entries]]:
    """The stages of each HTTP API."""
    return [
        Candidate(
            id=api.id,
            name=api.name,
            found=tuple(HttpApiStage.of(api, stage) for stage in api.stages),
        )
        for api in simulator.http_apis()
    ]


def choose_stage(stages: Sequence[ApiStage], name: str | None) -> ApiStage:
    """The stage of that name; by default the only one, besides the one that SAM adds.

    Raises:
        UsageError: there is no such stage, or several.
    """
    by_name = {each.stage: each for each in stages}
    if name is not None:
        if name not in by_name:
            raise UsageError(*one_of("a stage of the API: one of", name, by_name))
        return by_name[name]
    others = [each for each in stages if each.stage != SAM_STAGE] or stages
    if len(others) != 1:
        names = ", ".join(sorted(each.stage for each in others)) or "none"
        raise UsageError("one stage of the API", names, 'name it, as in stage="prod"')
    return others[0]


def _urls_of(aws: AwsClients, function: str) -> Iterator[Candidate[Entries]]:
    """A function may have a URL, and each of its aliases another: `orders:live`."""
    found = aws.awslambda.list_function_url_configs(FunctionName=function)["FunctionUrlConfigs"]
    for url in found:
        arn = url["FunctionArn"].removesuffix(":$LATEST")
        name = function + arn.partition(f":function:{function}")[2]
        id_ = (urlsplit(url["FunctionUrl"]).hostname or "").partition(".")[0]
        yield Candidate(
            id=id_,
            name=name,
            physical_ids=(arn, name) if len(found) > 1 else (arn, name, function),
            found=FunctionUrl(
                function=arn,
                id=id_,
                is_public=url["AuthType"] == "NONE",
                cors=rule_of_endpoint(url.get("Cors")),
            ),
        )


def _stages(client: Any, api: dict[str, Any]) -> Iterator[RestApi]:
    methods = tuple(_methods(client, api["id"]))
    arn = f"arn:aws:execute-api:{REGION}:{SANDBOX_ACCOUNT}:{api['id']}"
    for stage in client.get_stages(restApiId=api["id"])["item"]:
        name = stage["stageName"]
        yield RestApi(
            id=api["id"],
            arn=f"{arn}/{name}",
            stage=name,
            methods=methods,
            binary_types=tuple(api.get("binaryMediaTypes", [])),
            variables=stage.get("variables", {}),
            policy=ApiPolicy.of(_unescaped(api["policy"]), arn) if api.get("policy") else None,
            keys=ApiKeys(ids=dict(_keys(client, api["id"], name))),
            key_source=api.get("apiKeySource", KEY_IN_HEADER),
        )


def _unescaped(policy: str) -> str:
    """The policy as it was given: the API returns it with escaped quotes."""
    return policy.replace('\\"', '"').replace("\\/", "/")


def _keys(client: Any, api: str, stage: str) -> Iterator[tuple[str, str]]:
    """The value and the id of each enabled key that a usage plan allows for the stage."""
    found = client.get_api_keys(includeValues=True, limit=RESOURCES_MAX)["items"]
    enabled = {key["id"]: key["value"] for key in found if key.get("enabled")}
    for plan in client.get_usage_plans(limit=RESOURCES_MAX)["items"] if enabled else ():
        stages = [(each["apiId"], each["stage"]) for each in plan.get("apiStages", [])]
        if (api, stage) in stages:
            keys = client.get_usage_plan_keys(usagePlanId=plan["id"], limit=RESOURCES_MAX)["items"]
            yield from ((enabled[key["id"]], key["id"]) for key in keys if key["id"] in enabled)


def _methods(client: Any, api: str) -> Iterator[RestMethod]:
    authorizers = dict(_authorizers(client, api))
    validators = _Validators(client, api)
    found = client.get_resources(restApiId=api, embed=["methods"], limit=RESOURCES_MAX)["items"]
    for resource in found:
        for name, method in resource.get("resourceMethods", {}).items():
            yield RestMethod(
                method=name,
                path=resource["path"],
                resource_id=resource["id"],
                authorization=method.get("authorizationType", "NONE"),
                needs_api_key=method.get("apiKeyRequired", False),
                integration=method.get("methodIntegration", {}),
                authorizer=authorizers.get(method.get("authorizerId")),
                validator=validators.of(method),
            )


class _Validators:
    """The validators of an API, and the models that they need."""

    def __init__(self, client: Any, api: str) -> None:
        self._client = client
        self._api = api

    def of(self, method: Mapping[str, Any]) -> RequestValidator:
        """What the method's validator requires; without one it is nothing."""
        found = self._validators.get(method.get("requestValidatorId") or "", {})
        required = method.get("requestParameters") or {}
        return RequestValidator(
            parameters=tuple(name for name, is_required in required.items() if is_required)
            if found.get("validateRequestParameters")
            else (),
            schema=self._schema(method) if found.get("validateRequestBody") else None,
        )

    def _schema(self, method: Mapping[str, Any]) -> dict[str, Any] | None:
        models = method.get("requestModels") or {}
        name = models.get(JSON_TYPE) or models.get("$default")
        if name is None:
            return None
        return {**self._models[name], "definitions": self._models}

    @cached_property
    def _validators(self) -> dict[str, dict[str, Any]]:
        found = self._client.get_request_validators(restApiId=self._api, limit=RESOURCES_MAX)
        return {each["id"]: each for each in found["items"]}

    @cached_property
    def _models(self) -> dict[str, dict[str, Any]]:
        """Each model's schema; references to others are URLs that end with their names."""
        found = self._client.get_models(restApiId=self._api, limit=RESOURCES_MAX)["items"]
        return {
            each["name"]: json.loads(REFERENCE.sub(r"\1#/definitions/", each["schema"]))
            for each in found
            if each.get("schema")
        }


def _authorizers(client: Any, api: str) -> Iterator[tuple[str, LambdaAuthorizer]]:
    """The Lambda authorizers of a REST API; one that a role may invoke is not simulated."""
    for found in client.get_authorizers(restApiId=api, limit=RESOURCES_MAX)["items"]:
        matched = FUNCTION.fullmatch(found.get("authorizerUri", ""))
        if found["type"] in LAMBDA_AUTHORIZERS and matched and "authorizerCredentials" not in found:
            sources = found.get("identitySource", "").split(",")
            seconds = found.get("authorizerResultTtlInSeconds")
            seconds = REST_TTL_SECONDS if seconds is None else seconds
            is_token = found["type"] == "TOKEN"
            yield (
                found["id"],
                LambdaAuthorizer(
                    id=found["id"],
                    function=matched["function"],
                    identity=tuple(each.strip() for each in sources if each.strip()),
                    needs_identity=is_token or bool(seconds),
                    is_token=is_token,
                    pattern=found.get("identityValidationExpression", ""),
                    ttl=timedelta(seconds=seconds),
                ),
            )
