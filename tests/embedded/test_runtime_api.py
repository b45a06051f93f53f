"""The Runtime API over a real connection: what a function's process gets to see, and when."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.waiting import wait_until_true
from wavetank.emulator.lambda_ import runtime_api, runtime_requests
from wavetank.emulator.lambda_.runtime_api import CONNECTIONS_MAX, RuntimeApi
from wavetank.emulator.lambda_.runtime_requests import (
    HEADERS_BYTES_MAX,
    RuntimeEvent,
    UnauthenticatedConnections,
)

PATH = "2018-06-01/runtime/invocation/next"
EVENT = RuntimeEvent(
    request_id="the-request", payload=b'"hello"', function_arn="arn", trace_id="1", deadline_ms=1
)


def _connect(api: RuntimeApi) -> socket.socket:
    host, port = api.host.split(":")
    return socket.create_connection((host, int(port)), timeout=0.2)


def _request(api: RuntimeApi, secret: str, host: str = "", header: str = "") -> bytes:
    lines = [f"GET /{secret}/{PATH} HTTP/1.1", f"Host: {host or api.host}", header]
    return "\r\n".join([*filter(None, lines), "", ""]).encode()


def test_a_process_that_asks_early_is_frozen_and_not_refused() -> None:
    """It may ask before the platform can freeze it: the question waits, and is then answered."""
    api, moments = RuntimeApi(), list[str]()
    with _connect(api) as process:
        process.sendall(_request(api, api.secret))
        with pytest.raises(TimeoutError):
            process.recv(1)
        api.serve(on_idle=lambda: moments.append("idle"), on_busy=lambda: moments.append("busy"))
        wait_until_true(lambda: moments == ["idle"], "the process to be frozen")
        api.offer(EVENT)
        process.settimeout(5)
        answer = process.recv(65536)
    api.close()
    assert b"Lambda-Runtime-Aws-Request-Id: the-request" in answer
    assert moments == ["idle", "busy"]


@pytest.mark.parametrize(
    ("secret", "host", "header"),
    [
        ("guess", "", ""),
        ("", "", ""),
        ("known", "evil.example", ""),
        ("known", "", "Origin: http://evil.example"),
        ("known", "", "Sec-Fetch-Site: cross-site"),
    ],
)
def test_only_the_process_itself_gets_its_events(secret: str, host: str, header: str) -> None:
    """Another function that tries the port, and a web page, are refused, and take no event."""
    api = RuntimeApi()
    api.serve(on_idle=lambda: None, on_busy=lambda: None)
    api.offer(EVENT)
    with _connect(api) as stranger:
        stranger.settimeout(5)
        stranger.sendall(_request(api, api.secret if secret == "known" else secret, host, header))
        answer = stranger.recv(65536)
    with _connect(api) as process:
        process.settimeout(5)
        process.sendall(_request(api, api.secret))
        own = process.recv(65536)
    api.close()
    assert answer.startswith(b"HTTP/1.1 404")
    assert b"the-request" in own


RESPONSE = "2018-06-01/runtime/invocation/the-request/response"


@pytest.fixture
def serving() -> Iterator[RuntimeApi]:
    """An API whose process has been offered an event."""
    api = RuntimeApi()
    api.serve(on_idle=lambda: None, on_busy=lambda: None)
    api.offer(EVENT)
    yield api
    api.close()


def _post(api: RuntimeApi, path: str, *headers: str) -> bytes:
    """The head of a request; its body is not there yet."""
    return "\r\n".join([f"POST /{path} HTTP/1.1", f"Host: {api.host}", *headers, "", ""]).encode()


def _answer(api: RuntimeApi, head: bytes) -> bytes:
    """All that comes back for the head of a request until the connection is closed."""
    with _connect(api) as connection:
        connection.settimeout(5)
        connection.sendall(head)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


@pytest.mark.parametrize(
    ("secret", "header"),
    [
        ("guess", "Accept: */*"),
        ("", "Accept: */*"),
        ("known", "Origin: http://evil.example"),
        ("known", "Sec-Fetch-Site: cross-site"),
        ("known", "Host: evil.example"),
        ("guess", "Expect: 100-continue"),
    ],
)
def test_nothing_is_read_of_a_strangers_body(serving: RuntimeApi, secret: str, header: str) -> None:
    """It is refused and cut off by its head: a web page could fill LocalStack's memory."""
    path = f"{serving.secret if secret == 'known' else secret}/{RESPONSE}"
    head = _post(serving, path, header, "Content-Length: 8000000000")
    assert _answer(serving, head).startswith(b"HTTP/1.1 404")
    assert serving.take_reply() is None


