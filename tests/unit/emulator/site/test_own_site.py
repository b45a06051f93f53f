"""Whether a request may be answered, by its headers."""

from collections.abc import Mapping

import pytest

from wavetank.emulator.site.own_site import Asked, refusal

OWN = "sandbox.example.com"
HERE = {"host": "127.0.0.1:4566"}
SAME = {"origin": "http://127.0.0.1:4566", "sec-fetch-site": "same-origin"}
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
FOLLOWED = {
    "sec-fetch-site": "cross-site",
    "sec-fetch-mode": "navigate",
    "sec-fetch-dest": "document",
}


def _refused(method: str, headers: Mapping[str, str], *, has_body: bool = False) -> str | None:
    return refusal(Asked(method, headers, has_body=has_body), OWN)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:4566",
        "127.0.0.1",
        "[::1]:4566",
        "172.17.0.2:4566",
        "localhost:4566",
        "LOCALHOST",
        "sub.localhost:1",
        f"{OWN}:4566",
    ],
)
def test_our_own_names_are_answered(host: str) -> None:
    """Loopback, addresses, and what LocalStack is called."""
    assert _refused("POST", {"host": host}) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example.com",
        "localhost.evil.example.com",
        "127.0.0.1.evil.example.com",
        "notlocalhost",
        "[::1",
        "sandbox.example.com.",
        "user@evil.example.com",
    ],
)
def test_names_that_could_be_led_here_are_not(host: str) -> None:
    """Whatever they look like."""
    found = _refused("GET", {"host": host})
    assert found is not None
    assert found.startswith("expected Host to be")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example.com"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:3000"},
        {"origin": "http://localhost:4566"},
        {"origin": "http://127.0.0.1:4566", "sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        FOLLOWED,
    ],
)
def test_a_change_by_another_site_is_refused(headers: Mapping[str, str]) -> None:
    """By either header alone; another port is another site, and so is another name."""
    found = _refused("POST", {**HERE, **headers, **JSON}, has_body=True)
    assert found is not None
    assert "no other site" in found


@pytest.mark.parametrize("headers", [{}, FOLLOWED, {"sec-fetch-site": "none"}, SAME])
def test_a_page_is_opened_by_a_link_by_hand_and_by_itself(headers: Mapping[str, str]) -> None:
    """And by a program, which says nothing of itself."""
    assert _refused("GET", {**HERE, **headers}) is None


@pytest.mark.parametrize("destination", ["iframe", "image", "script", "empty"])
def test_a_page_is_no_part_of_another(destination: str) -> None:
    """Neither in a frame nor as anything else that a page loads."""
    headers = {**HERE, **FOLLOWED, "sec-fetch-dest": destination}
    assert _refused("GET", headers) is not None


@pytest.mark.parametrize(
    ("headers", "answered"),
    [
        (JSON, True),
        ({"content-type": "application/json; charset=utf-8"}, True),
        (FORM | SAME, True),
        (FORM, False),
        ({"content-type": "text/plain"}, False),
        ({"content-type": "text/plain"} | SAME, False),
        ({}, False),
    ],
)
def test_a_body_is_json_or_a_form_of_ours(headers: Mapping[str, str], *, answered: bool) -> None:
    """A form without an origin is no browser's that we would answer."""
    assert (_refused("POST", {**HERE, **headers}, has_body=True) is None) == answered
