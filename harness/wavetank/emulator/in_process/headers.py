"""werkzeug's look-up of headers, without lowering each name and without an exception for a miss.

LocalStack's handlers ask for some thirty headers of a call, most of which it does not have.
[werkzeug 3.1: datastructures/headers.py]
"""

from typing import Any

from werkzeug.datastructures import Headers
from werkzeug.exceptions import BadRequestKeyError

STOCK_CONTAINS = Headers.__contains__
STOCK_GET = Headers.get
STOCK_GET_KEY = Headers._get_key  # noqa: SLF001 - werkzeug has no public name for it
ABSENT = object()


def _find(headers: Any, key: str) -> Any:
    """The first value, or ABSENT; names of ASCII, as of HTTP, are as long in lower case."""
    length, wanted = len(key), key.lower()
    for name, value in headers._list:  # noqa: SLF001 - as above
        if len(name) == length and name.lower() == wanted:
            return value
    return ABSENT


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
        return STOCK_CONTAINS(headers, key)
    return _find(headers, key) is not ABSENT


def quicken_headers() -> None:
    """Puts them in the place of werkzeug's."""
    kind: Any = Headers
    kind._get_key, kind.get, kind.__contains__ = get_key, get, contains  # noqa: SLF001 - as above
