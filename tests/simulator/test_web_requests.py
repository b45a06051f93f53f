"""Requests of handlers to the web are answered without a network, whichever library sends them."""

import http.client
import urllib.request
from collections.abc import Callable, Iterator

import pytest
import requests

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer
from wavetank.core.http_types import HttpRequest, UnsupportedCall
from wavetank.engines.simulator import web_requests
from wavetank.engines.simulator.web_requests import answered_web

BODY = b"x" * 100_000


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[HttpRequest]]:
    """The requests of this thread, as of a handler's; each is answered with their number."""
    found: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        found.append(request)
        return HttpAnswer(201, {"X-A": "b"}, f"answer {len(found)}".encode(), ("k=v",))

    monkeypatch.setattr(web_requests, "is_a_handlers_thread", lambda: True)
    with answered_web(answer):
        yield found


def by_urllib(url: str, body: bytes) -> tuple[int, str]:
    """What the standard library gets."""
    with urllib.request.urlopen(url, body) as answer:  # noqa: S310 - of this test
        return answer.status, answer.read().decode()


def by_requests(url: str, body: bytes) -> tuple[int, str]:
    """What requests gets with one connection for two requests."""
    with requests.Session() as session:
        session.trust_env = False
        session.get("http://other.example")
        answer = session.post(url, data=body)
        assert (answer.headers["X-A"], answer.cookies["k"]) == ("b", "v")
        return answer.status_code, answer.text


def by_chunks(url: str, body: bytes) -> tuple[int, str]:
    """The same for a body whose length is not known before."""
    answer = requests.post(url, data=iter([body[:10], body[10:]]), timeout=5)
    return answer.status_code, answer.text


@pytest.mark.parametrize("url", ["http://a.example/b?c=d", "https://a.example:8443/b?c=d"])
@pytest.mark.parametrize("send", [by_urllib, by_requests, by_chunks])
def test_a_request_is_answered(
    received: list[HttpRequest], send: Callable[[str, bytes], tuple[int, str]], url: str
) -> None:
    """With its method, URL and body, over TLS too."""
    status, text = send(url, BODY)
    last = received[-1]
    assert (last.method, last.url, last.body) == ("POST", url, BODY)
    assert (status, text) == (201, f"answer {len(received)}")


def test_a_connection_is_used_twice(received: list[HttpRequest]) -> None:
    """The second request is not taken for a part of the first."""
    connection = http.client.HTTPConnection("a.example")
    for path in ("/1", "/2"):
        connection.request("GET", path)
        connection.getresponse().read()
    assert [each.url for each in received] == ["http://a.example/1", "http://a.example/2"]


def test_other_protocols_are_refused_by_the_address(received: list[HttpRequest]) -> None:
    """A handler that waits for a server's greeting would get none."""
    connection = http.client.HTTPConnection("db.example", 3306)
    connection.connect()
    connection.sock.sendall(b"\x00hello")
    with pytest.raises(UnsupportedCall) as caught:
        connection.sock.recv(10)
    connection.close()
    assert isinstance(caught.value.error, UsageError)
    assert "db.example:3306" in str(caught.value.error)
    assert received == []
