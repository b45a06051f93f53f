"""What function URLs and HTTP APIs answer to browsers of other origins.

[API Gateway developer guide: http-api-cors; Lambda developer guide: urls-configuration]
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from wavetank.core.http_call import HttpAnswer, HttpCall

ALL = "*"
OWN_HEADERS = "access-control-"


@dataclass(frozen=True, kw_only=True)
class CorsSettings:
    """The origins, methods and headers that are allowed."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age: int | None = None
    credentials: bool = False


def cors_settings(written: Mapping[str, Any] | None) -> CorsSettings | None:
    """The settings of a resource, or of an OpenAPI document, whose names begin in lower case."""
    if not written:
        return None
    lower = {name[0].lower() + name[1:]: value for name, value in written.items()}
    max_age = lower.get("maxAge")
    return CorsSettings(
        origins=_texts(lower.get("allowOrigins")),
        methods=_texts(lower.get("allowMethods")),
        headers=_texts(lower.get("allowHeaders")),
        exposed=_texts(lower.get("exposeHeaders")),
        max_age=None if max_age is None else int(max_age),
        credentials=str(lower.get("allowCredentials", False)).lower() == "true",
    )


def preflight_answer(cors: CorsSettings | None, call: HttpCall, status: int) -> HttpAnswer | None:
    """The answer to a browser that asks before its request; None if the call is another."""
    origin = call.header("Origin")
    if cors is None or call.method != "OPTIONS" or not origin:
        return None
    asked = {
        "access-control-allow-methods": ",".join(cors.methods),
        "access-control-allow-headers": ",".join(cors.headers),
        "access-control-max-age": "" if cors.max_age is None else str(cors.max_age),
    }
    headers = _headers(cors, origin)
    if headers:
        headers |= {name: value for name, value in asked.items() if value}
    return HttpAnswer(status, headers)


def with_cors(answer: HttpAnswer, cors: CorsSettings | None, call: HttpCall) -> HttpAnswer:
    """The answer to a browser: headers of the settings replace those of the function."""
    origin = call.header("Origin")
    if cors is None or not origin:
        return answer
    others = {
        name: value for name, value in answer.headers.items() if not name.startswith(OWN_HEADERS)
    }
    return replace(answer, headers=others | _headers(cors, origin))


def _headers(cors: CorsSettings, origin: str) -> dict[str, str]:
    """The headers for that origin; none if it is not allowed."""
    if not {ALL, origin} & set(cors.origins):
        return {}
    headers = {"access-control-allow-origin": ALL if ALL in cors.origins else origin}
    if cors.credentials:
        headers["access-control-allow-credentials"] = "true"
    if cors.exposed:
        headers["access-control-expose-headers"] = ",".join(cors.exposed)
    return headers


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value or ()))
