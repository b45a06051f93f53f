"""What a stage of a REST API does with requests of real clients."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer, HttpCall, http_call
from wavetank.emulator.http_entries.entry import FunctionCall
from wavetank.simulation.entries.rest_api import RestApi, RestMethod

FUNCTION = "arn:aws:lambda:eu-west-1:000000000000:function:take"
AT = datetime(2030, 1, 1, tzinfo=UTC)
PICTURE = base64.b64encode(b"\x89PNG").decode()


def api(*binary_types: str, authorization: str = "NONE", needs_api_key: bool = False) -> RestApi:
    """A stage whose only method invokes the function."""
    uri = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/"
    method = RestMethod(
        method="ANY",
        path="/a",
        resource_id="r",
        authorization=authorization,
        needs_api_key=needs_api_key,
        integration={"type": "AWS_PROXY", "uri": f"{uri}{FUNCTION}/invocations"},
    )
    return RestApi(
        id="a1",
        arn="arn:aws:execute-api:eu-west-1:000000000000:a1/live",
        stage="live",
        methods=(method,),
        binary_types=binary_types,
    )


def routed(of: RestApi, call: HttpCall) -> FunctionCall:
    """The function that the request invokes."""
    found = of.route(call, "r1", AT)
    assert isinstance(found, FunctionCall)
    return found


def answered(of: RestApi, accept: str, value: dict[str, Any]) -> HttpAnswer:
    """What a client that accepts such types is answered."""
    call = http_call("GET", "/a", {"Accept": accept} if accept else {}, None)
    return routed(of, call).answer(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("types", "accept", "decoded"),
    [
        (("image/png",), "image/png", True),
        (("image/png",), "image/PNG;q=0.9, text/html", True),
        (("image/png",), "text/html, image/png", False),
        (("image/*",), "image/png", True),
        (("*/*",), "", True),
        ((), "image/png", False),
    ],
)
def test_the_first_type_that_a_client_accepts_decides(
    types: tuple[str, ...],
    accept: str,
    decoded: bool,  # noqa: FBT001 - a case
) -> None:
    """Whether it gets bytes, or the Base64 that the function returns."""
    found = answered(api(*types), accept, {"body": PICTURE, "isBase64Encoded": True})
    assert found.body == (b"\x89PNG" if decoded else PICTURE.encode())


def test_what_is_not_in_base64_is_an_error_of_the_api() -> None:
    """500 and not 502, as for other answers that cannot be read."""
    found = answered(api("*/*"), "", {"body": "%", "isBase64Encoded": True})
    assert (found.status, found.json()) == (500, {"message": "Internal server error"})


def test_a_body_of_a_binary_type_is_in_base64() -> None:
    """With parameters and in any case."""
    sent = http_call("POST", "/a", {"Content-Type": "Image/png; x=1"}, b"\x89PNG")
    event = routed(api("image/png"), sent).event
    assert (event["body"], event["isBase64Encoded"]) == (PICTURE, True)


def test_headers_of_the_connection_do_not_reach_the_function() -> None:
    """Others do, with their values in order."""
    sent = HttpCall(
        "POST",
        "/a/",
        headers=(("Connection", "close"), ("content-length", "1"), ("X-A", "1"), ("X-A", "2")),
        body=b"x",
    )
    headers = routed(api(), sent).event["multiValueHeaders"]
    assert headers["X-A"] == ["1", "2"]
    assert not {"connection", "content-length"} & {name.lower() for name in headers}


@pytest.mark.parametrize("size", [6 * 1024 * 1024, 10 * 1024 * 1024 + 1])
def test_large_requests_are_refused(size: int) -> None:
    """By the function's limit, to which the rest of the event counts, and by that of the API."""
    found = api().route(http_call("POST", "/a", {}, b"x" * size), "r1", AT)
    assert isinstance(found, HttpAnswer)
    assert found.status == 413
    assert routed(api(), http_call("POST", "/a", {}, b"x" * (size // 2)))


@pytest.mark.parametrize(
    ("found", "more"),
    [
        ("the authorization AWS_IAM of ANY /a", {"authorization": "AWS_IAM"}),
        ("the API key of ANY /a", {"needs_api_key": True}),
    ],
)
def test_what_would_decide_over_requests_is_refused(found: str, more: dict[str, Any]) -> None:
    """By name: here every request would pass."""
    with pytest.raises(UsageError, match=found):
        routed(api(**more), http_call("GET", "/a", {}, None))
