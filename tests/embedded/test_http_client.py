"""Requests to real endpoints: their addresses, and the limits of time and size."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest

from wavetank.emulator.firehose.buffer import Batch
from wavetank.emulator.firehose.http_client import ANSWER_BYTES_MAX, post
from wavetank.emulator.firehose.http_endpoint import EndpointError, endpoint_request
from wavetank.emulator.firehose.http_settings import HttpSettings, read_http_settings
from wavetank.emulator.firehose.stream_id import StreamId

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
BATCH = Batch(oldest=NOW, records=(b"one",), numbers=(3,))
ID = StreamId("123456789012", "eu-west-2", "a-stream")

type Answer = Callable[[socket.socket], None]


def _settings(port: int, host: str = "localhost") -> HttpSettings:
    endpoint = {"Url": f"http://{host}:{port}/path?q=1"}
    bucket = {"BucketARN": "arn:aws:s3:::bucket", "RoleARN": "role"}
    return read_http_settings({"EndpointConfiguration": endpoint, "S3Configuration": bucket})


@contextmanager
def _endpoint(answer: Answer) -> Iterator[tuple[int, list[bytes]]]:
    """The port of an endpoint, and the requests that it got; each is answered by `answer`."""
    requests: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            opened, _ = server.accept()
            with opened:
                requests.append(_received(opened))
                answer(opened)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1], requests
        thread.join(10)


def _received(opened: socket.socket) -> bytes:
    """A whole request: a connection that is closed before is reset."""
    with opened.makefile("rb") as content:
        head = b"".join(iter(content.readline, b"\r\n"))
        length = next(line for line in head.splitlines() if line.startswith(b"Content-Length"))
        return head + content.read(int(length.split()[1]))


def _response(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    return head.encode() + b"\r\n\r\n" + body


def _post(settings: HttpSettings, timeout_seconds: float = 10) -> None:
    post(settings, endpoint_request(settings, ID, BATCH, NOW), timeout_seconds)


def _failure(settings: HttpSettings, timeout_seconds: float = 10) -> str:
    with pytest.raises(EndpointError) as refused:
        _post(settings, timeout_seconds)
    return refused.value.code


def test_a_request_is_sent_to_the_path_of_the_url() -> None:
    """An answer in the documented form accepts it."""
    identifier = endpoint_request(_settings(1), ID, BATCH, NOW).id
    body = json.dumps({"requestId": identifier, "timestamp": 1}).encode()
    with _endpoint(lambda opened: opened.sendall(_response(body))) as (port, requests):
        _post(_settings(port))
    head = requests[0]
    assert head.startswith(b"POST /path?q=1 HTTP/1.1\r\n")
    assert f"Host: localhost:{port}".encode() in head


def test_a_long_answer_is_not_read_to_its_end() -> None:
    """It is in no documented form."""
    body = b" " * (ANSWER_BYTES_MAX * 2)

    def answer(opened: socket.socket) -> None:
        with suppress(OSError):  # the connection is ended before the body
            opened.sendall(_response(body))

    with _endpoint(answer) as (port, _):
        assert _failure(_settings(port)) == "HttpEndpoint.InvalidResponseFromDestination"


def test_an_endpoint_that_answers_by_single_bytes_is_timed_out() -> None:
    """The limit is that of the whole answer, not of each byte."""
    stop = threading.Event()

    def answer(opened: socket.socket) -> None:
        opened.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not stop.wait(0.02):
            with suppress(OSError):  # the connection was ended
                opened.sendall(b"x")

    with _endpoint(answer) as (port, _):
        assert _failure(_settings(port), 0.3) == "HttpEndpoint.RequestTimeout"
        stop.set()


def test_a_refused_connection_is_an_error() -> None:
    """The records are tried again."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert _failure(_settings(port)) == "HttpEndpoint.ConnectionFailed"
