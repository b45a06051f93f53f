"""Requests and responses as LocalStack has them, made without a web server's environment.

werkzeug takes a request from WSGI's environment, and LocalStack makes up one for it. A JSON
protocol's calls differ in headers and body alone, so the rest of a request is made once for each
address. [LocalStack 4.14: rolo/request.py, response.py; werkzeug 3.1: wrappers/request.py]
"""

import io
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from localstack.http import Request, Response
from werkzeug.datastructures import Headers

from wavetank.core.http_types import HttpRequest

JSON = "application/x-amz-json"
ADDRESSES_KEPT = 64
BLANK = vars(Response())
"""What every new response has; its headers and lists are made anew for each."""


def as_werkzeug(request: HttpRequest) -> Request:
    """The request, its headers and body as they came."""
    if request.headers.get("Content-Type", "").startswith(JSON):
        return _json_request(request)
    parts = urlsplit(request.url)
    return Request(
        method=request.method,
        path=parts.path or "/",
        query_string=parts.query,
        headers=headers_of(request.headers.items()),
        body=request.body,
        server=(parts.hostname or "", parts.port),
    )


def blank_response() -> Response:
    """`Response()`."""
    made = Response.__new__(Response)
    made.__dict__.update(BLANK, headers=Headers(BLANK["headers"]), response=[], _on_close=[])
    return made


def headers_of(items: Any) -> Headers:
    """Headers of pairs of texts that need no check: they come from an SDK in this process."""
    made = Headers()
    made._list = list(items)  # noqa: SLF001 - werkzeug has no public name for it
    return made


def update_from(response: Any, other: Any) -> None:
    """`Response.update_from`, without a search through all headers for each of them."""
    response.status_code = other.status_code
    response.response = other.response
    response._on_close.extend(other._on_close)  # noqa: SLF001 - as above
    newer = list(other.headers)
    names = {name.lower() for name, _ in newer}
    older = [(name, value) for name, value in response.headers if name.lower() not in names]
    response.headers._list = older + newer  # noqa: SLF001 - as above


def quicken_responses() -> None:
    """Puts it in the place of LocalStack's."""
    kind: Any = Response
    kind.update_from = update_from


def _json_request(request: HttpRequest) -> Request:
    """Neither headers in WSGI's environment nor a search for forms in it are needed."""
    prototype = _prototype(request.method, request.url)
    made = Request.__new__(Request)
    environ = {
        **prototype["environ"],
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": io.BytesIO(request.body),
        "wsgi.errors": io.BytesIO(),
    }
    made.__dict__.update(
        prototype,
        environ=environ,
        headers=headers_of(request.headers.items()),
        _cached_data=request.body,  # werkzeug's own name for it
    )
    return made


@lru_cache(ADDRESSES_KEPT)
def _prototype(method: str, url: str) -> dict[str, Any]:
    """What requests to the address have in common."""
    parts = urlsplit(url)
    made = Request(
        method=method,
        path=parts.path or "/",
        query_string=parts.query,
        server=(parts.hostname or "", parts.port),
    )
    del made.environ["werkzeug.request"]  # a circle, which the collector would have to undo
    return vars(made)
