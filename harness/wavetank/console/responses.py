"""Response formats, and the headers of every response to a browser."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from localstack.http import Request, Response

from wavetank.core.errors import UsageError

HARDENING: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Allows only the console's scripts, and no frames, caches or reads from other sites."""


def error_response(error: UsageError) -> Response:
    """A usage error as JSON."""
    parts = {"expected": error.expected, "found": error.found, "action": error.action}
    return as_json({"error": parts}, HTTPStatus.BAD_REQUEST)


def as_json(content: object, status: int = HTTPStatus.OK) -> Response:
    """The content; instants in RFC 3339 format."""
    text = json.dumps(content, default=_written, indent=1)
    return Response(f"{text}\n", status, content_type="application/json")


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def plain(text: str, status: int) -> Response:
    """A line of text."""
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")


def body_of(request: Request) -> Mapping[str, Any]:
    """The JSON object of the request's body.

    Raises:
        UsageError: the body is something else.
    """
    found: Any = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise UsageError("a JSON object", type(found).__name__, "send one as application/json")
    return found


def with_json_errors[F: Callable[..., Any]](endpoint: F) -> F:
    """The endpoint, which returns an error as JSON if it raises UsageError."""

    @wraps(endpoint)
    def answer(*given: Any, **arguments: Any) -> Any:
        try:
            return endpoint(*given, **arguments)
        except UsageError as error:
            return error_response(error)

    return answer  # type: ignore[return-value]  # the same, but for what it raises
