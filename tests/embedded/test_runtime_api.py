"""The Runtime API over a real connection: what a function's process gets to see, and when."""

import socket

import pytest

from tests.waiting import wait_until_true
from wavetank.emulator.executor.runtime_api import Event, RuntimeApi

NEXT = "GET /2018-06-01/runtime/invocation/next"
FAIL = "POST /2018-06-01/runtime/init/error"
EVENT = Event(
    request_id="the-request", payload=b'"hello"', function_arn="arn", trace_id="1", deadline_ms=1
)


def _request(line: str, host: str, *headers: str) -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()


def test_a_process_that_asks_early_is_frozen_and_not_refused() -> None:
    """It may ask before the platform can freeze it: the question waits, and is then answered."""
    api, moments = RuntimeApi(), list[str]()
    host, port = api.address.split(":")
    with socket.create_connection((host, int(port)), timeout=0.2) as process:
        process.sendall(_request(NEXT, api.address))
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


@pytest.mark.parametrize("line", [NEXT, FAIL])
@pytest.mark.parametrize(
    "header",
    ["Origin: null", "Sec-Fetch-Site: cross-site", "Referer: http://x/", "Host: evil.example"],
)
def test_a_web_page_takes_no_event_and_fails_no_environment(line: str, header: str) -> None:
    """A browser could find the port; what it sends is refused, by a rebound name too."""
    api = RuntimeApi()
    api.serve(on_idle=lambda: None, on_busy=lambda: None)
    api.offer(EVENT)
    host, port = api.address.split(":")
    name, _, value = header.partition(": ")
    asked = _request(line, value) if name == "Host" else _request(line, api.address, header)
    with socket.create_connection((host, int(port)), timeout=5) as page:
        page.sendall(asked)
        answer = b"".join(iter(lambda: page.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"hello" not in answer
    assert api.take_reply() is None
    assert api.next_event() == EVENT
    api.close()
