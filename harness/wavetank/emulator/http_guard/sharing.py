"""CORS rules, and the headers that share a response with a page of another origin.

All headers that begin with `Access-Control-Allow-` are made here: LocalStack's would name its own
web application and every program on its port.
[Amazon S3 user guide: ManageCorsUsing; AWS Lambda developer guide: urls-configuration; Amazon API
Gateway developer guide: http-api-cors; Fetch standard: CORS protocol]
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wavetank.emulator.http_guard.origins import matches

ANY = "*"
SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})
"""Methods that need no preflight; a rule without methods allows these."""
VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@dataclass(frozen=True)
class Preflight:
    """The permission that a CORS preflight requests; header names are in lower case."""

    method: str
    headers: tuple[str, ...] = ()
    private_network: bool = False


@dataclass(frozen=True, kw_only=True)
class CorsRule:
    """A CORS rule: what pages of its origins may do; `headers` are allowed in requests."""

    origins: tuple[str, ...]
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    credentials: bool = False

    def allows(self, origin: str, method: str, headers: Sequence[str]) -> bool:
        """Whether a page of the origin may send the method with the headers."""
        methods = self.methods or SAFELISTED_METHODS
        return (
            any(matches(pattern, origin) for pattern in self.origins)
            and (ANY in methods or method in methods)
            and all(self._allows_header(name) for name in headers)
        )

    def _allows_header(self, name: str) -> bool:
        return any(matches(pattern.lower(), name) for pattern in self.headers)

    def response_headers(self, origin: str, preflight: Preflight | None) -> dict[str, str]:
        """The headers that share a response; `preflight` if it is the response to one."""
        any_origin = ANY in self.origins
        found = {"Access-Control-Allow-Origin": ANY if any_origin else origin, "Vary": VARY}
        if self.credentials and not any_origin:
            found["Access-Control-Allow-Credentials"] = "true"
        if self.exposed:
            found["Access-Control-Expose-Headers"] = ", ".join(self.exposed)
        return found if preflight is None else found | self._permission(preflight)

    def _permission(self, preflight: Preflight) -> dict[str, str]:
        methods = ", ".join(self.methods or sorted(SAFELISTED_METHODS))
        found = {"Access-Control-Allow-Methods": preflight.method if methods == ANY else methods}
        if preflight.headers:
            found["Access-Control-Allow-Headers"] = ", ".join(preflight.headers)
        if self.max_age_seconds is not None:
            found["Access-Control-Max-Age"] = str(self.max_age_seconds)
        if preflight.private_network:
            found["Access-Control-Allow-Private-Network"] = "true"
        return found


def any_request_of(origin: str) -> CorsRule:
    """The rule of an origin that the user allows: every method and header, without credentials.

    The sandbox has no cookies, and AWS's own endpoints share their responses without credentials
    too.
    """
    return CorsRule(origins=(origin,), methods=(ANY,), headers=(ANY,), exposed=(ANY,))


def rule_for(
    rules: Iterable[CorsRule], origin: str, method: str, headers: Sequence[str] = ()
) -> CorsRule | None:
    """The first rule that allows the request, as in Amazon S3."""
    return next((rule for rule in rules if rule.allows(origin, method, headers)), None)


def rules_of_bucket(configuration: Mapping[str, object]) -> tuple[CorsRule, ...]:
    """The rules of a `PutBucketCors`."""
    given = configuration.get("CORSRules")
    return tuple(map(_rule_of_bucket, given)) if isinstance(given, list) else ()


def _rule_of_bucket(rule: Mapping[str, object]) -> CorsRule:
    return CorsRule(
        origins=_texts(rule.get("AllowedOrigins")),
        methods=_texts(rule.get("AllowedMethods")),
        headers=_texts(rule.get("AllowedHeaders")),
        exposed=_texts(rule.get("ExposeHeaders")),
        max_age_seconds=_seconds(rule.get("MaxAgeSeconds")),
        credentials=True,
    )


def rule_of_endpoint(settings: Mapping[str, object]) -> CorsRule:
    """The `Cors` of a function URL, or the `CorsConfiguration` of an HTTP API."""
    given = {name.lower(): value for name, value in settings.items()}
    return CorsRule(
        origins=_texts(given.get("alloworigins")),
        methods=_texts(given.get("allowmethods")),
        headers=_texts(given.get("allowheaders")),
        exposed=_texts(given.get("exposeheaders")),
        max_age_seconds=_seconds(given.get("maxage")),
        credentials=bool(given.get("allowcredentials")),
    )


def _texts(value: object) -> tuple[str, ...]:
    return tuple(str(each) for each in value) if isinstance(value, list | tuple) else ()


def _seconds(value: object) -> int | None:
    return value if isinstance(value, int) else None
