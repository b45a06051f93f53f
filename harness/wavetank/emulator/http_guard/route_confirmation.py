"""The second check: LocalStack serves a browser's request by the route it was admitted for.

The guard decides before anything is parsed, by its knowledge of LocalStack's routers. If a route is
not registered, or a header or a body turns the request into another call, LocalStack would continue
with the next router and finally with the API of some service. Here that ends with 403.

Before the router: the rule that it finds must match the kind of route. After the service's name is
parsed, and after its operation is: only S3 is allowed, with operations on objects of the bucket
whose CORS rules or whose link admitted the request. Origins in WAVETANK_ALLOWED_ORIGINS may use all
services. [LocalStack 4.14: aws/app.py, aws/protocol/service_router.py; rolo: routing/router.py]
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from localstack.services.s3.utils import extract_bucket_key_version_id_from_copy_source
from rolo.request import get_raw_path
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

from wavetank.emulator.http_entries.cors import CorsRule
from wavetank.emulator.http_guard.request_policy import OWN, Answered
from wavetank.emulator.http_guard.routing import Route, RouteKind
from wavetank.emulator.http_guard.sharing import rule_for

S3 = "s3"
RESERVED_RULE = "/_"
RESERVED = OWN | {RouteKind.INTERNAL}
DATA_PLANES: Mapping[str, RouteKind] = {
    ".lambda-url.": RouteKind.FUNCTION_URL,
    ".execute-api.": RouteKind.HTTP_API,
    ".s3-website.": RouteKind.WEBSITE,
}
"""The kind of a router's rule, by a part of its host pattern."""
INVOKED = "/_user_request_"
OPERATIONS: Mapping[RouteKind, frozenset[str]] = {
    RouteKind.OBJECT: frozenset(
        """
        AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject
        DeleteObjectTagging GetObject GetObjectAttributes GetObjectTagging HeadObject ListParts
        PutObject PutObjectTagging UploadPart UploadPartCopy
        """.split()  # noqa: SIM905 - fifteen words on fifteen lines are no clearer
    ),
    RouteKind.BUCKET: frozenset({"HeadBucket", "ListObjects", "ListObjectsV2", "PostObject"}),
}
"""S3 operations on objects, without those that configure a bucket or set permissions."""

type FindRules = Callable[[Route], Sequence[CorsRule]]


def why_not_routed(answered: Answered, rule: Any) -> str | None:
    """Why the router's rule must not serve the request; None if it may.

    `rule` is the one that LocalStack's router has found, None if it has found none.
    """
    route = answered.route
    if route is None or rule is None:
        return None
    return None if _may_route(route.kind, rule) else _is_no(route.kind)


def _may_route(kind: RouteKind, rule: Any) -> bool:
    if kind in RESERVED:
        return bool(rule.rule.startswith(RESERVED_RULE))
    if kind is RouteKind.SERVICE:
        return _kind_of_rule(rule) is None and not rule.rule.startswith(RESERVED_RULE)
    return _kind_of_rule(rule) is kind


def _kind_of_rule(rule: Any) -> RouteKind | None:
    if INVOKED in rule.rule and not rule.rule.startswith(RESERVED_RULE):
        return RouteKind.HTTP_API
    host = rule.host or ""
    return next((kind for mark, kind in DATA_PLANES.items() if mark in host), None)


def find_rule(router: Any, request: Any) -> Any:
    """The rule by which the router serves the request; None if it does not.

    The router is called the way it will be later. If it only redirects or refuses the method, no
    endpoint is called.
    """
    adapter = router.url_map.bind(server_name=request.host)
    try:
        rule, _ = adapter.match(get_raw_path(request), method=request.method, return_rule=True)
    except (RequestRedirect, MethodNotAllowed, NotFound):
        return None
    return rule


def why_not_served(answered: Answered, service: str | None) -> str | None:
    """Why the service must not receive the request; None if it may."""
    route = answered.route
    if route is None or route.kind is RouteKind.SERVICE:
        return None
    is_for_s3 = service == S3 and route.kind in OPERATIONS
    return None if is_for_s3 else _is_no(route.kind)


def why_not_called(
    answered: Answered, operation: str, parameters: Mapping[str, Any], find_rules: FindRules
) -> str | None:
    """Why the S3 operation must not be called; None if it may.

    A copy reads its source: the page may read that from the same bucket, or if the source's bucket
    allows its origin GET.
    """
    route = answered.route
    if route is None or route.kind not in OPERATIONS:
        return None
    if operation not in OPERATIONS[route.kind] or parameters.get("Bucket") != route.name:
        return _is_no(route.kind)
    source = parameters.get("CopySource")
    if not source or answered.sharing_origin is None:
        return None
    read: Any = extract_bucket_key_version_id_from_copy_source
    bucket = str(read(source)[0])
    of_source = Route(RouteKind.OBJECT, bucket)
    if bucket == route.name or rule_for(find_rules(of_source), answered.sharing_origin, "GET"):
        return None
    return (
        f"expected a source that {answered.sharing_origin} may GET; found bucket {bucket!r}; give "
        "that bucket a CORS rule for the origin"
    )


def _is_no(kind: RouteKind) -> str:
    return f"expected a request for a {kind}; found another call in it; ask from a program"
