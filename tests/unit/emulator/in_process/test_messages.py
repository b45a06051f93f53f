"""Requests and responses that are made in less time are those that LocalStack would make."""

from typing import Any

import pytest
from localstack.http import Request, Response

from wavetank.core.http_types import HttpRequest
from wavetank.emulator.in_process.messages import as_werkzeug, blank_response, update_from

STOCK_UPDATE = Response.update_from
URL = "http://simulator.invalid:4566/"
BODY = b'{"TableName": "prices"}'
HEADERS = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Scan"}


def _seen(request: Request) -> list[Any]:
    """What is asked of a request, but for its headers."""
    return [
        (request.method, request.path, request.host, request.url, request.scheme),
        (request.query_string, dict(request.args), request.remote_addr, request.server),
        (request.data, request.get_json(force=True), request.environ["CONTENT_LENGTH"]),
    ]


@pytest.mark.parametrize("url", [URL, "http://other.invalid/", f"{URL}a%20path?with=query&and"])
def test_a_json_call_is_the_request_that_localstack_makes(url: str) -> None:
    """Asked in any way, the first time and again; headers are as they came."""
    path, _, query = url.removeprefix("http://").partition("/")[2].partition("?")
    host, _, port = url.split("/")[2].partition(":")
    theirs = Request(
        "POST", f"/{path}", {}, BODY, query_string=query, server=(host, int(port) if port else None)
    )
    for _ in range(2):
        ours = as_werkzeug(HttpRequest("POST", url, HEADERS, BODY))
        assert list(ours.headers) == list(HEADERS.items())
        assert _seen(ours) == _seen(theirs)


def test_two_calls_share_nothing_that_can_change() -> None:
    """What a handler in the chain adds to one request is not in the next."""
    one, other = (as_werkzeug(HttpRequest("POST", URL, HEADERS, BODY)) for _ in range(2))
    one.headers.add("x-moto-account-id", "1")
    one.environ["added"] = "1"
    assert "x-moto-account-id" not in other.headers
    assert "added" not in other.environ


def test_other_calls_are_made_by_localstack_itself() -> None:
    """S3's, which are known by path and query."""
    request = as_werkzeug(HttpRequest("PUT", f"{URL}bucket/key?acl", {"a": "b"}, b"content"))
    assert (request.path, request.query_string, request.data) == ("/bucket/key", b"acl", b"content")
    assert request.headers["a"] == "b"


def test_a_blank_response_is_a_new_one_each_time() -> None:
    """As `Response()`, and nothing of one is in another."""
    one, other, stock = blank_response(), blank_response(), Response()
    one.headers["X-A"], one.status_code, one.data = "b", 404, b"none"
    one.call_on_close(print)
    assert list(other.headers) == list(stock.headers)
    assert (other.status, other.data) == (stock.status, stock.data)
    assert vars(other)["_on_close"] == []


@pytest.mark.parametrize(
    "newer",
    [
        [],
        [("Content-Type", "application/json"), ("X-A", "1")],
        [("content-type", "a"), ("Set-Cookie", "1"), ("set-cookie", "2")],
        [("X-Kept", "new")],
    ],
)
def test_a_response_is_updated_as_by_localstack(newer: list[tuple[str, str]]) -> None:
    """The same headers, whichever were there before; status and content too."""
    other = Response(b"content", 418)
    other.headers.clear()
    other.headers.extend(newer)
    responses = []
    for update in (update_from, STOCK_UPDATE):
        response = Response(headers={"X-Kept": "old", "X-Other": "3"})
        update(response, other)
        responses.append(response)
    ours, theirs = responses
    assert sorted((name.lower(), value) for name, value in ours.headers) == sorted(
        (name.lower(), value) for name, value in theirs.headers
    )
    assert (ours.status, ours.data) == (theirs.status, theirs.data)
