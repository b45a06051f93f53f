"""Posts a request to an HTTP endpoint on this machine, within limits of time and size.

The connection is made to the address that was checked, so that a name cannot be resolved to another
one in between. No proxy is used, and no redirection is followed. Certificates are not verified,
since the endpoint is on this machine.
[Amazon Data Firehose developer guide: httpdeliveryrequestresponse]
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass

from urllib3.util import Url, parse_url

from wavetank.emulator.firehose.http_endpoint import EndpointError, EndpointRequest, check_answer
from wavetank.emulator.firehose.http_settings import (
    DOCKER_HOST,
    HttpSettings,
    host_of,
    own_ports,
    port_of,
)

TIMEOUT_SECONDS = 180.0
"""How long an endpoint may take to answer, in all. [developer guide, as above]"""
ANSWER_BYTES_MAX = 1024 * 1024
"""The longest answer that is read; the documented form has some 100 bytes."""
CONNECTION_FAILED = "HttpEndpoint.ConnectionFailed"


@dataclass(frozen=True)
class EndpointAnswer:
    """The response of an HTTP endpoint destination."""

    status: int
    content_type: str
    body: bytes


def post(
    settings: HttpSettings, request: EndpointRequest, timeout_seconds: float = TIMEOUT_SECONDS
) -> None:
    """Send the request.

    Raises:
        EndpointError: the endpoint has not accepted it, or is not on this machine.
    """
    url = parse_url(settings.url)
    try:
        with _connected(url, timeout_seconds) as opened, _deadline(opened, timeout_seconds):
            answer = _answer(url, opened, request)
    except TimeoutError as error:
        message = f"The endpoint has not answered within {timeout_seconds:g} s."
        raise EndpointError("HttpEndpoint.RequestTimeout", message) from error
    except (OSError, http.client.HTTPException) as error:
        raise EndpointError(CONNECTION_FAILED, f"{type(error).__name__}: {error}") from error
    check_answer(request, answer.status, answer.content_type, answer.body)


@contextmanager
def _connected(url: Url, timeout_seconds: float) -> Iterator[socket.socket]:
    """A connection to the host, if each of its addresses is one of this machine."""
    host, port = host_of(url), port_of(url)
    if port in own_ports():
        raise EndpointError(CONNECTION_FAILED, "The sandbox does not deliver to itself.")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(address[0]) for *_, address in found]
    if not addresses or not all(_may_reach(host, address) for address in addresses):
        raise EndpointError(CONNECTION_FAILED, f"{host} is not on this machine: {addresses}.")
    with _first_connection(addresses, port, timeout_seconds) as opened:
        yield opened


def _first_connection(addresses: list[str], port: int, timeout_seconds: float) -> socket.socket:
    """A connection to the first address that accepts one: localhost has one of each version."""
    for address in addresses[:-1]:
        try:
            return socket.create_connection((address, port), timeout_seconds)
        except ConnectionRefusedError:
            continue
    return socket.create_connection((addresses[-1], port), timeout_seconds)


def _may_reach(host: str, address: str) -> bool:
    """Whether the address is of this machine; Docker gives its host a private one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    return found.is_loopback or (host == DOCKER_HOST and found.is_private)


@contextmanager
def _deadline(opened: socket.socket, seconds: float) -> Iterator[None]:
    """End the connection when the time is over: a time-out of a socket is that of each read.

    Raises:
        TimeoutError: the time was over before the body had ended.
    """
    done, is_over = threading.Event(), threading.Event()

    def end() -> None:
        if not done.wait(seconds):
            is_over.set()
            with suppress(OSError):  # it was closed in this moment
                opened.shutdown(socket.SHUT_RDWR)

    threading.Thread(target=end, name="firehose-deadline", daemon=True).start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        if is_over.is_set():
            raise TimeoutError from error
        raise
    finally:
        done.set()
    if is_over.is_set():
        raise TimeoutError


def _answer(url: Url, opened: socket.socket, request: EndpointRequest) -> EndpointAnswer:
    connection = http.client.HTTPConnection(host_of(url), port_of(url))
    connection.sock = opened
    if url.scheme == "https":
        connection.default_port = 443  # so that the Host header has no port then
        connection.sock = _unverified().wrap_socket(opened.dup(), server_hostname=host_of(url))
    with closing(connection):
        connection.request("POST", url.request_uri, request.body, dict(request.headers))
        answer = connection.getresponse()
        body = answer.read(ANSWER_BYTES_MAX + 1)
    if len(body) > ANSWER_BYTES_MAX:
        message = f"The response of the endpoint has more than {ANSWER_BYTES_MAX} bytes."
        raise EndpointError("HttpEndpoint.InvalidResponseFromDestination", message)
    return EndpointAnswer(answer.status, answer.getheader("Content-Type", ""), body)


def _unverified() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
