"""CORS rules of function URLs and HTTP APIs, and the answers to pages of other origins."""

import pytest

from wavetank.core.http_call import HttpAnswer, http_call
from wavetank.emulator.http_entries.cors import (
    CorsRule,
    matches,
    preflight_answer,
    rule_of_endpoint,
    with_cors,
)


@pytest.mark.parametrize(
    ("pattern", "value", "found"),
    [
        ("https://*.example.com", "https://a.example.com", True),
        ("https://*.example.com", "https://example.com", False),
        ("https://a.example", "https://aXexample", False),
        ("ab*ba", "aba", False),
        ("*", "null", True),
    ],
)
def test_a_pattern_has_one_wildcard(pattern: str, value: str, *, found: bool) -> None:
    """And everything else of it is literal."""
    assert matches(pattern, value) == found


def test_rules_are_read_in_the_format_in_which_they_are_stored() -> None:
    """A resource's names begin in upper case, those of a document in lower case, with texts."""
    url = {"AllowOrigins": ["https://a"], "AllowCredentials": True, "MaxAge": 5}
    expected = CorsRule(origins=("https://a",), credentials=True, max_age_seconds=5)
    assert rule_of_endpoint(url) == expected
    document = {"allowOrigins": ["https://a"], "allowCredentials": "true", "maxAge": "5"}
    assert rule_of_endpoint(document) == expected
    assert rule_of_endpoint(None) is None


def test_pages_of_an_allowed_origin_are_answered() -> None:
    """Also if a pattern allows it, such as all origins over TLS; the function's headers go."""
    rule = CorsRule(origins=("https://*",), methods=("GET", "PUT"), max_age_seconds=60)
    name = "access-control-allow-origin"
    of_function = HttpAnswer(200, {name: "*"})
    for origin, found in (("https://shop.example", "https://shop.example"), ("http://x", None)):
        asks = http_call("OPTIONS", "/", {"Origin": origin}, None)
        preflight = preflight_answer(rule, asks, 204)
        assert preflight is not None
        assert preflight.headers.get(name) == found
        assert preflight.headers.get("access-control-max-age") == (found and "60")
        assert with_cors(of_function, rule, asks).headers.get(name) == found
    assert preflight_answer(rule, http_call("OPTIONS", "/", {}, None), 204) is None
