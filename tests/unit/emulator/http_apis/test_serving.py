"""HTTP APIs on a sandbox, without a server: which function is invoked, for what, and the answer."""

import io
import json
from types import SimpleNamespace
from typing import Any

import pytest
from localstack.http import Request, Response

from wavetank.emulator.http_apis import serving
from wavetank.emulator.http_entries.http_api_store import HTTP_APIS, ResourceKey

ARN = "arn:aws:lambda:eu-west-1:000000000000:function:"
API = "served0001"
AUTHORIZER = {
    "type": "request",
    "authorizerUri": f"{ARN}guard",
    "identitySource": "$request.header.Authorization",
    "authorizerPayloadFormatVersion": "2.0",
    "enableSimpleResponses": True,
}
INTEGRATION = {"type": "aws_proxy", "uri": f"{ARN}take", "payloadFormatVersion": "2.0"}


@pytest.fixture
def invoked(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The invocations in order, of an API whose authorizer allows `good`."""
    calls: list[tuple[str, str, Any]] = []

    def client(_service: str, target: str, _sender: str, source: str) -> Any:
        def invoke(**parameters: str) -> Any:
            event = json.loads(parameters["Payload"])
            calls.append((target, source, event))
            result: Any = {"isAuthorized": event.get("identitySource") == ["good"], "context": {}}
            if target.endswith("take"):
                result = {"statusCode": 201, "cookies": ["a=1"], "body": "made"}
            return {"Payload": io.BytesIO(json.dumps(result).encode())}

        return SimpleNamespace(invoke=invoke)

    monkeypatch.setattr(serving, "service_client", client)
    route = {"x-amazon-apigateway-integration": INTEGRATION, "security": [{"Guard": []}]}
    schemes = {"Guard": {"x-amazon-apigateway-authorizer": AUTHORIZER}}
    body = {"components": {"securitySchemes": schemes}, "paths": {"/a": {"post": route}}}
    keys = [ResourceKey("123456789012", "eu-west-3", kind, API) for kind in ("Api", "Stage")]
    HTTP_APIS.put(keys[0], {"Name": "served", "Body": body})
    HTTP_APIS.put(keys[1], {"ApiId": API, "StageName": "live"})
    yield calls
    for key in keys:
        HTTP_APIS.remove(key)


def answer(
    path: str, sender: str = "good", host: str = f"{API.upper()}.execute-api.localhost"
) -> Any:
    """The response to a request, None if it is left to LocalStack."""
    ended: list[bool] = []
    headers = {"Host": host} | ({"Authorization": sender} if sender else {})
    request = Request(method="POST", path=path, headers=headers, body="x")
    response = Response()
    chain = SimpleNamespace(terminate=lambda: ended.append(True))
    serving.serve(chain, SimpleNamespace(request=request), response)
    return response if ended else None


def test_the_function_of_a_route_is_invoked(invoked: list[tuple[str, str, Any]]) -> None:
    """After its authorizer, each in the name of the API in its account and region."""
    found = answer("/live/a")
    assert (found.status_code, found.data, found.headers["Set-Cookie"]) == (201, b"made", "a=1")
    (guard, guards_source, _), (take, source, event) = invoked
    assert (guard, take) == (f"{ARN}guard", f"{ARN}take")
    api = f"arn:aws:execute-api:eu-west-3:123456789012:{API}"
    assert guards_source == f"{api}/authorizers/Guard"
    assert source == f"{api}/live/POST/a"
    assert event["requestContext"]["authorizer"] == {"lambda": {}}


@pytest.mark.parametrize(
    ("path", "sender", "status", "count"),
    [("/live/a", "bad", 403, 1), ("/live/a", "", 401, 0), ("/a", "good", 404, 0)],
)
def test_other_requests_are_refused(
    invoked: list[tuple[str, str, Any]], path: str, sender: str, status: int, count: int
) -> None:
    """By the authorizer, without asking it, and for want of a stage."""
    assert answer(path, sender).status_code == status
    assert len(invoked) == count


@pytest.mark.usefixtures("invoked")
def test_other_apis_are_left_to_localstack() -> None:
    """Such as REST APIs, and everything on other hosts."""
    assert answer("/live/a", host="other.execute-api.localhost") is None
    assert answer("/live/a", host="localhost") is None
