"""The function URLs and APIs that are deployed, read from the emulator's own APIs."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.core.suggestions import one_of
from wavetank.emulator.http_entries.authorizers import LambdaAuthorizer
from wavetank.emulator.http_entries.cors import rule_of_endpoint
from wavetank.emulator.http_entries.http_api_stage import HttpApiStage
from wavetank.engines.simulator.engine import Simulator
from wavetank.simulation.deployed_resources import Candidate
from wavetank.simulation.entries.function_url import FunctionUrl
from wavetank.simulation.entries.rest_api import FUNCTION, RestApi, RestMethod

type ApiStage = RestApi | HttpApiStage
"""A stage of an API of either type."""
type Entries = FunctionUrl | Sequence[ApiStage]
"""The URL of a function, or the stages of an API."""

SAM_STAGE = "Stage"
"""SAM creates a second stage of that name with each REST API."""
RESOURCES_MAX = 500
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
    for stage in client.get_stages(restApiId=api["id"])["item"]:
        name = stage["stageName"]
        yield RestApi(
            id=api["id"],
            arn=f"arn:aws:execute-api:{REGION}:{SANDBOX_ACCOUNT}:{api['id']}/{name}",
            stage=name,
            methods=methods,
            binary_types=tuple(api.get("binaryMediaTypes", [])),
            variables=stage.get("variables", {}),
        )


def _methods(client: Any, api: str) -> Iterator[RestMethod]:
    authorizers = dict(_authorizers(client, api))
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
            )


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
