"""AWS's Lambda Runtime API for one execution environment, on loopback.

The function's process polls `GET /runtime/invocation/next`, which blocks until there is an event,
and posts the response or the error; `runtime_requests` has its requests.
[AWS Lambda developer guide, runtimes-api]

Two threads use it: the invoking thread (`offer`, `take_reply`) and the thread that serves the
process's connection. `wake` is readable as soon as the state changes, so that the invoking thread
can wait for this, the process's output and its end all at once.
"""

import secrets
import socket
import threading
from collections.abc import Callable
from contextlib import suppress

from wavetank.emulator.lambda_.runtime_requests import (
    UNAUTHENTICATED,
    Reply,
    RuntimeConnection,
    RuntimeEvent,
)

CONNECTIONS_MAX = 16
"""Connections of one process. AWS's runtime has one, and another for an error of the init phase."""


class RuntimeApi:
    """Server of the Lambda Runtime API for one execution environment.

    Its address exists at once, because the process is started with it, but it answers only after
    `serve`: a process that asks quickly waits until it can be frozen.
    """

    def __init__(self) -> None:
        self._on_idle: Callable[[], None] = _nothing
        self._on_busy: Callable[[], None] = _nothing
        self._changed = threading.Condition()
        self._event: RuntimeEvent | None = None
        self._in_flight: str | None = None
        self._reply: Reply | None = None
        self._closed = False
        self.ready = False
        self._idle = False
        self._connections: set[socket.socket] = set()
        self._own: set[socket.socket] = set()
        self.wake, self._wake_end = socket.socketpair()
        self.wake.setblocking(False)  # noqa: FBT003 - the standard library's signature
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.secret = secrets.token_urlsafe(16)

    @property
    def address(self) -> str:
        """The API's address for the process: a secret path on this host."""
        return f"{self.host}/{self.secret}"

    def serve(self, on_idle: Callable[[], None], on_busy: Callable[[], None]) -> None:
        """Start to answer; call `on_idle` when the process waits for an event, `on_busy` after."""
        self._on_idle, self._on_busy = on_idle, on_busy
        threading.Thread(target=self._accept, name="lambda-runtime-api", daemon=True).start()

    def offer(self, event: RuntimeEvent) -> None:
        """Give the process its next event, which it receives when it asks."""
        with self._changed:
            self._event, self._in_flight, self._reply = event, event.request_id, None
            self._changed.notify_all()

    def take_reply(self) -> Reply | None:
        """The process's reply since the last event was offered, if any."""
        self._drain()
        with self._changed:
            return self._reply

    def is_idle(self) -> bool:
        """Whether the process waits for its next event."""
        self._drain()
        with self._changed:
            return self._idle

    def admit(self, connection: socket.socket) -> bool:
        """Accept a connection as the process's own, unless it has too many."""
        with self._changed:
            if len(self._own | {connection}) > CONNECTIONS_MAX:
                return False
            self._own.add(connection)
            return True

    def expects(self, request_id: str | None) -> bool:
        """Whether a reply to the request would be accepted; None is an error of the init phase."""
        with self._changed:
            return request_id is None or request_id == self._in_flight

    def close(self) -> None:
        """End every connection; requests of the process fail from then on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            connections = list(self._connections)
        for connection in (self._listener, *connections):
            with suppress(OSError):  # the connection has ended by itself
                connection.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.wake.close()
        self._wake_end.close()

    def next_event(self) -> RuntimeEvent | None:
        """Block until there is an event; returns None if the environment is closed meanwhile."""
        with self._changed:
            self.ready = self._idle = True
            self._wake()
            if self._event is None and not self._closed:
                self._on_idle()
                self._changed.wait_for(lambda: self._event is not None or self._closed)
                self._on_busy()
            event, self._event, self._idle = self._event, None, False
            return event

    def post(self, request_id: str | None, reply: Reply) -> bool:
        """Accept a reply; False if it does not match an offered event."""
        with self._changed:
            if not self.expects(request_id):
                return False
            self._reply, self._in_flight = reply, None
            self._wake()
            return True

    def _drain(self) -> None:
        with suppress(BlockingIOError):
            while self.wake.recv(64):
                pass

    def _wake(self) -> None:
        with suppress(OSError):  # closed: no thread waits any more
            self._wake_end.send(b".")

    def _accept(self) -> None:
        while True:
            try:
                connection, address = self._listener.accept()
            except OSError:
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._connections.add(connection)
            UNAUTHENTICATED.add(connection)
            arguments = (connection, address)
            threading.Thread(target=self._serve, args=arguments, daemon=True).start()

    def _serve(self, connection: socket.socket, address: object) -> None:
        with connection, suppress(OSError):  # the process was killed in the middle of a request
            RuntimeConnection(connection, address, self)  # type: ignore[arg-type]  # no socketserver behind it
        UNAUTHENTICATED.discard(connection)
        self._connections.discard(connection)
        with self._changed:
            self._own.discard(connection)


def _nothing() -> None:
    """The callback for idle and busy before the process exists."""
