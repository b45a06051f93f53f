"""No other site's page may ask our routes for anything: each of them, whatever is added to them."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
import requests

from tests.live.hosts import Host
from wavetank.aws.sandbox_api import SandboxControls

HTTP_SECONDS = 10
FORBIDDEN = 403
MULTIPART = "multipart/form-data; boundary=x"
ELSEWHERE = {
    "another site's page": {"Origin": "https://evil.example.com"},
    "a page without a site": {"Origin": "null"},
    "LocalStack's own site": {"Origin": "https://app.localstack.cloud"},
    "another program on localhost": {"Origin": "http://localhost:3000"},
    "another site, by what a browser says of it": {"Sec-Fetch-Site": "cross-site"},
    "another program here, by what a browser says": {"Sec-Fetch-Site": "same-site"},
    "a name that was made to lead here": {"Host": "evil.example.com"},
    "a name that looks like ours": {"Host": "localhost.evil.example.com"},
}


def _routes(localstack: Host) -> list[tuple[str, str]]:
    """Method and address of each; whatever its arguments are, it is refused before."""
    listed = requests.get(f"{localstack.endpoint}/_wavetank/routes", timeout=HTTP_SECONDS).json()
    return [
        (entry["method"], f"{localstack.endpoint}{re.sub('<[^>]+>', 'x', entry['path'])}")
        for entry in listed["routes"]
    ]


def _shared(answer: requests.Response) -> list[str]:
    """What would let another site's page read the answer."""
    return [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("headers", ELSEWHERE.values(), ids=ELSEWHERE.keys())
def test_every_route_refuses_other_sites(localstack: Host, headers: Mapping[str, str]) -> None:
    """Routes that change something and those that return data; no page may read the response."""
    routes = _routes(localstack)
    assert {method for method, _ in routes} == {"DELETE", "GET", "POST"}
    answers = {
        (method, address): requests.request(
            method, address, headers=headers, json={}, timeout=HTTP_SECONDS
        )
        for method, address in routes
    }
    assert {where for where, answer in answers.items() if answer.status_code != FORBIDDEN} == set()
    assert [found for answer in answers.values() for found in _shared(answer)] == []


def test_the_list_of_routes_has_those_of_every_plug_in(localstack: Host) -> None:
    """It is read from the router, so what the test before this one asks is all that there is."""
    routes = {(method, urlsplit(address).path) for method, address in _routes(localstack)}
    assert {
        ("DELETE", "/_wavetank/clock"),
        ("DELETE", "/_wavetank/faults/x"),
        ("POST", "/_wavetank/confirmation"),
        ("POST", "/_wavetank/firehose/flush"),
        ("POST", "/_wavetank/mailbox/x/confirm"),
        ("POST", "/_wavetank/pages/faults/revert"),
    } <= routes


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("text/plain", '{"offset_seconds": 60}'),
        ("application/x-www-form-urlencoded", "offset_seconds=60"),
        (MULTIPART, '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'),
        (None, '{"offset_seconds": 60}'),
    ],
)
def test_a_body_that_any_page_can_send_is_refused(
    localstack: Host, kind: str | None, body: str
) -> None:
    """A browser sends these without a preflight, so none of them is taken for a program's."""
    answer = requests.post(
        f"{localstack.endpoint}/_wavetank/clock",
        data=body.encode(),
        headers={"Content-Type": kind} if kind else {},
        timeout=HTTP_SECONDS,
    )
    assert answer.status_code == FORBIDDEN
    clock = requests.get(f"{localstack.endpoint}/_wavetank/clock", timeout=HTTP_SECONDS).json()
    assert clock == {"offset_seconds": 0.0}


def test_a_browser_that_asks_first_gets_no_leave(localstack: Host) -> None:
    """What precedes a request of another site's that could carry JSON."""
    headers = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "POST"}
    answer = requests.options(
        f"{localstack.endpoint}/_wavetank/clock", headers=headers, timeout=HTTP_SECONDS
    )
    assert (answer.status_code, _shared(answer)) == (FORBIDDEN, [])


@pytest.mark.parametrize(
    "path", ["//_wavetank/clock", "/%5Fwavetank/clock", "/x/../_wavetank/clock"]
)
def test_no_other_spelling_of_the_path_leads_past_the_door(localstack: Host, path: str) -> None:
    """The clock of the sandbox stays right, whatever is answered."""
    host, port = urlsplit(localstack.endpoint).netloc.split(":")
    address = f"http://{host}:{port}"
    request = requests.Request("POST", address, json={"offset_seconds": 60}).prepare()
    request.url = f"{address}{path}"
    request.headers["Origin"] = "http://localhost:3000"
    with requests.Session() as session:
        answer = session.send(request, timeout=HTTP_SECONDS, allow_redirects=False)
    assert answer.status_code >= 300
    clock = requests.get(f"{localstack.endpoint}/_wavetank/clock", timeout=HTTP_SECONDS).json()
    assert clock == {"offset_seconds": 0.0}


def test_a_link_from_elsewhere_opens_a_page_and_programs_are_answered(localstack: Host) -> None:
    """A reader's mail may lead to the confirmation, and no browser is needed for anything."""
    followed = {
        "Sec-Fetch-Site": "cross-site",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
    }
    opened = requests.get(
        f"{localstack.endpoint}/_wavetank/", headers=followed, timeout=HTTP_SECONDS
    )
    assert opened.status_code == 200
    framed = requests.get(
        f"{localstack.endpoint}/_wavetank/",
        headers=followed | {"Sec-Fetch-Dest": "iframe"},
        timeout=HTTP_SECONDS,
    )
    assert framed.status_code == FORBIDDEN
    assert "flush" not in SandboxControls(localstack.endpoint).streams()


@pytest.mark.parametrize("path", ["", "mailbox", "routes", "pages/assets/pages.js", "nothing"])
def test_every_answer_forbids_what_a_page_does_not_need(localstack: Host, path: str) -> None:
    """No script from anywhere else or within the page, no frame around it, no copy of it."""
    headers = requests.get(f"{localstack.endpoint}/_wavetank/{path}", timeout=HTTP_SECONDS).headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
