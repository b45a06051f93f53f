"""Requests of handlers to the web are answered without a network, whichever library sends them."""

import http.client
import importlib.util
import socket
import urllib.request
from collections.abc import Callable, Iterator

import pytest
import requests
from pytest_socket import disable_socket, enable_socket

from wavetank.core import patching
from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer
from wavetank.core.http_types import HttpRequest, UnsupportedCall
from wavetank.emulator.patches import patch_of
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

    monkeypatch.setattr(patching, "_CHECKED", {})
    disable_socket()  # as where another test was the first with a simulator
    for target in ("socket:socket.connect", "socket:socket.connect_ex"):
        patch_of(target).check()
    enable_socket()
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


LOOKUPS: tuple[Callable[[str], object], ...] = (
    lambda host: socket.getaddrinfo(host, 80)[0][4],
    lambda host: (socket.gethostbyname(host), 80),
    lambda host: (socket.gethostbyname_ex(host)[2][0], 80),
    lambda host: (socket.gethostbyaddr(host)[0], 80),
    lambda host: (socket.getnameinfo((host, 80), 0)[0], 80),
)


@pytest.mark.parametrize("host", ["a.example", "localhost.example", "127.example", "8.8.8.8"])
@pytest.mark.parametrize("look_up", LOOKUPS)
def test_no_name_is_looked_up(
    received: list[HttpRequest], look_up: Callable[[str], object], host: str
) -> None:
    """Whichever function of Python is asked, a name leads to itself; so do addresses."""
    assert look_up(host) == (host, 80)
    assert received == []


@pytest.mark.parametrize("connect", [socket.socket.connect_ex, socket.socket.connect])
def test_a_socket_that_is_connected_without_an_error_is_answered(
    received: list[HttpRequest], connect: Callable[[socket.socket, object], int | None]
) -> None:
    """As by libraries that do not block."""
    with socket.socket() as made:
        assert not getattr(made, connect.__name__)(("localhost.example", 80))
        made.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert made.recv(100).startswith(b"HTTP/1.1 201 ")
    assert [each.url for each in received] == ["http://localhost.example/"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", "127.0.0.1", "127.8.8.8", b"127.0.0.1"])
def test_the_host_itself_is_reached(received: list[HttpRequest], host: str | bytes) -> None:
    """By its name and by any loopback address."""
    with socket.create_server(("", 0)) as server, socket.socket() as made:
        assert made.connect_ex((host, server.getsockname()[1])) == 0
        assert type(made) is socket.socket
    assert socket.gethostbyname("localhost").startswith("127.")
    assert received == []


def test_sockets_are_answered_whenever_the_module_is_imported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """pytest-socket may block sockets then; a socket could not become one of a blocked class."""
    monkeypatch.setattr(patching, "_CHECKED", {})
    spec = importlib.util.find_spec(web_requests.__name__)
    assert spec is not None
    assert spec.loader is not None
    imported = importlib.util.module_from_spec(spec)
    disable_socket()
    spec.loader.exec_module(imported)
    enable_socket()
    assert imported.AnsweredSocket.__bases__ == (socket.socket,)
