"""The requests of AWS's Lambda Runtime API, from its process and from any other client.

Every program of the host can connect to loopback, including other functions and, by a name that
resolves to it, web pages. Only the process has the secret. So a request is only served, and its
body read, after its path, its `Host` and its headers have proved that it is the process's; and the
memory that the process itself can make LocalStack use is limited.
[Lambda quotas: gettingstarted-limits]
"""

import io
import secrets
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from http.client import LineTooLong
from http.server import BaseHTTPRequestHandler
from typing import Any

from wavetank.emulator.lambda_.outcome import RESPONSE_BYTES_MAX

PREFIX = "/2018-06-01/runtime/"
HEADERS_BYTES_MAX = 256 * 1024
LENGTH_DIGITS_MAX = 15
STRANGERS_MAX = 256
"""More than the functions that start at the same time."""
STRANGER_SECONDS = 30.0
"""The time in which a request must arrive; the process sends its own at once."""
OF_A_BROWSER = ("Origin", "Sec-Fetch-Site")


@dataclass(frozen=True, kw_only=True)
class RuntimeEvent:
    """An invocation as the Runtime API returns it; the deadline is in epoch milliseconds."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str
    deadline_ms: int


class ReplyKind(Enum):
    """The kind of message that a function's process posts: a response or an error."""

    RESPONSE = "response"
    ERROR = "error"
    INIT_ERROR = "init/error"
    TOO_LARGE = "too large"


@dataclass(frozen=True)
class Reply:
    """A response or error that a function's process posted; without its body if too large."""

    kind: ReplyKind
    body: bytes


class UnauthenticatedConnections:
    """Connections to Runtime APIs that have not shown the API's secret yet.

    With too many, of all APIs together, the oldest is closed: a process shows its secret with its
    first bytes, so connections without it cannot keep it out.
    """

    def __init__(self, most: int = STRANGERS_MAX) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._connections: dict[socket.socket, None] = {}

    def add(self, connection: socket.socket) -> None:
        """Add a new connection."""
        with self._lock:
            self._connections[connection] = None
            while len(self._connections) > self._most:
                oldest = next(iter(self._connections))
                del self._connections[oldest]
                with suppress(OSError):  # the connection has ended by itself
                    oldest.shutdown(socket.SHUT_RDWR)

    def discard(self, connection: socket.socket) -> None:
        """Remove a connection that has shown the secret, or has ended."""
        with self._lock:
            self._connections.pop(connection, None)


UNAUTHENTICATED = UnauthenticatedConnections()
"""The connections of all environments of this LocalStack."""


class _Headers(io.BytesIO):
    """The lines of a request's headers, up to a total size."""

    def __init__(self, stream: io.BufferedIOBase) -> None:
        super().__init__()
        self._stream = stream
        self._left = HEADERS_BYTES_MAX

    def readline(self, size: int | None = -1, /) -> bytes:
        line = self._stream.readline(-1 if size is None else size)
        self._left -= len(line)
        if self._left < 0:
            raise LineTooLong("header")
        return line


class RuntimeConnection(BaseHTTPRequestHandler):
    """A connection of a function's process to its Runtime API, kept open for many requests."""

    protocol_version = "HTTP/1.1"
    timeout = STRANGER_SECONDS
    server: Any  # the base class wants a socketserver; ours is the RuntimeApi

    def parse_request(self) -> bool:
        stream, self.rfile = self.rfile, _Headers(self.rfile)
        try:
            return super().parse_request() and self._is_admitted()
        finally:
            self.rfile = stream

    def handle_expect_100(self) -> bool:
        return self._is_admitted() and super().handle_expect_100()

    def do_GET(self) -> None:
        if self._path() != f"{PREFIX}invocation/next":
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        event = self.server.next_event()
        if event is None:
            self.close_connection = True
            return
        self._answer(
            HTTPStatus.OK,
            event.payload,
            {
                "Lambda-Runtime-Aws-Request-Id": event.request_id,
                "Lambda-Runtime-Deadline-Ms": str(event.deadline_ms),
                "Lambda-Runtime-Invoked-Function-Arn": event.function_arn,
                "Lambda-Runtime-Trace-Id": event.trace_id,
            },
        )

    def do_POST(self) -> None:
        match self._path().removeprefix(PREFIX).split("/"):
            case ["init", "error"]:
                self._receive(None, ReplyKind.INIT_ERROR)
            case ["invocation", request_id, "response"]:
                self._receive(request_id, ReplyKind.RESPONSE)
            case ["invocation", request_id, "error"]:
                self._receive(request_id, ReplyKind.ERROR)
            case _:
                self._refuse(HTTPStatus.NOT_FOUND)

    def _is_admitted(self) -> bool:
        """Whether the request is the process's; if not, it is refused and the connection ends."""
        known = secrets.compare_digest(self._secret().encode(), self.server.secret.encode())
        is_browser = any(name in self.headers for name in OF_A_BROWSER)
        if not known or is_browser or self.headers.get_all("Host") != [self.server.host]:
            self._refuse(HTTPStatus.NOT_FOUND)
            return False
        if not self.server.admit(self.connection):
            self._refuse(HTTPStatus.TOO_MANY_REQUESTS)
            return False
        UNAUTHENTICATED.discard(self.connection)
        self.connection.settimeout(None)  # a handler may take its time between two requests
        return True

    def _secret(self) -> str:
        return self.path[1:].partition("/")[0]

    def _path(self) -> str:
        """The path without the secret, as in AWS's API."""
        return "/" + self.path[1:].partition("/")[2]

    def _receive(self, request_id: str | None, kind: ReplyKind) -> None:
        size = self._size()
        if size is None:
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
        elif not self.server.expects(request_id):
            self._refuse(HTTPStatus.BAD_REQUEST)
        elif size > RESPONSE_BYTES_MAX:
            self._discard(size)
            self.server.post(request_id, Reply(ReplyKind.TOO_LARGE, b""))
            body = b'{"errorType":"RequestEntityTooLarge"}'
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, body)
        else:
            body = self.rfile.read(size)
            taken = len(body) == size and self.server.post(request_id, Reply(kind, body))
            status = HTTPStatus.ACCEPTED if taken else HTTPStatus.BAD_REQUEST
            self._answer(status, b'{"status":"OK"}')

    def _size(self) -> int | None:
        """The size of the body; None unless the request has exactly one valid length."""
        lengths = self.headers.get_all("Content-Length", [])
        if len(lengths) != 1 or "Transfer-Encoding" in self.headers:
            return None
        digits = lengths[0].strip()
        is_number = digits.isascii() and digits.isdecimal() and len(digits) <= LENGTH_DIGITS_MAX
        return int(digits) if is_number else None

    def _discard(self, size: int) -> None:
        while size > 0 and (chunk := self.rfile.read(min(size, 65536))):
            size -= len(chunk)

    def _refuse(self, status: HTTPStatus) -> None:
        """Answer without having read the body, and end the connection."""
        self.close_connection = True
        self._answer(status, headers={"Connection": "close"})

    def _answer(
        self, status: HTTPStatus, body: bytes = b"", headers: dict[str, str] | None = None
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
        """Does nothing: a line for every poll would flood LocalStack's log."""
