"""Faster requests, responses and headers for LocalStack.

werkzeug reads a request from WSGI's environment, and LocalStack builds one for it. Calls of a JSON
protocol differ only in headers and body, so the rest of a request is made once for each address.
LocalStack's handlers look up some thirty headers of a call, most of which it does not have: here a
lookup does not lower each name, and a miss raises no exception.
[LocalStack 4.14: rolo/request.py, response.py; werkzeug 3.1: wrappers/request.py,
datastructures/headers.py]
"""

import io
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from localstack.http import Request, Response
from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequestKeyError

from wavetank.core.http_types import HttpRequest
from wavetank.emulator.patches import patch_of

JSON = "application/x-amz-json"
ADDRESSES_CACHED = 64
CONTAINS = patch_of("werkzeug.datastructures:Headers.__contains__")
GET = patch_of("werkzeug.datastructures:Headers.get")
GET_KEY = patch_of("werkzeug.datastructures:Headers._get_key")
STOCK_CONTAINS, STOCK_GET = CONTAINS.original(), GET.original()
ABSENT = object()
BLANK = vars(Response())
"""The attributes of every new response; its headers and lists are created for each one."""


def as_werkzeug(request: HttpRequest) -> Request:
    """The request as a werkzeug request, its headers and body unchanged."""
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
    """Headers from pairs of strings that need no check: they come from an SDK in this process."""
    made = Headers()
    made._list = list(items)  # noqa: SLF001 - werkzeug has no public name for it
    return made


def update_from(response: Any, other: Any) -> None:
    """`Response.update_from`, without a search through all headers for each header."""
    response.status_code = other.status_code
    response.response = other.response
    response._on_close.extend(other._on_close)  # noqa: SLF001 - as above
    newer = list(other.headers)
    names = {name.lower() for name, _ in newer}
    older = [(name, value) for name, value in response.headers if name.lower() not in names]
    response.headers._list = older + newer  # noqa: SLF001 - as above


def get_key(headers: Any, key: str) -> str:
    """`Headers._get_key`.

    Raises:
        BadRequestKeyError: there is no such header.
    """
    found: str = _find(headers, key)
    if found is ABSENT:
        raise BadRequestKeyError(key)
    return found


def get(headers: Any, key: str, default: Any = None, type: Any = None) -> Any:  # noqa: A002 - werkzeug's name
    """`Headers.get`; a subclass that stores its headers elsewhere uses werkzeug's."""
    if type is not None or headers.__class__ is not Headers:
        return STOCK_GET(headers, key, default, type)
    found = _find(headers, key)
    return default if found is ABSENT else found


def contains(headers: Any, key: str) -> bool:
    """`Headers.__contains__`."""
    if headers.__class__ is not Headers:
        return bool(STOCK_CONTAINS(headers, key))
    return _find(headers, key) is not ABSENT


def _find(headers: Any, key: str) -> Any:
    """The first value, or ABSENT; names are ASCII, so their length is the same in lower case."""
    length, wanted = len(key), key.lower()
    for name, value in headers._list:  # noqa: SLF001 - as above
        if len(name) == length and name.lower() == wanted:
            return value
    return ABSENT


def replace_headers() -> None:
    """Replace LocalStack's and werkzeug's functions."""
    patch_of("rolo.response:Response.update_from").apply(update_from)
    GET_KEY.apply(get_key)
    GET.apply(get)
    CONTAINS.apply(contains)


def _json_request(request: HttpRequest) -> Request:
    """A JSON request needs neither headers in WSGI's environment nor form parsing."""
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
        _cached_data=request.body,  # werkzeug caches it under this name
    )
    return made


@lru_cache(ADDRESSES_CACHED)
def _prototype(method: str, url: str) -> dict[str, Any]:
    """The attributes that all requests to the address share."""
    parts = urlsplit(url)
    made = Request(
        method=method,
        path=parts.path or "/",
        query_string=parts.query,
        server=(parts.hostname or "", parts.port),
    )
    del made.environ["werkzeug.request"]  # a cycle, which only the garbage collector frees
    return vars(made)
