"""HTTP APIs, as the properties of their resources or their OpenAPI document define them."""

from datetime import timedelta
from typing import Any

import pytest

from wavetank.emulator.http_entries.authorizers import LambdaAuthorizer
from wavetank.emulator.http_entries.cors import CorsRule
from wavetank.emulator.http_entries.http_api import HttpApi, HttpApiResources, HttpApiRoute

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:take"
URI = f"arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/{FUNCTION}/invocations"


def defined(api: dict[str, Any], **others: dict[str, Any]) -> HttpApi:
    """The API of these properties, with other resources of it."""
    stages = {"a/live": {"ApiId": "a", "StageName": "live", "StageVariables": {"x": "1"}}}
    kinds = {kind: others.get(kind, {}) for kind in ("routes", "integrations")}
    resources = HttpApiResources(
        account="1", region="eu-west-1", apis={"a": api}, stages=stages, **kinds
    )
    (found,) = resources.definitions()
    return found


def test_a_document_defines_routes() -> None:
    """As SAM writes it: integrations by method, the default route, authorizers and CORS."""
    of = {"type": "aws_proxy", "uri": URI, "payloadFormatVersion": "1.0", "timeoutInMillis": 50}
    key = "x-amazon-apigateway-integration"
    paths = {
        "/a/{id}": {"get": {key: of, "security": [{"Users": []}]}, "parameters": []},
        "/$default": {"x-amazon-apigateway-any-method": {key: {"type": "http_proxy", "uri": "u"}}},
    }
    cors = {"allowOrigins": ["*"], "maxAge": "5", "allowCredentials": True}
    body = {"info": {"title": "shop"}, "paths": paths, "x-amazon-apigateway-cors": cors}
    assert defined({"Body": body}) == HttpApi(
        id="a",
        account="1",
        region="eu-west-1",
        name="shop",
        routes=(
            HttpApiRoute(
                method="GET",
                path="/a/{id}",
                key="GET /a/{id}",
                function=FUNCTION,
                payload="1.0",
                timeout=timedelta(milliseconds=50),
                authorization="Users",
            ),
            HttpApiRoute(
                method="ANY",
                path="/{proxy+}",
                key="$default",
                function="",
                integration="HTTP_PROXY",
            ),
        ),
        stages={"live": {"x": "1"}},
        cors=CorsRule(origins=("*",), max_age_seconds=5, credentials=True),
    )


def test_resources_define_routes() -> None:
    """A route with its integration, which names the function by its ARN; and a quick target."""
    routes = {"r": {"ApiId": "a", "RouteKey": "ANY /b", "Target": "integrations/i"}}
    integrations = {"i": {"ApiId": "a", "IntegrationType": "AWS_PROXY", "IntegrationUri": FUNCTION}}
    api = defined({"Name": "shop"}, routes=routes, integrations=integrations)
    (route,) = api.routes
    assert (route.method, route.path, route.function) == ("ANY", "/b", FUNCTION)
    quick = defined({"Name": "shop", "Target": f"{FUNCTION}:live"})
    assert [(each.key, each.function) for each in quick.routes] == [
        ("$default", f"{FUNCTION}:live")
    ]
    assert quick.stages.keys() == {"live", "$default"}


@pytest.mark.parametrize(
    "sources",
    ["$request.header.A, $request.header.B", ["$request.header.A", "$request.header.B"]],
)
def test_a_document_defines_lambda_authorizers(sources: Any) -> None:
    """With their sources as a list or a text; one that a role invokes is none."""
    key = "x-amazon-apigateway-authorizer"
    guard = {
        "type": "request",
        "authorizerUri": URI,
        "identitySource": sources,
        "authorizerPayloadFormatVersion": "2.0",
        "enableSimpleResponses": True,
        "authorizerResultTtlInSeconds": 60,
    }
    schemes = {"Guard": {key: guard}, "Role": {key: guard | {"authorizerCredentials": "arn"}}}
    of = {"type": "aws_proxy", "uri": URI}
    paths = {
        f"/{name}": {"get": {"x-amazon-apigateway-integration": of, "security": [{name: []}]}}
        for name in schemes
    }
    body = {"components": {"securitySchemes": schemes}, "paths": paths}
    first, second = defined({"Body": body}).routes
    assert first.authorizer == LambdaAuthorizer(
        id="Guard",
        function=FUNCTION,
        identity=("$request.header.A", "$request.header.B"),
        payload="2.0",
        has_simple_responses=True,
        ttl=timedelta(minutes=1),
    )
    assert (second.authorization, second.authorizer) == ("Role", None)
