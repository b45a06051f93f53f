"""Function URLs and REST APIs of a template: what the simulator calls, and what it lacks.

Refused is what decides over a request without being simulated, such as an authorizer. A method with
an integration that is not simulated is refused when it is called: the rest of the template works.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from wavetank.templates.accessors import as_table
from wavetank.templates.problems import TemplateProblem, TemplateResource

EXPECTED = "a method without an authorizer"
ACTION = "remove it, or test that method on AWS"
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
    paths = as_table(as_table(api.properties.get("Body")).get("paths"))
    for path, item in paths.items():
        for method, written in as_table(item).items():
            if method in METHODS:
                yield from _check_documented(api, f"{method} {path}", as_table(written))


def _check_documented(
    api: TemplateResource, method: str, written: Mapping[str, Any]
) -> Iterator[TemplateProblem]:
    for entry in written.get("security") or []:
        names = ", ".join(as_table(entry))
        yield api.problem(EXPECTED, f"with the authorizer {names} of {method}", ACTION)


def check_method(method: TemplateResource) -> Iterator[TemplateProblem]:
    """A method that is a resource of its own."""
    authorization = method.scope.value(method.properties.get("AuthorizationType", "NONE"))
    if authorization != "NONE":
        what = f"with the authorization {authorization}"
        yield method.problem(EXPECTED, what, ACTION, ("AuthorizationType",))
    if method.properties.get("ApiKeyRequired"):
        yield method.problem(EXPECTED, "with an API key", ACTION, ("ApiKeyRequired",))


def _anything(resource: TemplateResource) -> Iterator[TemplateProblem]:
    del resource
    yield from ()


def check_http_route(route: TemplateResource) -> Iterator[TemplateProblem]:
    """A route of an HTTP API without an authorizer."""
    authorization = route.scope.value(route.properties.get("AuthorizationType", "NONE"))
    if authorization != "NONE":
        what = f"with the authorization {authorization}"
        yield route.problem(EXPECTED, what, ACTION, ("AuthorizationType",))


HTTP_CHECKS: Mapping[str, Callable[[TemplateResource], Iterator[TemplateProblem]]] = {
    "AWS::ApiGateway::BasePathMapping": _anything,
    "AWS::ApiGateway::Deployment": _anything,
    "AWS::ApiGateway::DomainName": _anything,
    "AWS::ApiGateway::Method": check_method,
    "AWS::ApiGateway::Resource": _anything,
    "AWS::ApiGateway::RestApi": check_api,
    "AWS::ApiGateway::Stage": _anything,
    "AWS::ApiGatewayV2::Api": check_api,
    "AWS::ApiGatewayV2::Deployment": _anything,
    "AWS::ApiGatewayV2::Integration": _anything,
    "AWS::ApiGatewayV2::Route": check_http_route,
    "AWS::ApiGatewayV2::Stage": _anything,
    "AWS::Lambda::Url": check_function_url,
}
"""The supported types."""
