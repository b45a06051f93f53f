"""Requests, responses and headers as LocalStack has them, in less time.

werkzeug takes a request from WSGI's environment, and LocalStack makes up one for it. A JSON
protocol's calls differ in headers and body alone, so the rest of a request is made once for each
address. And LocalStack's handlers ask for some thirty headers of a call, most of which it does not
have: here a name is not lowered for each of them, and a miss is no exception.
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
ADDRESSES_KEPT = 64
CONTAINS = patch_of("werkzeug.datastructures:Headers.__contains__")
GET = patch_of("werkzeug.datastructures:Headers.get")
GET_KEY = patch_of("werkzeug.datastructures:Headers._get_key")
STOCK_CONTAINS, STOCK_GET = CONTAINS.original(), GET.original()
ABSENT = object()
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


def get_key(headers: Any, key: str) -> str:
    """`Headers._get_key`.

    Raises:
        BadRequestKeyError: there is none.
    """
    found: str = _find(headers, key)
    if found is ABSENT:
        raise BadRequestKeyError(key)
    return found


def get(headers: Any, key: str, default: Any = None, type: Any = None) -> Any:  # noqa: A002 - werkzeug's name
    """`Headers.get`; a subclass that keeps its headers elsewhere has werkzeug's."""
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
    """The first value, or ABSENT; names of ASCII, as of HTTP, are as long in lower case."""
    length, wanted = len(key), key.lower()
    for name, value in headers._list:  # noqa: SLF001 - as above
        if len(name) == length and name.lower() == wanted:
            return value
    return ABSENT


def replace_headers() -> None:
    """Puts them in the place of LocalStack's and werkzeug's."""
    patch_of("rolo.response:Response.update_from").apply(update_from)
    GET_KEY.apply(get_key)
    GET.apply(get)
    CONTAINS.apply(contains)


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
