"""The function URLs and APIs that are deployed, read from the emulator's own APIs."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from wavetank.aws.clients import AwsClients
from wavetank.core.errors import UsageError
from wavetank.core.settings import REGION, SANDBOX_ACCOUNT
from wavetank.core.suggestions import one_of
from wavetank.emulator.http_entries.cors import rule_of_endpoint
from wavetank.emulator.http_entries.http_api_stage import HttpApiStage
from wavetank.engines.simulator.engine import Simulator
from wavetank.simulation.entries.function_url import FunctionUrl
from wavetank.simulation.entries.rest_api import RestApi, RestMethod

type ApiStage = RestApi | HttpApiStage
"""A stage of an API of either type."""

SAM_STAGE = "Stage"
"""SAM creates a second stage of that name with each REST API."""
RESOURCES_MAX = 500


def function_urls(aws: AwsClients) -> list[FunctionUrl]:
    """The URLs of all functions."""
    pages = aws.awslambda.get_paginator("list_functions").paginate()
    return [
        FunctionUrl(
            name=function["FunctionName"],
            function=found["FunctionArn"],
            id=(urlsplit(found["FunctionUrl"]).hostname or "").partition(".")[0],
            is_public=found["AuthType"] == "NONE",
            cors=rule_of_endpoint(found.get("Cors")),
        )
        for page in pages
        for function in page["Functions"]
        for found in aws.awslambda.list_function_url_configs(FunctionName=function["FunctionName"])[
            "FunctionUrlConfigs"
        ]
    ]


def rest_apis(aws: AwsClients) -> list[RestApi]:
    """All stages of all REST APIs."""
    client = aws.apigateway
    return [
        stage
        for page in client.get_paginator("get_rest_apis").paginate()
        for api in page["items"]
        for stage in _stages(client, api)
    ]


def http_api_stages(simulator: Simulator) -> list[HttpApiStage]:
    """All stages of all HTTP APIs."""
    return [HttpApiStage.of(api, stage) for api in simulator.http_apis() for stage in api.stages]


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


def _stages(client: Any, api: dict[str, Any]) -> Iterator[RestApi]:
    methods = tuple(_methods(client, api["id"]))
    for stage in client.get_stages(restApiId=api["id"])["item"]:
        name = stage["stageName"]
        yield RestApi(
            name=api["name"],
            id=api["id"],
            arn=f"arn:aws:execute-api:{REGION}:{SANDBOX_ACCOUNT}:{api['id']}/{name}",
            stage=name,
            methods=methods,
            binary_types=tuple(api.get("binaryMediaTypes", [])),
            variables=stage.get("variables", {}),
        )


def _methods(client: Any, api: str) -> Iterator[RestMethod]:
    found = client.get_resources(restApiId=api, embed=["methods"], limit=RESOURCES_MAX)["items"]
    for resource in found:
        for name, method in resource.get("resourceMethods", {}).items():
            yield RestMethod(
                method=name,
                path=resource["path"],
                resource_id=resource["id"],
                authorization=method.get("authorizationType", "NONE"),
                integration=method.get("methodIntegration", {}),
            )
