"""Answers handlers' HTTP requests to the web without a network, whichever library sends them.

Libraries for HTTP in Python resolve a name, connect a socket, and wrap it for TLS. In handlers'
threads these three steps succeed without a packet, and what is then sent is read as HTTP. Other
protocols are refused by the address; sockets of the host itself, and those for datagrams, work.
"""

import io
import ipaddress
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

HERE = "localhost"
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


# pytest-socket may have replaced `socket.socket` while this module is imported
SOCKET = patch_of("socket:socket.connect").owner()


class AnsweredSocket(SOCKET):  # type: ignore[misc, valid-type]  # a variable
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
    return {**_lookups(), **_connections(answer)}


def _lookups() -> Mapping[str, Callable[..., Any]]:
    """The functions that ask for names and addresses: in handlers' threads a host is its own."""
    resolve = patch_of("socket:getaddrinfo").current()
    name_of = patch_of("socket:getnameinfo").current()

    def getaddrinfo(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if not _is_elsewhere(host):
            return resolve(host, port, *rest, **more)
        number = int(port) if str(port or 0).isdecimal() else {"https": TLS_PORT}.get(port, 80)
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, socket.IPPROTO_TCP, "", (_text(host), number))]

    def getnameinfo(sockaddr: Any, flags: int) -> Any:
        elsewhere = _is_elsewhere(sockaddr[0])
        return (_text(sockaddr[0]), sockaddr[1]) if elsewhere else name_of(sockaddr, flags)

    def lookup(name: str, found: Callable[[str], object]) -> Callable[[Any], Any]:
        stock = patch_of(f"socket:{name}").current()
        return lambda host: found(_text(host)) if _is_elsewhere(host) else stock(host)

    return {
        "socket:getaddrinfo": getaddrinfo,
        "socket:getnameinfo": getnameinfo,
        "socket:gethostbyname": lookup("gethostbyname", lambda host: host),
        "socket:gethostbyname_ex": lookup("gethostbyname_ex", lambda host: (host, [], [host])),
        "socket:gethostbyaddr": lookup("gethostbyaddr", lambda host: (host, [], [host])),
    }


def _connections(answer: Answer) -> Mapping[str, Callable[..., Any]]:
    connect = patch_of("socket:socket.connect").current()
    connect_ex = patch_of("socket:socket.connect_ex").current()
    wrap = patch_of("ssl:SSLContext.wrap_socket").current()

    def is_answered(self: socket.socket, address: Any) -> bool:
        is_stream = self.type == socket.SOCK_STREAM and isinstance(address, tuple)
        if not is_stream or not _is_elsewhere(address[0]):
            return False
        self.__class__ = AnsweredSocket
        CONVERSATIONS[self] = _Conversation(_text(address[0]), address[1], answer)
        return True

    def connected(self: socket.socket, address: Any) -> None:
        if not is_answered(self, address):
            connect(self, address)

    def connected_ex(self: socket.socket, address: Any) -> int:
        return 0 if is_answered(self, address) else connect_ex(self, address)

    def wrap_socket(self: ssl.SSLContext, sock: socket.socket, *rest: Any, **more: Any) -> Any:
        if not isinstance(sock, AnsweredSocket):
            return wrap(self, sock, *rest, **more)
        CONVERSATIONS[sock].is_encrypted = True
        return sock

    return {
        "socket:socket.connect": connected,
        "socket:socket.connect_ex": connected_ex,
        "ssl:SSLContext.wrap_socket": wrap_socket,
    }


def _is_elsewhere(host: Any) -> bool:
    """Whether the caller is a handler, and the host is not the one that it runs on."""
    return is_a_handlers_thread() and bool(host) and not _is_here(_text(host))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == HERE


def _text(host: Any) -> str:
    return host.decode() if isinstance(host, bytes | bytearray) else str(host)


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
