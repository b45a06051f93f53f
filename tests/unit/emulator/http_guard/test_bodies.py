"""The longest body that is received, and the decision before it is."""

from collections.abc import Mapping

import pytest

from tests.unit.emulator.http_guard.asking import BUCKET, NAMED, OTHER, POLICY
from wavetank.emulator.http_guard.bodies import OTHER_BYTES_MAX, S3_BYTES_MAX, body_bytes_max
from wavetank.emulator.http_guard.handler import HttpGuard
from wavetank.emulator.http_guard.request_policy import RequestHead
from wavetank.emulator.http_guard.routing import Route, RouteKind

SCOPE = "AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/{}/aws4_request, Signature=0"


def _request(target: str, headers: Mapping[str, str] | None = None) -> RequestHead:
    given = {"host": ["localhost"]} | {name: [value] for name, value in (headers or {}).items()}
    return RequestHead("PUT", target, given, has_body=True)


@pytest.mark.parametrize(
    ("target", "headers", "is_for_s3"),
    [
        ("/b/k", {"authorization": SCOPE.format("s3")}, True),
        ("/b/k", {"authorization": SCOPE.format("s3express")}, True),
        ("/b/k", {"authorization": "AWS key:signature"}, True),
        ("/b/k?X-Amz-Signature=0", {}, True),
        ("/", {}, True),
        ("/", {"authorization": SCOPE.format("lambda")}, False),
        ("/s3/aws4_request", {"authorization": SCOPE.format("sqs")}, False),
        ("/", {"x-amz-target": "AmazonSQS.SendMessage"}, False),
        ("/_wavetank/faults", {}, False),
        ("/_localstack/config", {"authorization": SCOPE.format("s3")}, False),
    ],
)
def test_only_s3_gets_bodies_of_objects(
    target: str, headers: Mapping[str, str], *, is_for_s3: bool
) -> None:
    """By its signature, or without one if nothing names another service."""
    expected = S3_BYTES_MAX if is_for_s3 else OTHER_BYTES_MAX
    assert body_bytes_max(_request(target, headers), None) == expected


@pytest.mark.parametrize("kind", list(RouteKind))
def test_a_browser_s_body_is_that_of_its_route(kind: RouteKind) -> None:
    """An upload to a bucket is long, a function URL's or a page's is not."""
    is_for_s3 = kind in {RouteKind.OBJECT, RouteKind.BUCKET, RouteKind.SERVICE}
    expected = S3_BYTES_MAX if is_for_s3 else OTHER_BYTES_MAX
    assert body_bytes_max(_request("/x"), Route(kind, BUCKET)) == expected


def test_what_is_refused_has_no_body() -> None:
    """By its Host, or by its origin; a program's has one."""
    guard = HttpGuard(POLICY)
    foreign = RequestHead("POST", "/x", {"host": ["evil.example"]}, has_body=True)
    for request in (foreign, _request("/x", {"origin": OTHER}), _request("/x", {"origin": NAMED})):
        limit = guard.limit_body(request)
        assert limit.bytes_max == 0
        assert limit.refused is not None
    limit = guard.limit_body(_request("/x"))
    assert (limit.bytes_max, limit.refused) == (S3_BYTES_MAX, None)
