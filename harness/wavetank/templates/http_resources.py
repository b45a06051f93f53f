"""Function URLs and REST APIs of a template: what the simulator calls, and what it lacks.

Refused is what decides over a request without being simulated, such as an authorizer of Cognito. A
method with an integration that is not simulated is refused when it is called: the rest of the
template works.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wavetank.templates.accessors import as_list, as_table
from wavetank.templates.problems import TemplateProblem, TemplateResource

AUTHORIZER = "x-amazon-apigateway-authorizer"
LAMBDA_AUTHORIZERS = frozenset({"request", "token"})
PRIVATE = "PRIVATE"
KEY_HEADER = "x-api-key"
REST_API = "AWS::ApiGateway::RestApi"
HTTP = "HTTP"
EXPECTED = "a method with no authorizer but one of Lambda"
ACTION = "remove it, or test that method on AWS"
OPEN = "give the method no authorizer in the template that tests deploy, and test that one on AWS"
"""What to do about an authorizer: here it would let every request pass."""
IN_TEMPLATE = "write its document into the template as Body, or its routes as resources"
NO_SECURITY = "NONE"
"""The scheme with which SAM exempts a method from the authorizer of its API."""
METHODS = frozenset({"delete", "get", "head", "options", "patch", "post", "put"}) | {
    "x-amazon-apigateway-any-method"
}


def check_function_url(url: TemplateResource) -> Iterator[TemplateProblem]:
    """A URL that anyone may call, and that answers at once."""
    for name, allowed in (("AuthType", "NONE"), ("InvokeMode", "BUFFERED")):
        found = url.scope.value(url.properties.get(name, allowed))
        if found != allowed:
            yield url.problem(
                f"a function URL with {name} {allowed}", f"with {found}", "change it", (name,)
            )


def check_api(api: TemplateResource) -> Iterator[TemplateProblem]:
    """An API whose methods are simulated; those of its OpenAPI document are checked here."""
    body = as_table(api.properties.get("Body"))
    yield from _check_access(api, body)
    for path, item in as_table(body.get("paths")).items():
        for method, written in as_table(item).items():
            if method in METHODS:
                yield from _check_documented(api, body, f"{method} {path}", as_table(written))


def _check_access(api: TemplateResource, body: Mapping[str, Any]) -> Iterator[TemplateProblem]:
    """What decides over all requests of the API, and where its document is."""
    for name in _refused(api, body, body):
        yield api.problem(EXPECTED, f"with the authorizer {name} of all methods", OPEN)
    endpoint = as_table(api.properties.get("EndpointConfiguration"))
    if PRIVATE in map(api.scope.value, as_list(endpoint.get("Types"))):
        what = "with a private endpoint, which only a VPC endpoint can call"
        yield api.problem("an API on the internet", what, ACTION, ("EndpointConfiguration",))
    if "BodyS3Location" in api.properties:
        what = "with a document in S3"
        yield api.problem("an API in the template", what, IN_TEMPLATE, ("BodyS3Location",))
    protocol = api.scope.value(api.properties.get("ProtocolType", HTTP))
    if protocol != HTTP:
        what = f"with the protocol {protocol}"
        yield api.problem(f"an {HTTP} API", what, "test it on AWS", ("ProtocolType",))


def _check_documented(
    api: TemplateResource, body: Mapping[str, Any], method: str, written: Mapping[str, Any]
) -> Iterator[TemplateProblem]:
    for name in _refused(api, body, written):
        yield api.problem(EXPECTED, f"with the authorizer {name} of {method}", OPEN)


def _refused(
    api: TemplateResource, body: Mapping[str, Any], written: Mapping[str, Any]
) -> list[str]:
    """The authorizers that a part of the document requires, and that are not simulated.

    One of Lambda is simulated, if it is the only one, and invoked without a role of the API; and so
    are the API keys of REST APIs.
    """
    described = as_table(as_table(body.get("components")).get("securitySchemes"))
    schemes = {**as_table(body.get("securityDefinitions")), **described}
    required = [name for entry in written.get("security") or [] for name in as_table(entry)]
    is_rest = api.kind == REST_API
    names = [
        name
        for name in required
        if name != NO_SECURITY and not (is_rest and _is_api_key(as_table(schemes.get(name))))
    ]
    if len(names) == 1:
        authorizer = as_table(as_table(schemes.get(names[0])).get(AUTHORIZER))
        kind = str(api.scope.value(authorizer.get("type"))).lower()
        if kind in LAMBDA_AUTHORIZERS and "authorizerCredentials" not in authorizer:
            return []
    return names


def _is_api_key(scheme: Mapping[str, Any]) -> bool:
    name = str(scheme.get("name")).lower()
    return scheme.get("type") == "apiKey" and name == KEY_HEADER and AUTHORIZER not in scheme


def check_method(method: TemplateResource) -> Iterator[TemplateProblem]:
    """A method that is a resource of its own."""
    authorization = method.scope.value(method.properties.get("AuthorizationType", "NONE"))
    if authorization != "NONE":
        what = f"with the authorization {authorization}"
        yield method.problem(EXPECTED, what, OPEN, ("AuthorizationType",))


def _anything(resource: TemplateResource) -> Iterator[TemplateProblem]:
    del resource
    yield from ()


def check_http_route(route: TemplateResource) -> Iterator[TemplateProblem]:
    """A route of an HTTP API without an authorizer."""
    authorization = route.scope.value(route.properties.get("AuthorizationType", "NONE"))
    if authorization != "NONE":
        what = f"with the authorization {authorization}"
        yield route.problem(EXPECTED, what, OPEN, ("AuthorizationType",))
    if route.properties.get("ApiKeyRequired"):
        yield route.problem(EXPECTED, "with an API key", ACTION, ("ApiKeyRequired",))


HTTP_CHECKS: Mapping[str, Callable[[TemplateResource], Iterator[TemplateProblem]]] = {
    "AWS::ApiGateway::ApiKey": _anything,
    "AWS::ApiGateway::BasePathMapping": _anything,
    "AWS::ApiGateway::Deployment": _anything,
    "AWS::ApiGateway::DomainName": _anything,
    "AWS::ApiGateway::Method": check_method,
    "AWS::ApiGateway::Model": _anything,
    "AWS::ApiGateway::RequestValidator": _anything,
    "AWS::ApiGateway::Resource": _anything,
    REST_API: check_api,
    "AWS::ApiGateway::Stage": _anything,
    "AWS::ApiGateway::UsagePlan": _anything,
    "AWS::ApiGateway::UsagePlanKey": _anything,
    "AWS::ApiGatewayV2::Api": check_api,
    "AWS::ApiGatewayV2::Deployment": _anything,
    "AWS::ApiGatewayV2::Integration": _anything,
    "AWS::ApiGatewayV2::Route": check_http_route,
    "AWS::ApiGatewayV2::Stage": _anything,
    "AWS::Lambda::Url": check_function_url,
}
"""The supported types."""
