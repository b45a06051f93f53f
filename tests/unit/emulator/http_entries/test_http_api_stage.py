"""What a stage of an HTTP API does with a request, and which stage a path names."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, http_call
from wavetank.emulator.http_apis.serving import stage_and_path
from wavetank.emulator.http_entries.entry import FunctionCall
from wavetank.emulator.http_entries.http_api import HttpApi, HttpApiRoute
from wavetank.emulator.http_entries.http_api_stage import HttpApiStage

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:take"
AT = datetime(2030, 1, 1, tzinfo=UTC)


def route(key: str, **more: Any) -> HttpApiRoute:
    """A route of the function."""
    method, _, path = key.partition(" ")
    values = {"method": method, "path": path, "key": key, "function": FUNCTION} | more
    return HttpApiRoute(**values)


def api(*routes: HttpApiRoute, stages: Mapping[str, Mapping[str, str]]) -> HttpApi:
    """An API with these routes and stages."""
    return HttpApi(
        id="a", account="123456789012", region="eu-west-3", name="a", routes=routes, stages=stages
    )


def stage(*routes: HttpApiRoute, name: str = "$default") -> HttpApiStage:
    """A stage of an API with these routes."""
    return HttpApiStage.of(api(*routes, stages={name: {}}), name)


def routed(of: HttpApiStage, method: str, path: str) -> FunctionCall | HttpAnswer:
    """What the stage does with a request."""
    return of.route(http_call(method, path, {}, None), "r", AT)


def test_a_permission_is_for_the_route() -> None:
    """Any method for ANY, and `$default` for the default route, of the account and the region."""
    any_method = routed(stage(route("ANY /a/{id}")), "PUT", "/a/1")
    assert isinstance(any_method, FunctionCall)
    assert any_method.source == "arn:aws:execute-api:eu-west-3:123456789012:a/$default/*/a/{id}"
    default = routed(
        stage(route("$default", method="ANY", path="/{proxy+}"), name="live"), "PUT", "/b"
    )
    assert isinstance(default, FunctionCall)
    assert default.source == "arn:aws:execute-api:eu-west-3:123456789012:a/live/$default"
    assert default.event["rawPath"] == "/live/b"


@pytest.mark.parametrize(("name", "path"), [("$default", "/a"), ("live", "/live/a")])
def test_format_1_of_an_http_api_differs_from_that_of_a_rest_api(name: str, path: str) -> None:
    """Names of headers are in lower case, and only another stage is in the path."""
    of = stage(route("GET /a", payload="1.0"), name=name)
    found = of.route(http_call("GET", "/a", {"X-Shop": "yes"}, None), "r", AT)
    assert isinstance(found, FunctionCall)
    event = found.event
    assert event["headers"]["x-shop"] == "yes"
    assert event["multiValueHeaders"]["host"] == ["a.execute-api.eu-west-3.amazonaws.com"]
    assert event["requestContext"]["path"] == path
    assert event["requestContext"]["resourceId"] is None


def test_a_request_without_a_route_is_not_found() -> None:
    """Unless there is a default route."""
    answer = routed(stage(route("GET /a")), "POST", "/a")
    assert isinstance(answer, HttpAnswer)
    assert (answer.status, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize(
    ("key", "path", "is_found"),
    [
        ("GET /a", "/a/", False),
        ("GET /a/{id}", "/a/", False),
        ("GET /a/{id}", "/a/b%2Fc", True),
        ("GET /{proxy+}", "/a/", True),
        ("GET /", "/", True),
    ],
)
def test_a_slash_at_the_end_is_another_path(key: str, path: str, is_found: bool) -> None:  # noqa: FBT001 - a case
    """Unlike for REST APIs."""
    assert isinstance(routed(stage(route(key)), "GET", path), FunctionCall) is is_found


def test_a_stage_may_choose_the_function() -> None:
    """By its variables."""
    function = "arn:aws:lambda:eu-west-3:123456789012:function:${stageVariables.name}"
    of = HttpApiStage.of(
        api(route("GET /a", function=function), stages={"live": {"name": "take"}}), "live"
    )
    found = routed(of, "GET", "/a")
    assert isinstance(found, FunctionCall)
    assert found.function == "arn:aws:lambda:eu-west-3:123456789012:function:take"


def test_large_requests_are_refused() -> None:
    """Whatever the route is."""
    found = stage().route(http_call("POST", "/a", {}, b"x" * (10 * 1024 * 1024 + 1)), "r", AT)
    assert isinstance(found, HttpAnswer)
    assert (found.status, found.json()) == (413, {"message": "Request Entity Too Large"})


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"authorization": "JWT"}, "the authorizer JWT of GET /a"),
        ({"function": "", "integration": "HTTP_PROXY"}, "the integration HTTP_PROXY of GET /a"),
    ],
)
def test_what_is_not_simulated_is_refused(more: dict[str, str], found: str) -> None:
    """By name."""
    with pytest.raises(UsageError, match=found):
        routed(stage(route("GET /a", **more)), "GET", "/a")


def test_a_path_names_its_stage_on_a_sandbox() -> None:
    """The default stage has none in its path."""
    both = api(stages={"live": {}, "$default": {}})
    assert stage_and_path(both, "/live/a/b") == ("live", "/a/b")
    assert stage_and_path(both, "/live") == ("live", "/")
    assert stage_and_path(both, "/a") == ("$default", "/a")
    assert stage_and_path(api(stages={"x": {}}), "/a") is None
