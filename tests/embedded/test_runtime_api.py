"""The Runtime API over a real connection: what a function's process gets to see, and when."""

import socket

import pytest

from tests.waiting import wait_until_true
from wavetank.emulator.executor.runtime_api import Event, RuntimeApi

ASK = b"GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: runtime\r\n\r\n"
EVENT = Event(
    request_id="the-request", payload=b'"hello"', function_arn="arn", trace_id="1", deadline_ms=1
)


def test_a_process_that_asks_early_is_frozen_and_not_refused() -> None:
    """It may ask before the platform can freeze it: the question waits, and is then answered."""
    api, moments = RuntimeApi(), list[str]()
    host, port = api.address.split(":")
    with socket.create_connection((host, int(port)), timeout=0.2) as process:
        process.sendall(ASK)
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
