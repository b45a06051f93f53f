"""The guard in LocalStack's chain, without a server: what it leaves alone, and what needs it."""

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.http import Request, Response

from tests.unit.emulator.http_guard.asking import NAMED, OTHER, POLICY
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS, ResourceKey
from wavetank.emulator.http_guard.handler import HttpGuard, own_addresses, require_guard
from wavetank.emulator.http_guard.request_policy import Answered
from wavetank.emulator.http_guard.routing import Route, RouteKind
from wavetank.emulator.http_guard.settings import find_rules

GUARD = HttpGuard(POLICY)


def _answer(request: Request) -> tuple[Response, list[str]]:
    """What the guard makes of it, and whether the chain ended."""
    context: Any = SimpleNamespace(request=request)
    ended: list[str] = []
    chain = SimpleNamespace(terminate=lambda: ended.append("ended"))
    response = Response("found", headers={"Access-Control-Allow-Origin": "*"})
    GUARD.check(chain, context, response)
    GUARD.complete(chain, context, response)
    return response, ended


def _served(origin: str | None) -> Request:
    """A request as a server hands it over."""
    headers = {"Host": "localhost"} | ({"Origin": origin} if origin else {})
    request = Request("POST", "/", headers=headers)
    request.environ["REMOTE_PORT"] = "1"
    return request


def test_a_call_within_the_process_is_not_checked() -> None:
    """It has no Host that means anything, and no server gave it."""
    response, ended = _answer(Request("POST", "/", headers={"Host": "x", "Origin": OTHER}))
    assert (response.status_code, ended) == (200, [])
    assert "Content-Security-Policy" not in response.headers


def test_a_refusal_ends_the_chain_and_is_shared_with_no_one() -> None:
    """In one line of text, which a browser does not keep."""
    response, ended = _answer(_served(OTHER))
    assert (response.status_code, ended) == (403, ["ended"])
    assert response.headers["Content-Security-Policy"] == "sandbox"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.get_data(as_text=True).count("\n") == 1


def test_a_program_s_answer_keeps_its_headers() -> None:
    """But for those that keep a browser from running it."""
    response, ended = _answer(_served(None))
    assert (response.status_code, ended) == (200, [])
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "X-Frame-Options" not in response.headers


@pytest.mark.parametrize(
    ("kind", "service", "operation", "is_ended"),
    [
        (RouteKind.FUNCTION_URL, "lambda", "Invoke", True),
        (RouteKind.OBJECT, "s3", "GetObject", False),
        (RouteKind.OBJECT, "s3", "PutBucketPolicy", True),
        (RouteKind.OBJECT, "sqs", "SendMessage", True),
        (RouteKind.SERVICE, "iam", "ListUsers", False),
    ],
)
def test_what_is_parsed_as_something_else_ends_there(
    kind: RouteKind, service: str, operation: str, *, is_ended: bool
) -> None:
    """With a refusal that no page may read, whatever the request was shared with before."""
    answered = Answered(
        is_browser=True,
        headers={"Access-Control-Allow-Origin": NAMED},
        route=Route(kind, "b"),
        sharing_origin=NAMED,
    )
    context: Any = SimpleNamespace(
        request=_served(NAMED),
        http_guard=answered,
        service=SimpleNamespace(service_name=service),
        operation=SimpleNamespace(name=operation),
        service_request={"Bucket": "b"},
    )
    ended: list[str] = []
    chain = SimpleNamespace(terminate=lambda: ended.append("ended"))
    response = Response("found")
    GUARD.check_service(chain, context, response)
    if not ended:
        GUARD.check_operation(chain, context, response)
    GUARD.complete(chain, context, response)
    assert (response.status_code, len(ended)) == ((403, 1) if is_ended else (200, 0))
    assert ("Access-Control-Allow-Origin" in response.headers) is not is_ended


def test_no_server_listens_without_the_guard() -> None:
    """LocalStack only logs that a plug-in could not be loaded."""
    with pytest.raises(RuntimeError, match="the HTTP guard as the first handler"):
        require_guard(SimpleNamespace(request_handlers=[print]))
    with pytest.raises(RuntimeError, match="the HTTP guard as the first handler"):
        require_guard(SimpleNamespace(request_handlers=[]))
    require_guard(SimpleNamespace(request_handlers=[GUARD.check]))


def test_the_rule_of_an_http_api_is_found() -> None:
    """By the API's id, in every account and region."""
    key = ResourceKey("123456789012", "eu-west-3", "Api", "guarded")
    HTTP_APIS.put(key, {"Name": "shared", "CorsConfiguration": {"AllowOrigins": [NAMED]}})
    (rule,) = find_rules(Route(RouteKind.HTTP_API, "guarded"))
    assert rule.origins == (NAMED,)
    HTTP_APIS.remove(key)
    assert list(find_rules(Route(RouteKind.HTTP_API, "guarded"))) == []


def test_addresses_of_this_machine_are_known() -> None:
    """Loopback is one of them on every machine."""
    assert "127.0.0.1" in own_addresses()
