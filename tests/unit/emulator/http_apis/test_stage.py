"""What a stage of an HTTP API does with a request, and which stage a path names."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, http_call
from wavetank.emulator.http_apis.definition import HttpApi, HttpApiRoute
from wavetank.emulator.http_apis.serving import stage_and_path
from wavetank.emulator.http_apis.stage import HttpApiStage
from wavetank.emulator.http_entries.entry import FunctionCall

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:take"
AT = datetime(2030, 1, 1, tzinfo=UTC)


def route(key: str, **more: Any) -> HttpApiRoute:
    """A route of the function."""
    method, _, path = key.partition(" ")
    values = {"method": method, "path": path, "key": key, "function": FUNCTION} | more
    return HttpApiRoute(**values)


def stage(*routes: HttpApiRoute, name: str = "$default") -> HttpApiStage:
    """A stage of an API with these routes."""
    return HttpApiStage.of(HttpApi(id="a", name="a", routes=routes, stages={name: {}}), name)


def routed(of: HttpApiStage, method: str, path: str) -> FunctionCall | HttpAnswer:
    """What the stage does with a request."""
    return of.route(http_call(method, path, {}, None), "r", AT)


def test_a_permission_is_for_the_route() -> None:
    """By method and path; of any method for ANY, and by its name for the default route."""
    any_method = routed(stage(route("ANY /a/{id}")), "PUT", "/a/1")
    assert isinstance(any_method, FunctionCall)
    assert any_method.source == "arn:aws:execute-api:eu-west-1:000000000000:a/$default/*/a/{id}"
    default = routed(
        stage(route("$default", method="ANY", path="/{proxy+}"), name="live"), "PUT", "/b"
    )
    assert isinstance(default, FunctionCall)
    assert default.source == "arn:aws:execute-api:eu-west-1:000000000000:a/live/$default"
    assert default.event["rawPath"] == "/live/b"


def test_a_request_without_a_route_is_not_found() -> None:
    """Unless there is a default route."""
    answer = routed(stage(route("GET /a")), "POST", "/a")
    assert isinstance(answer, HttpAnswer)
    assert (answer.status, answer.json()) == (404, {"message": "Not Found"})


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
    api = HttpApi(id="a", name="a", routes=(), stages={"live": {}, "$default": {}})
    assert stage_and_path(api, "/live/a/b") == ("live", "/a/b")
    assert stage_and_path(api, "/live") == ("live", "/")
    assert stage_and_path(api, "/a") == ("$default", "/a")
    assert stage_and_path(HttpApi(id="a", name="a", routes=(), stages={"x": {}}), "/a") is None
