"""CORS rules, and what function URLs and HTTP APIs answer to browsers of other origins by them.

[API Gateway developer guide: http-api-cors; Lambda developer guide: urls-configuration; Amazon S3
user guide: ManageCorsUsing; Fetch standard: CORS protocol]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wavetank.core.http_call import HttpAnswer, HttpCall

ANY = "*"
SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Methods that need no preflight; a rule without methods allows these."""
OWN_HEADERS = "access-control-"


@dataclass(frozen=True, kw_only=True)
class CorsRule:
    """A CORS rule: what pages of its origins may do; `headers` are allowed in requests."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    credentials: bool = False

    def allows_origin(self, origin: str) -> bool:
        """Whether a page of the origin may read responses."""
        return any(matches(pattern, origin) for pattern in self.origins)

    def allows(self, origin: str, method: str, headers: Sequence[str]) -> bool:
        """Whether a page of the origin may send the method with the headers, in lower case."""
        methods = self.methods or SAFELISTED_METHODS
        return (
            self.allows_origin(origin)
            and (ANY in methods or method in methods)
            and all(self._allows_header(name) for name in headers)
        )

    def _allows_header(self, name: str) -> bool:
        return any(matches(pattern.lower(), name) for pattern in self.headers)

    def shared_headers(self, origin: str) -> dict[str, str]:
        """The headers that share a response with pages of an origin that is allowed.

        Browsers refuse credentials where every origin is allowed.
        """
        any_origin = ANY in self.origins
        found = {"Access-Control-Allow-Origin": ANY if any_origin else origin}
        if self.credentials and not any_origin:
            found["Access-Control-Allow-Credentials"] = "true"
        if self.exposed:
            found["Access-Control-Expose-Headers"] = ", ".join(self.exposed)
        return found


def matches(pattern: str, value: str) -> bool:
    """Whether the value matches the pattern, whose first `*` matches any characters.

    [Amazon S3 user guide: ManageCorsUsing, "at most one * wildcard"]
    """
    start, star, end = pattern.partition(ANY)
    if not star:
        return value == pattern
    return len(value) >= len(start) + len(end) and value.startswith(start) and value.endswith(end)


def rule_of_endpoint(settings: Mapping[str, Any] | None) -> CorsRule | None:
    """The `Cors` of a function URL, or the `CorsConfiguration` of an HTTP API; None without one.

    In an OpenAPI document the names begin in lower case, and values may be text.
    """
    if not settings:
        return None
    given = {name.lower(): value for name, value in settings.items()}
    max_age = given.get("maxage")
    return CorsRule(
        origins=texts_of(given.get("alloworigins")),
        methods=texts_of(given.get("allowmethods")),
        headers=texts_of(given.get("allowheaders")),
        exposed=texts_of(given.get("exposeheaders")),
        max_age_seconds=None if max_age is None else int(max_age),
        credentials=str(given.get("allowcredentials", False)).lower() == "true",
    )


def preflight_answer(cors: CorsRule | None, call: HttpCall, status: int) -> HttpAnswer | None:
    """The answer to a browser that asks before its request; None if the call is another."""
    origin = call.header("Origin")
    if cors is None or call.method != "OPTIONS" or not origin:
        return None
    configured = {
        "access-control-allow-methods": ",".join(cors.methods),
        "access-control-allow-headers": ",".join(cors.headers),
        "access-control-max-age": "" if cors.max_age_seconds is None else str(cors.max_age_seconds),
    }
    headers = _headers(cors, origin)
    if headers:
        headers |= {name: value for name, value in configured.items() if value}
    return HttpAnswer(status, headers)


def with_cors(answer: HttpAnswer, cors: CorsRule | None, call: HttpCall) -> HttpAnswer:
    """The answer to a browser: headers of the rule replace those of the function."""
    origin = call.header("Origin")
    if cors is None or not origin:
        return answer
    others = {
        name: value for name, value in answer.headers.items() if not name.startswith(OWN_HEADERS)
    }
    return replace(answer, headers=others | _headers(cors, origin))


def _headers(cors: CorsRule, origin: str) -> dict[str, str]:
    """The headers for that origin; none if it is not allowed."""
    if not cors.allows_origin(origin):
        return {}
    return {name.lower(): value for name, value in cors.shared_headers(origin).items()}


def texts_of(value: object) -> tuple[str, ...]:
    """The texts of a list in a rule; none if it is missing."""
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()
