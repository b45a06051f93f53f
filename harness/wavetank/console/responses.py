"""The forms of an answer, and what every answer of ours tells a browser."""

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
"""No script but our own files, no frame around a page, no copy of it, no reader of another site."""


def refused(error: UsageError) -> Response:
    """What could not be done as it was asked, as a program reads it."""
    parts = {"expected": error.expected, "found": error.found, "action": error.action}
    return as_json({"error": parts}, HTTPStatus.BAD_REQUEST)


def as_json(content: object, status: int = HTTPStatus.OK) -> Response:
    """The content; instants as RFC 3339."""
    text = json.dumps(content, default=_written, indent=1)
    return Response(f"{text}\n", status, content_type="application/json")


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def plain(text: str, status: int) -> Response:
    """A line of text."""
    return Response(f"{text}\n", status, content_type="text/plain; charset=utf-8")


def body_of(request: Request) -> Mapping[str, Any]:
    """The JSON object that was sent.

    Raises:
        UsageError: it is something else.
    """
    found: Any = request.get_json(silent=True)
    if not isinstance(found, dict):
        raise UsageError("a JSON object", type(found).__name__, "send one as application/json")
    return found


def told[F: Callable[..., Any]](endpoint: F) -> F:
    """The endpoint, answering with what was wrong where it raises UsageError."""

    @wraps(endpoint)
    def answer(*given: Any, **arguments: Any) -> Any:
        try:
            return endpoint(*given, **arguments)
        except UsageError as error:
            return refused(error)

    return answer  # type: ignore[return-value]  # the same, but for what it raises