@pytest.mark.parametrize(
    "headers",
    [
        [],
        ["Content-Length: -1"],
        ["Content-Length: +1"],
        ["Content-Length: 1_0"],
        ["Content-Length: one"],
        ["Content-Length: \u0663"],
        ["Content-Length: 1, 1"],
        ["Content-Length: 9" + "0" * 5000],
        ["Content-Length: 1", "Content-Length: 2"],
        ["Content-Length: 1", "Transfer-Encoding: chunked"],
    ],
)
def test_a_body_without_a_plain_length_is_refused(serving: RuntimeApi, headers: list[str]) -> None:
    """-1 was read until the end of the connection, into memory."""
    head = _post(serving, f"{serving.secret}/{RESPONSE}", *headers)
    assert _answer(serving, head).startswith(b"HTTP/1.1 411")
    assert serving.take_reply() is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("2018-06-01/runtime/invocation/another/response", b"400"),
        ("2018-06-01/runtime/invocation/another/error", b"400"),
        ("2018-06-01/runtime/elsewhere", b"404"),
    ],
)
def test_nothing_is_read_of_an_answer_to_nothing(
    serving: RuntimeApi, path: str, status: bytes
) -> None:
    """Though the process itself sends it."""
    head = _post(serving, f"{serving.secret}/{path}", "Content-Length: 8000000000")
    assert _answer(serving, head).startswith(b"HTTP/1.1 " + status)


def test_headers_are_limited(serving: RuntimeApi) -> None:
    """They are read before it is known who sends them."""
    header = "X: " + "a" * 60_000
    head = _post(serving, f"guess/{RESPONSE}", *[header] * (HEADERS_BYTES_MAX // len(header) + 1))
    assert _answer(serving, head[:-2]).startswith(b"HTTP/1.1 431")


def test_connections_that_show_no_secret_keep_no_process_out(
    serving: RuntimeApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest are closed, and the process is served."""
    few = UnauthenticatedConnections(most=8)
    for module in (runtime_api, runtime_requests):
        monkeypatch.setattr(module, "UNAUTHENTICATED", few)
    with ExitStack() as stack:
        strangers = [stack.enter_context(_connect(serving)) for _ in range(12)]
        wait_until_true(lambda: _is_closed(strangers[3]), "the oldest to be closed")
        assert not _is_closed(strangers[4])
        process = stack.enter_context(_connect(serving))
        process.settimeout(5)
        process.sendall(_request(serving, serving.secret))
        assert b"the-request" in process.recv(65536)


def test_a_process_has_a_limited_number_of_connections(serving: RuntimeApi) -> None:
    """Each may hold a response in LocalStack's memory, and a thread."""
    head = _post(
        serving, f"{serving.secret}/{RESPONSE}", "Content-Length: 10", "Expect: 100-continue"
    )
    with ExitStack() as stack:
        for _ in range(CONNECTIONS_MAX):
            connection = stack.enter_context(_connect(serving))
            connection.settimeout(5)
            connection.sendall(head)
            assert b"100 Continue" in connection.recv(65536)
        assert _answer(serving, head).startswith(b"HTTP/1.1 429")


def _is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)  # noqa: FBT003 - the standard library's signature
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except ConnectionResetError:
        return True
