"""The route of a request, as far as the guard needs it.

The rules are those of LocalStack's own routers, no wider: a host that only resembles a function
URL's leads past them to the services. The result is confirmed once LocalStack has parsed the
request; see `route_confirmation`. An API below `/_aws/execute-api` is reserved like all of `/_aws`.
[LocalStack 4.14: services/lambda_/urlrouter.py, s3/website_hosting.py, s3/utils.py,
sqs/query_api.py, apigateway/next_gen/execute_api/router.py, utils/aws/request_context.py]
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote_plus

from wavetank.emulator.http_guard.targets import NotCanonicalError, RequestTarget

READING = frozenset({"GET", "HEAD"})
PAGES = ("/_wavetank", "/_wavetank/", "/_wavetank/confirmation")
PAGE_FOLDER = "/_wavetank/pages"
STATUS = frozenset(
    {
        "/_aws/ses",
        "/_localstack/health",
        "/_localstack/info",
        "/_localstack/init",
        "/_localstack/plugins",
    }
)
"""LocalStack's own read-only routes that users open in a browser."""
SUB_RESOURCES = frozenset(
    """
    abac accelerate acl analytics annotation attributes cors delete encryption
    intelligent-tiering inventory legal-hold lifecycle location logging metadataConfiguration
    metadataInventoryTable metadataJournalTable metadataTable metrics notification object-lock
    ownershipControls policy policyStatus publicAccessBlock renameObject replication requestPayment
    restore retention select select-type session tagging torrent uploadId uploads versioning
    versions website
    """.split()  # noqa: SIM905 - forty words on forty lines are no clearer
)
"""The query parameters that select another S3 operation on an object or a bucket."""
LISTING = frozenset(
    """
    continuation-token delimiter encoding-type fetch-owner key-marker list-type marker max-keys
    prefix start-after version-id-marker x-id
    """.split()  # noqa: SIM905 - as above
)
"""The query parameters with which a bucket lists its objects."""
ACTION = "Action"
"""The parameter that marks a request as a call of AWS's query protocol."""
OBJECT_WRITES = frozenset({"attributes", "tagging", "uploadId", "uploads"})
"""Sub-resources of objects that belong to reading and writing them."""
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_QUEUE = re.compile(r"/+(?:queue/+[a-z0-9-]+/+)?[0-9]{12}/+[a-zA-Z0-9_-]+(?:.fifo)?/*")
"""The path of a queue's URL, which LocalStack serves on every host, before it looks for buckets."""
_INVOKED = re.compile(r"/restapis/([^/]+)/[^/]+/_user_request_(?:/|$)")
_REGION = r"(?:us(?:-gov)?|ap|ca|cn|eu|sa)-(?:central|(?:north|south)?(?:east|west)?)-[0-9]"


class RouteKind(StrEnum):
    """The kinds of route that LocalStack has for a path and a host."""

    PAGE = "page"
    CONTROL = "control"
    INTERNAL = "internal"
    OBJECT = "object"
    BUCKET = "bucket"
    WEBSITE = "website"
    FUNCTION_URL = "function URL"
    HTTP_API = "HTTP API"
    SERVICE = "service"


@dataclass(frozen=True)
class Route:
    """The route of a request: its kind, and the bucket, function URL or API that it names."""

    kind: RouteKind
    name: str = ""
    path: str = "/"
    query_names: frozenset[str] = frozenset()

    @property
    def only_reads(self) -> bool:
        """Whether a GET by a link or a typed address may be answered, because it changes nothing.

        A call of the query protocol is a GET with `Action`, so it does not count.
        """
        match self.kind:
            case RouteKind.PAGE | RouteKind.WEBSITE:
                return ACTION not in self.query_names
            case RouteKind.OBJECT:
                return not self.query_names & (SUB_RESOURCES | {ACTION})
            case _:
                return False

    @property
    def is_viewable(self) -> bool:
        """Whether it only reads, and users open it by typing its address."""
        match self.kind:
            case RouteKind.CONTROL:
                return True
            case RouteKind.INTERNAL:
                return self.path.removesuffix("/") in STATUS
            case RouteKind.BUCKET:
                return self.query_names <= LISTING
            case _:
                return self.only_reads

    def is_for_objects(self, method: str) -> bool:
        """Whether it reads or writes a bucket's objects, to which the bucket's CORS rules apply.

        A listing reads their names; a form writes one by POST to the bucket itself.
        """
        if self.kind is RouteKind.OBJECT:
            return not self.query_names & (SUB_RESOURCES - OBJECT_WRITES | {ACTION})
        if self.kind is RouteKind.WEBSITE:
            return method in READING
        if self.kind is not RouteKind.BUCKET:
            return False
        return self.query_names <= LISTING if method in READING else self._takes_form(method)

    def _takes_form(self, method: str) -> bool:
        return method == "POST" and not self.query_names


