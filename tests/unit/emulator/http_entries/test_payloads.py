"""Events of HTTP requests, and answers of functions, in both formats."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.http_call import HttpAnswer, HttpCall, http_call
from wavetank.emulator.http_entries.payload import MalformedAnswerError, RequestContext
from wavetank.emulator.http_entries.payload_v1 import answer_v1, event_v1
from wavetank.emulator.http_entries.payload_v2 import answer_v2, event_v2

CONTEXT = RequestContext(
    api_id="a1",
    domain="a1.example",
    account="0",
    request="r1",
    at=datetime(2030, 1, 1, 0, 0, 5, tzinfo=UTC),
)


def call(body: bytes = b"", kind: str = "", url: str = "/a") -> HttpCall:
    """A request with that body."""
    return http_call("post", url, {"Content-Type": kind} if kind else {}, body)


@pytest.mark.parametrize(
    ("kind", "encoded"),
    [
        ("application/json; charset=utf-8", False),
        ("text/csv", False),
        ("application/vnd.shop+json", False),
        ("application/octet-stream", True),
        ("application/x-www-form-urlencoded", True),
        ("", True),
    ],
)
def test_bodies_are_text_by_their_type(kind: str, encoded: bool) -> None:  # noqa: FBT001 - a case
    """Others are in Base64."""
    event = event_v2(call(b"abc", kind), CONTEXT)
    assert event["isBase64Encoded"] is encoded
    assert event["body"] == ("YWJj" if encoded else "abc")


def test_what_a_request_lacks_is_left_out_or_null() -> None:
    """As the formats differ."""
    two = event_v2(call(), CONTEXT)
    assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & two.keys()
    assert two["rawQueryString"] == ""
    one = event_v1(call(), CONTEXT, (), "/a", "id", is_text=True)
    assert one["body"] is one["queryStringParameters"] is one["pathParameters"] is None
    assert one["requestContext"]["requestTime"] == "01/Jan/2030:00:00:05 +0000"


def test_headers_of_the_proxies_are_added() -> None:
    """Unless the client sends them, in any case."""
    sent = http_call("GET", "a?x=%20&y", {"user-agent": "curl", "host": "shop"}, None)
    event = event_v2(sent, CONTEXT)
    assert event["headers"]["host"] == "shop"
    assert event["headers"]["user-agent"] == "curl"
    assert event["headers"]["x-forwarded-proto"] == "https"
    assert event["rawPath"] == "/a"
    assert event["queryStringParameters"] == {"x": " ", "y": ""}


def test_requests_have_what_aws_adds() -> None:
    """A trace, and who sent them, as far as that is known."""
    event = event_v2(call(), CONTEXT)
    seconds = int(CONTEXT.at.timestamp())
    assert event["headers"]["x-amzn-trace-id"] == f"Root=1-{seconds:08x}-r1"
    identity = event_v1(call(), CONTEXT, (), "/a", None, is_text=True)["requestContext"]["identity"]
    assert identity["sourceIp"] == "192.0.2.1"
    assert identity["cognitoIdentityId"] is None
    assert identity["userAgent"] == "wavetank"
    event = event_v1(HttpCall("GET", "/a"), CONTEXT, (), "/a", None, is_text=True)
    assert event["requestContext"]["identity"]["userAgent"] is None, "the request has none"


def test_several_values_are_joined_or_listed() -> None:
    """Of headers, cookies and parameters, as a client repeats them."""
    headers = (("X-A", "1"), ("x-a", "2"), ("Cookie", "a=1; b=2"), ("cookie", "c=3"))
    sent = HttpCall("GET", "/a", "x=1&y=a+b%2B&x=&x=2", headers)
    two = event_v2(sent, CONTEXT)
    assert (two["headers"]["x-a"], two["cookies"]) == ("1,2", ["a=1", "b=2", "c=3"])
    assert two["queryStringParameters"] == {"x": "1,,2", "y": "a b+"}
    lower = tuple((name.lower(), value) for name, value in headers)
    one = event_v1(sent, CONTEXT, lower, "/a", None, is_text=True)
    assert (one["headers"]["x-a"], one["multiValueHeaders"]["x-a"]) == ("2", ["1", "2"])
    assert one["multiValueQueryStringParameters"]["x"] == ["1", "", "2"]


def answer(value: Any) -> HttpAnswer:
    """The answer of a function URL."""
    return answer_v2(json.dumps(value).encode())


def test_answers_have_status_headers_and_cookies() -> None:
    """And JSON as their type by default."""
    found = answer({"statusCode": "202", "headers": {"X-A": True}, "cookies": ["a=1"], "body": "x"})
    assert (found.status, found.text, found.cookies) == (202, "x", ("a=1",))
    assert found.headers == {"content-type": "application/json", "x-a": "true"}
    assert answer({"statusCode": 200, "body": "YWJj", "isBase64Encoded": True}).text == "abc"
    assert answer(None).text == "null"
    assert answer("é").text == "é"
    assert answer([1, "é"]).json() == [1, "é"]


@pytest.mark.parametrize(
    "value",
    [
        {"statusCode": 99},
        {"statusCode": True},
        {"statusCode": None},
        {"statusCode": 200, "headers": []},
        {"statusCode": 200, "headers": {"a": {}}},
        {"statusCode": 200, "cookies": "a=1"},
        {"statusCode": 200, "body": {}},
        {"statusCode": 200, "body": "%", "isBase64Encoded": True},
    ],
)
def test_malformed_answers_are_found(value: Any) -> None:
    """In both formats."""
    with pytest.raises(MalformedAnswerError):
        answer(value)
    with pytest.raises(MalformedAnswerError):
        answer_v1(
            json.dumps({"x": 1} if "cookies" in value else value).encode(), decodes_base64=True
        )


def test_a_rest_api_has_no_other_fields() -> None:
    """And an object only; status and headers have defaults."""
    assert answer_v1(b"{}", decodes_base64=False).status == 200
    for payload in (b"[]", b"", b'"text"', b'{"statusCode": 200, "cookies": []}', b"{"):
        with pytest.raises(MalformedAnswerError):
            answer_v1(payload, decodes_base64=False)
