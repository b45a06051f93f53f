"""Decides whether a request is answered: by its Host, its target, and the page that causes it.

Programs (SDKs, the AWS CLI, curl) send none of a browser's headers, and any allowed Host is enough.
A browser identifies the page: by `Origin` with every request that changes something, by
`Sec-Fetch-Site` with every request to a loopback address or over TLS, and by `Referer` if the page
lets it. A plain GET to another name over HTTP may have none of them; then only the `User-Agent`
shows that it comes from a browser.
[Fetch standard: Origin header; Fetch Metadata Request Headers; RFC 9110 10.1.3: Referer]

| requested by | answered |
|---|---|
| a program | everything |
| one of our pages | everything below `/_wavetank` |
| an origin in WAVETANK_ALLOWED_ORIGINS | all of AWS's APIs, nothing below a reserved prefix |
| an origin that a CORS rule names | what the rule allows, of its bucket, function URL or API |
| a link of any page | our pages, and S3 objects, by GET |
| a typed address | these, the lists of a bucket, and read-only state, by GET |
| anything else | nothing |

A typed address may come from a link in an e-mail, so it cannot change anything either. A page with
the sandbox's own origin gets no answer for AWS's APIs: our pages do not call them, and no other
page has that origin, because every other response is sandboxed (see `handler`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from wavetank.emulator.http_entries.cors import CorsRule
from wavetank.emulator.http_guard.hosts import HostPolicy
from wavetank.emulator.http_guard.origins import normalized_origin, origin_of_url
from wavetank.emulator.http_guard.routing import READING, Bucket, Route, RouteKind, route_of
from wavetank.emulator.http_guard.sharing import (
    Preflight,
    any_request_of,
    response_headers,
    rule_for,
)
from wavetank.emulator.http_guard.targets import (
    Authority,
    NotCanonicalError,
    parse_authority,
    parse_target,
)

JSON = "application/json"
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
OWN = frozenset({RouteKind.PAGE, RouteKind.CONTROL})
NEVER_SHARED = OWN | {RouteKind.INTERNAL}
BROWSER_HEADERS = ("origin", "sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest", "referer")
SINGLE_HEADERS = (*BROWSER_HEADERS, "content-type", "access-control-request-method")


@dataclass(frozen=True)
class RequestHead:
    """The headers and target of a request, before its body; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, Sequence[str]]
    scheme: str = "http"
    has_body: bool = False

    def header(self, name: str) -> str | None:
        """The header's only value; None if it has none or several."""
        return next(iter(self.headers.get(name, ())), None)

    @cached_property
    def is_browser(self) -> bool:
        """Whether a browser sends it.

        The User-Agent alone is only checked for requests that may come without an Origin: a GET.
        """
        if any(name in self.headers for name in BROWSER_HEADERS):
            return True
        agent = self.header("user-agent") or ""
        return self.method in READING and agent.startswith("Mozilla/")

    @cached_property
    def preflight(self) -> Preflight | None:
        """The permission that it asks for, if it is a CORS preflight."""
        method = self.header("access-control-request-method")
        if self.method != "OPTIONS" or method is None or "origin" not in self.headers:
            return None
        given = ",".join(self.headers.get("access-control-request-headers", ()))
        names = tuple(name.strip().lower() for name in given.split(",") if name.strip())
        private = "access-control-request-private-network" in self.headers
        return Preflight(method, names, private_network=private)


@dataclass(frozen=True)
class Answered:
    """A request that the guard allows.

    `headers` are added to its response; if `is_preflight`, they are the whole response. `is_page`
    is true for Wavetank's own pages. `route` is the route for which a browser's request is allowed,
    and `sharing_origin` the page's origin if a CORS rule of that resource allows it.
    """

    is_page: bool = False
    is_browser: bool = False
    is_preflight: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    route: Route | None = None
    sharing_origin: str | None = None


@dataclass(frozen=True)
class GuardRefusal:
    """A request that the guard refuses: the reason and what to do, in one sentence."""

    reason: str


type FindBucket = Callable[[], Bucket | None]
type FindRules = Callable[[Route], Sequence[CorsRule]]


