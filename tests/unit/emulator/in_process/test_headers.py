"""Headers that are looked up in less time are found where werkzeug finds them."""

from typing import Any

import pytest
from werkzeug.datastructures import EnvironHeaders, Headers
from werkzeug.exceptions import BadRequestKeyError

from wavetank.emulator.in_process.messages import (
    GET_KEY,
    STOCK_CONTAINS,
    STOCK_GET,
    contains,
    get,
    get_key,
)

HEADERS = Headers(
    [("Host", "a"), ("X-Amz-Date", "d"), ("x-amz-date", "e"), ("Content-Length", "7")]
)
ENVIRON = EnvironHeaders({"HTTP_HOST": "a", "CONTENT_LENGTH": "7"})


@pytest.mark.parametrize("headers", [HEADERS, ENVIRON, Headers()])
@pytest.mark.parametrize(
    "key", ["Host", "HOST", "x-amz-date", "Content-Length", "Hose", "", "Accept"]
)
def test_headers_are_found_as_by_werkzeug(headers: Any, key: str) -> None:
    """In any case, the first of several, with a default, converted, or not at all."""
    assert get(headers, key) == STOCK_GET(headers, key)
    assert get(headers, key, "other") == STOCK_GET(headers, key, "other")
    assert get(headers, key, 0, int) == STOCK_GET(headers, key, 0, int)
    assert contains(headers, key) == STOCK_CONTAINS(headers, key)


def test_a_missing_header_is_the_same_error() -> None:
    """Code that requires a header gets the same exception as before."""
    stock = GET_KEY.original()
    assert get_key(HEADERS, "HOST") == stock(HEADERS, "HOST") == "a"
    for find in (get_key, stock):
        with pytest.raises(BadRequestKeyError):
            find(HEADERS, "Accept")
