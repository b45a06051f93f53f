"""The headers by which the sandbox shares a response with a page of another origin.

All headers that begin with `Access-Control-Allow-` are made here: LocalStack's would name its own
web application and every program on its port.
[Amazon S3 user guide: ManageCorsUsing; Fetch standard: CORS protocol]
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wavetank.emulator.http_entries.cors import ANY, SAFELISTED_METHODS, CorsRule, texts_of

VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"


@dataclass(frozen=True)
class Preflight:
    """The permission that a CORS preflight requests; header names are in lower case."""

    method: str
    headers: tuple[str, ...] = ()
    private_network: bool = False


def response_headers(rule: CorsRule, origin: str, preflight: Preflight | None) -> dict[str, str]:
    """The headers that share a response by the rule; `preflight` if it is the response to one."""
    found = rule.shared_headers(origin) | {"Vary": VARY}
    return found if preflight is None else found | _permission(rule, preflight)


def _permission(rule: CorsRule, preflight: Preflight) -> dict[str, str]:
    methods = ", ".join(rule.methods or sorted(SAFELISTED_METHODS))
    found = {"Access-Control-Allow-Methods": preflight.method if methods == ANY else methods}
    if preflight.headers:
        found["Access-Control-Allow-Headers"] = ", ".join(preflight.headers)
    if rule.max_age_seconds is not None:
        found["Access-Control-Max-Age"] = str(rule.max_age_seconds)
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
    max_age = rule.get("MaxAgeSeconds")
    return CorsRule(
        origins=texts_of(rule.get("AllowedOrigins")),
        methods=texts_of(rule.get("AllowedMethods")),
        headers=texts_of(rule.get("AllowedHeaders")),
        exposed=texts_of(rule.get("ExposeHeaders")),
        max_age_seconds=max_age if isinstance(max_age, int) else None,
        credentials=True,
    )