@dataclass(frozen=True)
class Bucket:
    """An existing bucket that a request names, by its host or by its path."""

    name: str
    is_in_host: bool = False


def route_of(host: str, target: RequestTarget, bucket: Bucket | None) -> Route:
    """The route of a request; `bucket` is the one that LocalStack finds in it.

    A data plane host takes precedence, as in LocalStack's router, and serves nothing else.

    Raises:
        NotCanonicalError: the host resembles a data plane host, but LocalStack's router reads it as
            another one or as none.
    """
    names = _query_names(target.query)
    if (found := _data_plane(host)) is not None:
        kind, name = found
        return Route(kind, name, target.path, names)
    if target.reserved is not None:
        return Route(_reserved_kind(target), "", target.path, names)
    api = _api_of_path(target.path)
    if api is not None:
        return Route(RouteKind.HTTP_API, api, target.path, names)
    if bucket is None or not _BUCKET.fullmatch(bucket.name) or _QUEUE.fullmatch(target.path):
        return Route(RouteKind.SERVICE, "", target.path, names)
    return _bucket_route(target, bucket, names)


_HOSTS = {
    ".lambda-url.": (RouteKind.FUNCTION_URL, re.compile(rf"(.+)\.lambda-url\.{_REGION}\..+")),
    ".execute-api.": (
        RouteKind.HTTP_API,
        re.compile(r"(?!vpce-)(.+?)(?:-vpce-[^.]+)?\.execute-api\..+"),
    ),
    ".s3-website.": (RouteKind.WEBSITE, re.compile(r"(.+)\.s3-website\..+")),
}
"""The pattern of each kind's hosts, by a part of them; the first group is the resource."""
_MARKS = (*_HOSTS, ".s3.")


def _data_plane(host: str) -> tuple[RouteKind, str] | None:
    """The kind and the name; None if the host has none of the marks."""
    marks = [mark for mark in _MARKS for _ in range(host.count(mark))]
    mark = next((each for each in marks if each in _HOSTS), None)
    if mark is None:
        return None
    kind, pattern = _HOSTS[mark]
    found = pattern.fullmatch(host)
    if found is None or len(marks) > 1:
        raise NotCanonicalError(f"expected the host of a {kind}; found {host!r}")
    return kind, found[1]


def _bucket_route(target: RequestTarget, bucket: Bucket, names: frozenset[str]) -> Route:
    """The route of an object if there is a key; the bucket must have its canonical spelling."""
    inside = target.path
    if not bucket.is_in_host:
        start = f"/{bucket.name}"
        if inside != start and not inside.startswith(f"{start}/"):
            return Route(RouteKind.SERVICE, "", target.path, names)
        inside = inside.removeprefix(start)
    kind = RouteKind.OBJECT if inside.removeprefix("/") else RouteKind.BUCKET
    return Route(kind, bucket.name, target.path, names)


def _reserved_kind(target: RequestTarget) -> RouteKind:
    if target.reserved != "_wavetank":
        return RouteKind.INTERNAL
    is_page = target.path in PAGES or f"{target.path}/".startswith(f"{PAGE_FOLDER}/")
    return RouteKind.PAGE if is_page else RouteKind.CONTROL


def _api_of_path(path: str) -> str | None:
    """The API of a path below `/restapis` that invokes it; one below `/_aws` is reserved."""
    found = _INVOKED.match(path)
    return found[1] if found else None


def _query_names(query: str) -> frozenset[str]:
    return frozenset(unquote_plus(each.partition("=")[0]) for each in query.split("&") if each)
