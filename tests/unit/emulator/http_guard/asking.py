"""A policy, CORS rules of a bucket, a function URL and an HTTP API, and requests to them."""

from collections.abc import Mapping

from wavetank.emulator.http_entries.cors import CorsRule
from wavetank.emulator.http_guard.hosts import HostPolicy
from wavetank.emulator.http_guard.request_policy import (
    Answered,
    GuardPolicy,
    GuardRefusal,
    RequestHead,
)
from wavetank.emulator.http_guard.routing import Bucket, Route, RouteKind

HERE = "127.0.0.1:4566"
OWN = f"http://{HERE}"
NAMED = "https://app.example.com"
ALLOWED = "http://localhost:3000"
OTHER = "https://evil.example.com"
BUCKET = "shared"
RULES = {
    (RouteKind.OBJECT, BUCKET): CorsRule(
        origins=(NAMED,), methods=("GET", "PUT", "POST"), headers=("x-amz-*",), credentials=True
    ),
    (RouteKind.FUNCTION_URL, "abc"): CorsRule(origins=(NAMED,), methods=("*",)),
    (RouteKind.HTTP_API, "api1"): CorsRule(origins=(NAMED,)),
}
POLICY = GuardPolicy(
    HostPolicy("sandbox.example.com", (".lan.example", "build.example"), lambda: {"172.17.0.2"}),
    frozenset({ALLOWED}),
)
LINK = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}
TYPED = LINK | {"sec-fetch-site": "none"}


def decide(
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    *,
    host: str = HERE,
    has_body: bool = False,
) -> Answered | GuardRefusal:
    """The decision about the request; the first segment is the bucket where it names one."""
    given = {"host": [host]} | {name: [value] for name, value in (headers or {}).items()}
    request = RequestHead(method, target, given, has_body=has_body)
    first = target.lstrip("/").partition("?")[0].partition("/")[0]
    bucket = Bucket(first) if first in {BUCKET, "private"} else None
    return POLICY.decide(request, lambda: bucket, _rules)


def is_answered(method: str, target: str, headers: Mapping[str, str], **more: str) -> bool:
    """Whether the request goes on."""
    return isinstance(decide(method, target, headers, **more), Answered)  # type: ignore[arg-type]  # host alone


def _rules(route: Route) -> list[CorsRule]:
    kind = RouteKind.OBJECT if route.kind is RouteKind.BUCKET else route.kind
    found = RULES.get((kind, route.name))
    return [found] if found else []
