"""Whether a request is answered, and with which CORS headers."""

from collections.abc import Mapping

import pytest

from tests.unit.emulator.http_guard.asking import (
    ALLOWED,
    BUCKET,
    HERE,
    LINK,
    NAMED,
    OTHER,
    OWN,
    POLICY,
    TYPED,
    decide,
    is_answered,
)
from wavetank.emulator.http_guard.request_policy import Answered, GuardRefusal, RequestHead
from wavetank.emulator.http_guard.routing import Bucket

FORM = {"content-type": "application/x-www-form-urlencoded"}
SAME = {"origin": OWN, "sec-fetch-site": "same-origin"}
JSON = {"content-type": "application/json"}
FUNCTION = "abc.lambda-url.eu-west-1.localhost.localstack.cloud:4566"
FOREIGN: list[Mapping[str, str]] = [
    {"origin": OTHER},
    {"origin": "null"},
    {"origin": ""},
    {"origin": "https://app.localstack.cloud"},
    {"origin": "file://"},
    {"origin": "http://localhost:4566"},
    {"origin": "http://127.0.0.1:3000"},
    {"origin": "https://127.0.0.1:4566"},
    {"origin": f"{OWN}.evil.example.com"},
    {"origin": f"{OWN}/"},
    {"origin": f"http://user@{HERE}"},
    {"origin": f"{ALLOWED}, {OTHER}"},
    {"origin": OWN, "sec-fetch-site": "cross-site"},
    {"origin": OWN, "referer": OTHER, "sec-fetch-site": "same-site"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"},
    {"sec-fetch-mode": "no-cors"},
    {"referer": f"{OTHER}/page"},
    {"referer": "about:blank"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    "target",
    ["/", "/shared", "/shared/key", "/private/key", "/_wavetank/clock", "/_localstack/config"],
)
def test_nothing_is_changed_for_another_site(target: str, headers: Mapping[str, str]) -> None:
    """By any of a browser's headers alone, and whatever the route."""
    found = decide("POST", target, {**headers, **JSON}, has_body=True)
    assert isinstance(found, GuardRefusal)
    assert "\n" not in found.reason


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("target", ["/", "/?Action=ListUsers", "/private//a/../b%2Fc", "/x;y"])
def test_a_program_is_answered_whatever_it_asks(method: str, target: str) -> None:
    """It sends none of a browser's headers, and its User-Agent is no browser's."""
    assert is_answered(method, target, {"user-agent": "Boto3/1.40"} | FORM)


def test_only_one_host_header_is_taken() -> None:
    """Neither none nor two: readers differ on which of two they take."""
    for hosts in ([], [HERE, HERE]):
        request = RequestHead("GET", "/", {"host": hosts})
        assert isinstance(POLICY.decide(request, lambda: None, lambda _: ()), GuardRefusal)


def test_a_browser_s_header_is_taken_once() -> None:
    """Two origins are no origin."""
    request = RequestHead("PUT", "/shared/key", {"host": [HERE], "origin": [NAMED, OTHER]})
    assert isinstance(POLICY.decide(request, lambda: Bucket(BUCKET), lambda _: ()), GuardRefusal)


@pytest.mark.parametrize(
    ("target", "by_link", "by_hand"),
    [
        ("/_wavetank", True, True),
        ("/_wavetank/", True, True),
        ("/_wavetank/pages/faults", True, True),
        ("/_wavetank/confirmation?Token=1", True, True),
        ("/_wavetank/mailbox", False, True),
        ("/_wavetank/pagesx", False, True),
        ("/_localstack/health", False, True),
        ("/_localstack/config", False, False),
        ("/_aws/ses", False, True),
        ("/_aws/sqs/messages", False, False),
        ("/private/key.csv", True, True),
        (
            "/private/a//b/../c%2Fd?versionId=1&X-Amz-Signature=0&response-content-type=x",
            True,
            True,
        ),
        ("/private/key?acl", False, False),
        ("/private/key?Action=CreateStack", False, False),
        ("/private/key?%41ction=CreateStack", False, False),
        ("/private", False, True),
        ("/private?list-type=2&prefix=a", False, True),
        ("/private?policy", False, False),
        ("//private/key.csv", False, False),
        ("/%70rivate/key.csv", False, False),
        ("/missing/key", False, False),
        ("/", False, False),
        ("/?Action=CreateStack&StackName=x", False, False),
        ("/2015-03-31/functions/", False, False),
        ("/000000000000/queue?Action=SendMessage", False, False),
    ],
)
def test_a_link_and_a_typed_address_only_read(target: str, *, by_link: bool, by_hand: bool) -> None:
    """Our pages and objects; by hand also what only shows something."""
    assert is_answered("GET", target, LINK) == by_link
    assert is_answered("GET", target, LINK | {"sec-fetch-site": "same-site"}) == by_link
    assert is_answered("GET", target, {"referer": f"{OTHER}/"}) == by_link
    assert is_answered("GET", target, TYPED) == by_hand
    assert is_answered("GET", target, {"user-agent": "Mozilla/5.0 (X11)"}) == by_hand
    assert not is_answered("POST", target, LINK)


@pytest.mark.parametrize(
    "headers",
    [LINK | {"sec-fetch-dest": each} for each in ("iframe", "image", "script", "empty", "embed")]
    + [LINK | {"sec-fetch-mode": "no-cors"}, LINK | {"origin": OTHER}],
)
def test_nothing_is_part_of_another_site_s_page(headers: Mapping[str, str]) -> None:
    """Neither in a frame, nor as an image, a script or the answer to a fetch."""
    for target in ("/_wavetank/", "/private/key", "/_localstack/health"):
        assert not is_answered("GET", target, headers)


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        (JSON, True),
        ({"content-type": "application/json; charset=utf-8"}, True),
        (FORM | SAME, True),
        (JSON | SAME, True),
        (FORM, False),
        ({"content-type": "text/plain"}, False),
        ({"content-type": "text/plain"} | SAME, False),
        ({}, False),
    ],
)
def test_a_body_for_us_is_json_or_a_form_of_ours(
    headers: Mapping[str, str], *, answered: bool
) -> None:
    """A form without an origin is of no page that is answered."""
    found = decide("POST", "/_wavetank/clock", headers, has_body=True)
    assert isinstance(found, Answered) == answered


