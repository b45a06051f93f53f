"""Answers handlers' HTTP requests to the web without a network, whichever library sends them.

Libraries for HTTP in Python resolve a name, connect a socket, and wrap it for TLS. In handlers'
threads these three steps succeed without a packet, and what is then sent is read as HTTP. Other
protocols are refused by the address; sockets of the host itself, and those for datagrams, work.
"""

import io
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.client import parse_headers, responses
from typing import Any
from weakref import WeakKeyDictionary

from wavetank.core.errors import UsageError
from wavetank.core.http_call import HttpAnswer
from wavetank.core.http_types import HttpRequest, UnsupportedCall
from wavetank.emulator.patches import patch_of
from wavetank.engines.simulator.environment import is_a_handlers_thread

HERE = ("127.", "::1", "localhost")
HEAD_END = b"\r\n\r\n"
TLS_PORT = 443

type Answer = Callable[[HttpRequest], HttpAnswer]


class _Conversation:
    """What a handler sends to a host, and what it has yet to read of the answer."""

    def __init__(self, host: str, port: int, answer: Answer) -> None:
        self.is_encrypted = False
        self._host = host
        self._port = port
        self._answer = answer
        self._sent = bytearray()
        self._unread = io.BytesIO()
        self._is_answered = False

    def send(self, data: Any) -> None:
        self._sent += bytes(data)

    def stream(self) -> io.BytesIO:
        """The answer to what was sent, from its beginning."""
        self._unread = io.BytesIO(_encoded(self._answer(self._request())))
        self._sent.clear()
        self._is_answered = True
        return self._unread

    def receive(self, count: int) -> bytes:
        """At most so many bytes of the answer, which is made when the first one is read."""
        received = b"" if self._sent else self._unread.read(count)
        if received or (self._is_answered and not self._sent):
            return received
        return self.stream().read(count)

    def _request(self) -> HttpRequest:
        head, end, body = bytes(self._sent).partition(HEAD_END)
        line, _, fields = head.partition(b"\r\n")
        words = line.decode("latin-1").split(" ")
        if not end or len(words) != 3 or not words[2].startswith("HTTP/"):  # noqa: PLR2004 - method, target, version
            raise self._refusal()
        headers = dict(parse_headers(io.BytesIO(fields + HEAD_END)).items())
        scheme = "https" if self.is_encrypted else "http"
        port = "" if self._port == (TLS_PORT if self.is_encrypted else 80) else f":{self._port}"
        url = f"{scheme}://{self._host}{port}{words[1]}"
        return HttpRequest(words[0], url, headers, _body(headers, body))

    def _refusal(self) -> UnsupportedCall:
        return UnsupportedCall(
            UsageError(
                "a handler that speaks HTTP to other hosts",
                f"a connection to {self._host}:{self._port} for another protocol",
                "replace the client by one of your own in the test",
            )
        )


CONVERSATIONS: WeakKeyDictionary[socket.socket, _Conversation] = WeakKeyDictionary()
"""By the socket that the handler believes to be connected."""


class AnsweredSocket(socket.socket):
    """A connected socket of a handler; a plain one becomes one of these."""

    __slots__ = ()

    def sendall(self, data: Any, *_: Any) -> None:
        CONVERSATIONS[self].send(data)

    def send(self, data: Any, *_: Any) -> int:
        CONVERSATIONS[self].send(data)
        return len(data)

    def recv(self, bufsize: int, *_: Any) -> bytes:
        return CONVERSATIONS[self].receive(bufsize)

    def recv_into(self, buffer: Any, nbytes: int = 0, *_: Any) -> int:
        received = CONVERSATIONS[self].receive(nbytes or len(buffer))
        buffer[: len(received)] = received
        return len(received)

    def makefile(self, mode: str = "r", *_: Any, **__: Any) -> Any:
        del mode
        return CONVERSATIONS[self].stream()

    def shutdown(self, how: int) -> None:
        del how

    def version(self) -> str:
        """The version of TLS, as an encrypted socket has it."""
        return "TLSv1.3"

    def selected_alpn_protocol(self) -> None:
        """None: HTTP/1.1."""

    def getpeercert(self, binary_form: bool = False) -> Any:  # noqa: FBT001, FBT002 - as ssl has it
        return b"" if binary_form else {}


@contextmanager
def answered_web(answer: Answer) -> Iterator[None]:
    """Answer handlers' requests by the function while the body runs."""
    with ExitStack() as stack:
        for target, replacement in _replacements(answer).items():
            stack.enter_context(patch_of(target).replaced(replacement))
        yield


def _replacements(answer: Answer) -> Mapping[str, Callable[..., Any]]:
    resolve = patch_of("socket:getaddrinfo").current()
    connect = patch_of("socket:socket.connect").current()
    wrap = patch_of("ssl:SSLContext.wrap_socket").current()

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if not is_a_handlers_thread() or _is_here(host):
            return resolve(host, port, *rest, **more)
        number = int(port) if str(port or 0).isdecimal() else {"https": TLS_PORT}.get(port, 80)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, socket.IPPROTO_TCP, "", (str(host), number))]

    def connected(self: socket.socket, address: Any) -> None:
        is_stream = self.type == socket.SOCK_STREAM and isinstance(address, tuple)
        if not (is_a_handlers_thread() and is_stream) or _is_here(address[0]):
            connect(self, address)
            return
        self.__class__ = AnsweredSocket
        CONVERSATIONS[self] = _Conversation(str(address[0]), address[1], answer)

    def wrap_socket(self: ssl.SSLContext, sock: socket.socket, *rest: Any, **more: Any) -> Any:
        if not isinstance(sock, AnsweredSocket):
            return wrap(self, sock, *rest, **more)
        CONVERSATIONS[sock].is_encrypted = True
        return sock

    return {
        "socket:getaddrinfo": getaddrinfo,
        "socket:socket.connect": connected,
        "ssl:SSLContext.wrap_socket": wrap_socket,
    }


def _is_here(host: Any) -> bool:
    return not host or str(host).startswith(HERE)


def _body(headers: Mapping[str, str], sent: bytes) -> bytes:
    """The body of a request, of which chunks are joined."""
    named = {name.lower(): value for name, value in headers.items()}
    if named.get("transfer-encoding", "").lower() != "chunked":
        return sent
    joined, rest = b"", sent
    while rest:
        size, _, rest = rest.partition(b"\r\n")
        count = int(size.partition(b";")[0], 16)
        joined, rest = joined + rest[:count], rest[count + 2 :]
    return joined


def _encoded(answer: HttpAnswer) -> bytes:
    """The answer as it is sent; the connection ends with it."""
    own = {"connection": "close", "content-length": str(len(answer.body))}
    fields = {**{name.lower(): value for name, value in answer.headers.items()}, **own}
    lines = [f"HTTP/1.1 {answer.status} {responses.get(answer.status, '')}"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    lines += [f"set-cookie: {cookie}" for cookie in answer.cookies]
    return "\r\n".join(lines).encode("latin-1") + HEAD_END + answer.body
