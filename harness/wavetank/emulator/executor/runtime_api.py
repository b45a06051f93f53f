"""AWS's Lambda Runtime API for one execution environment, on loopback.

The function's process polls `GET /runtime/invocation/next`, which blocks until there is an event,
and posts the response or the error. [AWS Lambda developer guide, runtimes-api]

Two sides meet here: the invoking thread (`offer`, `take_reply`) and the thread that serves the
process's connection. `wake` is readable as soon as there is something new to look at, so that the
invoking thread can wait for this, the process's output and its end all at once.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler
from typing import Any

from wavetank.emulator.executor.outcome import RESPONSE_BYTES_MAX
from wavetank.emulator.http_guard.policy import HttpRequest

PREFIX = "/2018-06-01/runtime/"
ACCEPTED = 202
BAD_REQUEST = 400
FORBIDDEN = 403
NOT_FOUND = 404
TOO_LARGE = 413


@dataclass(frozen=True, kw_only=True)
class Event:
    """One invocation as the Runtime API hands it over; the deadline is in epoch milliseconds."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline_ms: int


class ReplyKind(Enum):
    """What the process posted."""

    RESPONSE = "response"
    ERROR = "error"
    INIT_ERROR = "init/error"
    TOO_LARGE = "too large"


@dataclass(frozen=True)
class Reply:
    """What the process answered; `size_bytes` is that of the body even where it was not kept."""

    kind: ReplyKind
    body: bytes
    size_bytes: int


class RuntimeApi:
    """The API of one environment, from its process's start to its end.

    It has its address at once, since the process is started with it, but answers nobody before
    `serve`: a process that is quick to ask waits until it can be frozen.
    """

    def __init__(self) -> None:
        self._on_idle: Callable[[], None] = _nothing
        self._on_busy: Callable[[], None] = _nothing
        self._changed = threading.Condition()
        self._event: Event | None = None
        self._in_flight: str | None = None
        self._reply: Reply | None = None
        self._closed = False
        self.ready = False
        self._connections: set[socket.socket] = set()
        self.wake, self._wake_end = socket.socketpair()
        self.wake.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def serve(self, on_idle: Callable[[], None], on_busy: Callable[[], None]) -> None:
        """Starts to answer; `on_idle` when the process waits for an event, `on_busy` as it ends."""
        self._on_idle, self._on_busy = on_idle, on_busy
        threading.Thread(target=self._accept, name="lambda-runtime-api", daemon=True).start()

    def offer(self, event: Event) -> None:
        """Gives the process its next event; it takes it when it asks."""
        with self._changed:
            self._event, self._in_flight, self._reply = event, event.request_id, None
            self._changed.notify_all()

    def take_reply(self) -> Reply | None:
        """What the process has answered since the last event was offered, if anything."""
        with suppress(BlockingIOError):
            while self.wake.recv(64):
                pass
        with self._changed:
            return self._reply

    def close(self) -> None:
        """Ends every connection; the process finds its API gone."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            connections = list(self._connections)
        for connection in (self._listener, *connections):
            with suppress(OSError):  # it has ended by itself
                connection.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.wake.close()
        self._wake_end.close()

    def next_event(self) -> Event | None:
        """Blocks until there is an event; None when the environment is closed meanwhile."""
        with self._changed:
            self.ready = True
            self._wake()
            if self._event is None and not self._closed:
                self._on_idle()
                self._changed.wait_for(lambda: self._event is not None or self._closed)
                self._on_busy()
            event, self._event = self._event, None
            return event

    def post(self, request_id: str | None, reply: Reply) -> bool:
        """Takes an answer; False where it answers nothing that was asked."""
        with self._changed:
            if request_id != self._in_flight and reply.kind is not ReplyKind.INIT_ERROR:
                return False
            self._reply, self._in_flight = reply, None
            self._wake()
            return True

    def _wake(self) -> None:
        with suppress(OSError):  # closed: nobody waits any more
            self._wake_end.send(b".")

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(connection)
            arguments = (connection, address)
            threading.Thread(target=self._serve, args=arguments, daemon=True).start()

    def _serve(self, connection: socket.socket, address: object) -> None:
        with connection, suppress(OSError):  # the process was killed in the middle of a request
            _Connection(connection, address, self)  # type: ignore[arg-type]  # no socketserver behind it
        self._connections.discard(connection)


def _nothing() -> None:
    """What happens on idle and busy before there is a process."""


class _Connection(BaseHTTPRequestHandler):
    """One connection of the function's process, kept open over many requests."""

    protocol_version = "HTTP/1.1"
    server: Any  # the base class wants a socketserver; ours is the RuntimeApi

    def parse_request(self) -> bool:
        """Whether the request is to be answered further.

        A web page that finds the port could take an event or fail the environment, so what a
        browser sends, and what is addressed to another name (DNS rebinding), is refused.
        """
        if not super().parse_request():
            return False
        headers = {name.lower(): [value] for name, value in self.headers.items()}
        hosts = self.headers.get_all("Host", [])
        if hosts == [self.server.address] and not HttpRequest("GET", "/", headers).is_browser:
            return True
        self._answer(FORBIDDEN)
        self.close_connection = True
        return False

    def do_GET(self) -> None:
        if self.path != f"{PREFIX}invocation/next":
            self._answer(NOT_FOUND)
            return
        event = self.server.next_event()
        if event is None:
            self.close_connection = True
            return
        self._answer(
            200,
            event.payload,
            {
                "Lambda-Runtime-Aws-Request-Id": event.request_id,
                "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
                "Lambda-Runtime-Trace-Id": event.trace_id,
            },
        )

    def do_POST(self) -> None:
        path = self.path.removeprefix(PREFIX).split("/")
        size = int(self.headers.get("Content-Length") or 0)
        match path:
            case ["init", "error"]:
                self._receive(None, ReplyKind.INIT_ERROR, size)
            case ["invocation", request_id, "response"]:
                self._receive(request_id, ReplyKind.RESPONSE, size)
            case ["invocation", request_id, "error"]:
                self._receive(request_id, ReplyKind.ERROR, size)
            case _:
                self.rfile.read(size)
                self._answer(NOT_FOUND)

    def _receive(self, request_id: str | None, kind: ReplyKind, size: int) -> None:
        if size > RESPONSE_BYTES_MAX:
            self._discard(size)
            self.server.post(request_id, Reply(ReplyKind.TOO_LARGE, b"", size))
            self._answer(TOO_LARGE, b'{"errorType":"RequestEntityTooLarge"}')
            return
        taken = self.server.post(request_id, Reply(kind, self.rfile.read(size), size))
        self._answer(ACCEPTED if taken else BAD_REQUEST, b'{"status":"OK"}')

    def _discard(self, size: int) -> None:
        while size > 0 and (chunk := self.rfile.read(min(size, 65536))):
            size -= len(chunk)

    def _answer(
        self, status: int, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        self.send_response_only(status)
        # AWS's runtime client crashes with SIGSEGV where an answer has no Content-Type.
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Says nothing: a line for every poll would drown LocalStack's log."""