@pytest.mark.parametrize("target", ["/", "/private", "/private/key", "/_localstack/config"])
def test_our_pages_ask_for_nothing_but_what_is_ours(target: str) -> None:
    """So HTML that someone stored could not use the API even without its sandbox."""
    assert not is_answered("POST", target, SAME | JSON)
    assert not is_answered("GET", target, {"sec-fetch-site": "same-origin"})


@pytest.mark.parametrize("target", ["/", "/?Action=ListUsers", "/private", "/private/key?acl"])
@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE"])
def test_an_allowed_origin_may_use_every_api_and_nothing_reserved(target: str, method: str) -> None:
    """It is named to its port; other ports of localhost are other programs."""
    found = decide(method, target, {"origin": ALLOWED, "sec-fetch-site": "same-site"})
    assert isinstance(found, Answered)
    assert found.headers["Access-Control-Allow-Origin"] == ALLOWED
    assert "Access-Control-Allow-Credentials" not in found.headers
    assert not is_answered(method, target, {"origin": "http://localhost:3001"})
    for reserved in ("/_wavetank/clock", "/_localstack/config", "/_aws/ses"):
        assert not is_answered(method, reserved, {"origin": ALLOWED})


def test_an_allowed_origin_gets_permission_and_may_show_objects() -> None:
    """A preflight is answered by the guard; an image has no Origin, but a Referer."""
    asks = {
        "origin": ALLOWED,
        "access-control-request-method": "POST",
        "access-control-request-headers": "x-amz-target, Authorization",
        "access-control-request-private-network": "true",
    }
    found = decide("OPTIONS", "/", asks)
    assert isinstance(found, Answered)
    assert found.is_preflight
    assert found.headers["Access-Control-Allow-Methods"] == "POST"
    assert found.headers["Access-Control-Allow-Headers"] == "x-amz-target, authorization"
    assert found.headers["Access-Control-Allow-Private-Network"] == "true"
    image = {"sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}
    assert is_answered("GET", "/private/key", image | {"referer": f"{ALLOWED}/page"})
    assert not is_answered("GET", "/private/key", image | {"referer": f"{OTHER}/page"})


@pytest.mark.parametrize(
    ("method", "target", "answered"),
    [
        ("GET", "/shared/key", True),
        ("PUT", "/shared/key", True),
        ("POST", "/shared/key?uploads", True),
        ("PUT", "/shared/key?uploadId=1&partNumber=2", True),
        ("GET", "/shared?list-type=2", True),
        ("POST", "/shared", True),
        ("DELETE", "/shared/key", False),
        ("PUT", "/shared/key?acl", False),
        ("PUT", "/shared", False),
        ("PUT", "/shared?cors", False),
        ("GET", "/shared?policy", False),
        ("POST", "/shared?delete", False),
        ("POST", "/shared?Action=CreateStack", False),
        ("GET", "/private/key", False),
        ("PUT", "/private/key", False),
        ("POST", "/", False),
        ("GET", "/_wavetank/mailbox", False),
    ],
)
def test_a_bucket_s_rule_is_for_its_objects_only(
    method: str, target: str, *, answered: bool
) -> None:
    """For the request and for its preflight, and for the origin that it names alone."""
    assert is_answered(method, target, {"origin": NAMED}) == answered
    asks = {"origin": NAMED, "access-control-request-method": method}
    assert is_answered("OPTIONS", target, asks) == answered
    assert not is_answered(method, target, {"origin": "https://other.example.com"})


def test_a_preflight_is_answered_by_the_rule() -> None:
    """With credentials, as Amazon S3 does where no wildcard is; a header that it has not is not."""
    asks = {"origin": NAMED, "access-control-request-method": "PUT"}
    found = decide("OPTIONS", "/shared/key", asks | {"access-control-request-headers": "X-Amz-Acl"})
    assert isinstance(found, Answered)
    assert found.headers == {
        "Access-Control-Allow-Origin": NAMED,
        "Access-Control-Allow-Credentials": "true",
        "Access-Control-Allow-Headers": "x-amz-acl",
        "Access-Control-Allow-Methods": "GET, PUT, POST",
        "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    refused = asks | {"access-control-request-headers": "x-amz-acl,x-other"}
    assert not is_answered("OPTIONS", "/shared/key", refused)


@pytest.mark.parametrize(
    ("host", "target"),
    [
        (FUNCTION, "/any/path"),
        ("api1.execute-api.localhost:4566", "/any"),
        (HERE, "/restapis/api1/dev/_user_request_/x"),
    ],
)
def test_an_endpoint_s_rule_is_for_that_endpoint_only(host: str, target: str) -> None:
    """A function URL's, and an HTTP API's; a link to it is refused, as it runs code."""
    assert is_answered("POST", target, {"origin": NAMED}, host=host)
    assert not is_answered("POST", target, {"origin": OTHER}, host=host)
    assert not is_answered("GET", target, LINK, host=host)
    other = (host.replace("abc.", "abd.").replace("api1.", "api2."), target.replace("api1", "api2"))
    assert not is_answered("POST", other[1], {"origin": NAMED}, host=other[0])


@pytest.mark.parametrize("target", ["/_wavetank/", "/_localstack/health", "//_wavetank/clock"])
def test_a_host_of_a_data_plane_leads_a_browser_to_nothing_else(target: str) -> None:
    """What a function answers has an origin of its own, and our pages are not on it."""
    for headers in (LINK, TYPED, {"origin": f"http://{FUNCTION}"}, {"origin": NAMED}):
        assert not is_answered("GET", target, headers, host=FUNCTION)
