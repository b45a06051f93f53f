"""The Runtime API over a real connection: what a function's process gets to see, and when."""

import socket

import pytest

from tests.waiting import wait_until_true
from wavetank.emulator.executor.runtime_api import Event, RuntimeApi

PATH = "2018-06-01/runtime/invocation/next"
EVENT = Event(
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
