"""An HTTP API as its resources define it: routes and integrations of its own, or of its document.

[API Gateway developer guide: http-api-open-api, http-api-develop-routes, http-api-stages;
CloudFormation template reference: AWS::ApiGatewayV2::Api, Integration, Route, Stage]
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from wavetank.emulator.http_entries.authorizers import LambdaAuthorizer
from wavetank.emulator.http_entries.cors import CorsRule, rule_of_endpoint
from wavetank.emulator.http_entries.routes import ANY

DEFAULT = "$default"
INTEGRATION, CORS = "x-amazon-apigateway-integration", "x-amazon-apigateway-cors"
AUTHORIZER = "x-amazon-apigateway-authorizer"
ANY_METHOD = "x-amazon-apigateway-any-method"
TIMEOUT_MS = 30_000
FUNCTION = re.compile(r"(?:.*/functions/)?(?P<function>arn:[^/]+:function:[^/]+)(?:/invocations)?")


@dataclass(frozen=True, kw_only=True)
class HttpApiRoute:
    """A route with a function. `function` is empty if its integration is another."""

    method: str
    path: str
    key: str
    """The route's key in the API, such as `GET /orders/{id}`."""
    function: str
    integration: str = "AWS_PROXY"
    payload: str = "2.0"
    timeout: timedelta = timedelta(milliseconds=TIMEOUT_MS)
    authorization: str = "NONE"
    authorizer: LambdaAuthorizer | None = None


@dataclass(frozen=True, kw_only=True)
class HttpApi:
    """An API of an account and a region, with its stages, and the variables of each."""

    id: str
    name: str
    account: str
    region: str
    routes: tuple[HttpApiRoute, ...]
    stages: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cors: CorsRule | None = None


@dataclass(frozen=True)
class HttpApiResources:
    """The properties of all resources in an account and a region, by type and id.

    Routes, integrations and stages belong to APIs of the same account and region only.
    """

    account: str
    region: str
    apis: Mapping[str, Mapping[str, Any]]
    stages: Mapping[str, Mapping[str, Any]]
    routes: Mapping[str, Mapping[str, Any]]
    integrations: Mapping[str, Mapping[str, Any]]

    def definitions(self) -> Iterator[HttpApi]:
        """The APIs that they define."""
        for name, properties in self.apis.items():
            body: Mapping[str, Any] = properties.get("Body") or {}
            quick = [_quick_route(properties)] if properties.get("Target") else []
            stages = {
                each["StageName"]: each.get("StageVariables") or {}
                for each in self.stages.values()
                if each.get("ApiId") == name
            }
            yield HttpApi(
                id=name,
                account=self.account,
                region=self.region,
                name=properties.get("Name") or body.get("info", {}).get("title") or name,
                routes=(*quick, *_documented(body), *self._routes_of(name)),
                stages=stages | ({DEFAULT: {}} if quick else {}),
                cors=rule_of_endpoint(properties.get("CorsConfiguration") or body.get(CORS)),
            )

    def _routes_of(self, api: str) -> Iterator[HttpApiRoute]:
        for route in self.routes.values():
            if route.get("ApiId") == api:
                target = str(route.get("Target") or "").removeprefix("integrations/")
                integration = self.integrations.get(target, {})
                written = {
                    "type": integration.get("IntegrationType", "none"),
                    "uri": integration.get("IntegrationUri"),
                    "payloadFormatVersion": integration.get("PayloadFormatVersion"),
                    "timeoutInMillis": integration.get("TimeoutInMillis"),
                }
                authorization = str(route.get("AuthorizationType") or "NONE")
                yield _route(route["RouteKey"], written, authorization)


def _documented(body: Mapping[str, Any]) -> Iterator[HttpApiRoute]:
    authorizers = dict(_authorizers(body))
    for path, item in (body.get("paths") or {}).items():
        for method, written in item.items():
            if INTEGRATION in written:
                name = ANY if method == ANY_METHOD else method.upper()
                key = DEFAULT if path.strip("/") == DEFAULT else f"{name} {path}"
                required = written.get("security", body.get("security")) or []
                security = [scheme for each in required for scheme in each]
                authorizer = authorizers.get(security[0]) if len(security) == 1 else None
                route = _route(key, written[INTEGRATION], ", ".join(security) or "NONE")
                yield replace(route, authorizer=authorizer)


def _authorizers(body: Mapping[str, Any]) -> Iterator[tuple[str, LambdaAuthorizer]]:
    """The Lambda authorizers of the document; one that a role may invoke is not simulated."""
    schemes = (body.get("components") or {}).get("securitySchemes") or {}
    for name, scheme in schemes.items():
        written = scheme.get(AUTHORIZER) or {}
        matched = FUNCTION.fullmatch(str(written.get("authorizerUri") or ""))
        if written.get("type") == "request" and matched and "authorizerCredentials" not in written:
            sources = written.get("identitySource") or []
            sources = sources.split(",") if isinstance(sources, str) else sources
            yield (
                name,
                LambdaAuthorizer(
                    id=name,
                    function=matched["function"],
                    identity=tuple(str(each).strip() for each in sources),
                    payload=str(written.get("authorizerPayloadFormatVersion") or "1.0"),
                    has_simple_responses=bool(written.get("enableSimpleResponses")),
                    ttl=timedelta(seconds=int(written.get("authorizerResultTtlInSeconds") or 0)),
                ),
            )


def _quick_route(properties: Mapping[str, Any]) -> HttpApiRoute:
    integration = {"type": "AWS_PROXY", "uri": properties["Target"], "payloadFormatVersion": "2.0"}
    return _route(properties.get("RouteKey") or DEFAULT, integration, "NONE")


def _route(key: str, integration: Mapping[str, Any], authorization: str) -> HttpApiRoute:
    method, _, path = key.partition(" ")
    matched = FUNCTION.fullmatch(str(integration.get("uri") or ""))
    timeout = int(integration.get("timeoutInMillis") or TIMEOUT_MS)
    return HttpApiRoute(
        method=ANY if key == DEFAULT else method,
        path="/{proxy+}" if key == DEFAULT else path,
        key=key,
        function=matched["function"] if matched else "",
        integration=str(integration.get("type") or "").upper(),
        payload=str(integration.get("payloadFormatVersion") or "2.0"),
        timeout=timedelta(milliseconds=timeout),
        authorization=authorization,
    )