@dataclass(frozen=True)
class GuardPolicy:
    """Decides which HTTP requests one sandbox answers.

    Pages of `allowed_origins` may use AWS's APIs. `find_bucket` returns the existing bucket that
    LocalStack finds in the request; `find_rules` returns the CORS rules of a route.
    """

    hosts: HostPolicy
    allowed_origins: frozenset[str] = frozenset()

    def decide(
        self, request: RequestHead, find_bucket: FindBucket, find_rules: FindRules
    ) -> Answered | GuardRefusal:
        """Decide whether the request is answered; the functions are called for browsers only."""
        hosts = request.headers.get("host", ())
        if len(hosts) != 1:
            return GuardRefusal(f"expected one Host header; found {len(hosts)}; send one")
        try:
            host = parse_authority(hosts[0])
            target = parse_target(request.target, host)
            route = route_of(host.host, target, find_bucket() if request.is_browser else None)
        except NotCanonicalError as error:
            return GuardRefusal(f"{error}; correct it")
        if not self.hosts.is_ours(host.host):
            return GuardRefusal(
                f"expected Host to be a name or address of the sandbox; found {hosts[0]!r}; use "
                "127.0.0.1 or localhost, or add it to WAVETANK_ALLOWED_HOSTS"
            )
        if not request.is_browser:
            refused = _refused_body(request) if route.kind in OWN else None
            return refused or Answered(is_page=route.kind in OWN)
        if route.kind not in NEVER_SHARED and target.reserved is not None:
            return GuardRefusal(
                f"expected a path of the {route.kind}; found {target.path!r}; correct it"
            )
        return self._decide_browser(request, host, route, find_rules)

    def _decide_browser(
        self, request: RequestHead, host: Authority, route: Route, find_rules: FindRules
    ) -> Answered | GuardRefusal:
        if any(len(request.headers.get(name, ())) > 1 for name in SINGLE_HEADERS):
            return GuardRefusal(
                "expected each header of a browser once; found one twice; send it once"
            )
        page = _RequestingPage.of(request, host.origin(request.scheme))
        if route.kind in OWN and page.is_own:
            return _refused_body(request) or Answered(is_page=True, is_browser=True, route=route)
        if route.kind not in NEVER_SHARED and page.origin is not None:
            rules = self._rules(request, route, page.origin, find_rules)
            if (shared := _shared(request, page, rules)) is not None:
                by_rule = None if page.origin in self.allowed_origins else page.origin
                return replace(shared, route=route, sharing_origin=by_rule)
        if page.may_navigate(route):
            return Answered(is_page=route.kind in OWN, is_browser=True, route=route)
        return GuardRefusal(_advice(page, route))

    def _rules(
        self, request: RequestHead, route: Route, origin: str, find_rules: FindRules
    ) -> Sequence[CorsRule]:
        """The CORS rules that apply to the route; a bucket's only for its objects."""
        if origin in self.allowed_origins:
            return (any_request_of(origin),)
        if route.kind in {RouteKind.FUNCTION_URL, RouteKind.HTTP_API}:
            return find_rules(route)
        method = request.preflight.method if request.preflight else request.method
        return find_rules(route) if route.is_for_objects(method) else ()


@dataclass(frozen=True)
class _RequestingPage:
    """The page on whose behalf a browser sends a request.

    `origin` as it is sent, or that of the Referer; None without either. `site` and the others are
    the Fetch Metadata. `is_own` is True if every header says that it is one of our pages.
    """

    origin: str | None
    site: str | None
    is_own: bool
    is_link: bool

    @classmethod
    def of(cls, request: RequestHead, own: str) -> "_RequestingPage":
        sent, site = request.header("origin"), request.header("sec-fetch-site")
        referer = request.header("referer")
        origin = sent if sent is not None else origin_of_url(referer) if referer else None
        same_origin = [site == "same-origin"] if site is not None else []
        same_origin += (
            [normalized_origin(origin or "") == own] if sent is not None or referer else []
        )
        is_own = bool(same_origin) and all(same_origin)
        return cls(origin, site, is_own, sent is None and _is_link(request, site))

    def may_navigate(self, route: Route) -> bool:
        """Whether it is a GET by a link or a typed address that may be answered."""
        if not self.is_link:
            return False
        by_hand = self.is_own or (self.site in {None, "none"} and self.origin is None)
        return route.only_reads or (by_hand and route.is_viewable)


def _is_link(request: RequestHead, site: str | None) -> bool:
    """Whether it opens a new document; without Fetch Metadata any GET may."""
    if request.method not in READING:
        return False
    mode, destination = request.header("sec-fetch-mode"), request.header("sec-fetch-dest")
    no_metadata = site is None and mode is None and destination is None
    return no_metadata or (mode, destination) == ("navigate", "document")


def _shared(
    request: RequestHead, page: _RequestingPage, rules: Sequence[CorsRule]
) -> Answered | None:
    """The response that a CORS rule allows the page to read, if one does."""
    preflight, origin = request.preflight, page.origin or ""
    method, headers = (preflight.method, preflight.headers) if preflight else (request.method, ())
    rule = rule_for(rules, origin, method, headers)
    if rule is None:
        return None
    shared = response_headers(rule, origin, preflight) if "origin" in request.headers else {}
    return Answered(is_browser=True, is_preflight=preflight is not None, headers=shared)


def _refused_body(request: RequestHead) -> GuardRefusal | None:
    """Refuses bodies that a page of another site could send without a preflight."""
    if request.method in READING:
        return None
    kind = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if kind in FORMS and "origin" not in request.headers:
        return GuardRefusal(
            f"expected {JSON}, or a form of a page here; found another form; send JSON"
        )
    if request.has_body and kind not in FORMS and kind != JSON:
        return GuardRefusal(f"expected {JSON}; found {kind or 'no Content-Type'}; send JSON")
    return None


def _advice(page: _RequestingPage, route: Route) -> str:
    who = page.origin or (f"Sec-Fetch-Site {page.site}" if page.site else "a browser")
    where = {
        RouteKind.PAGE: "open the page itself",
        RouteKind.CONTROL: "open /_wavetank/",
        RouteKind.INTERNAL: "ask from a program",
        RouteKind.OBJECT: "give the bucket a CORS rule for the origin",
        RouteKind.BUCKET: "ask from a program",
        RouteKind.FUNCTION_URL: "give the function URL a Cors setting for the origin",
        RouteKind.HTTP_API: "give the API a CORS setting for the origin",
    }
    action = where.get(route.kind, "ask from a program")
    added = "" if route.kind in NEVER_SHARED else ", or add the origin to WAVETANK_ALLOWED_ORIGINS"
    return f"expected no other site to ask for this; found {who}; {action}{added}"
