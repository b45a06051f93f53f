"""A body is not received for a request that is refused, nor without a limit for any other."""

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from tests.security.attacks import REFUSAL
from tests.security.conftest import BUCKET, HTTP_SECONDS, Attacked

MIB = 2**20
SENT_BYTES = 8 * MIB
EVIL = "Origin: http://evil.example\r\nSec-Fetch-Site: cross-site\r\nContent-Type: text/plain\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"


@pytest.fixture
def connection(attacked: Attacked) -> Iterator[socket.socket]:
    """A connection to the sandbox."""
    with socket.create_connection(("127.0.0.1", attacked.port), HTTP_SECONDS) as opened:
        yield opened


def _ask(connection: socket.socket, target: str, headers: str, host: str = "localhost") -> None:
    connection.sendall(f"POST {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n".encode())


def _answer(connection: socket.socket) -> bytes:
    """All that comes until the connection ends or nothing has come for HTTP_SECONDS."""
    found = b""
    with suppress(ConnectionError):
        for data in iter(partial(connection.recv, 65536), b""):
            found += data
            if REFUSAL in found:
                break
    return found


@pytest.mark.parametrize(
    ("headers", "authority"),
    [
        (f"{EVIL}Content-Length: 4000000000\r\n", "localhost"),
        (f"{EVIL}{CHUNKED}", "localhost"),
        (f"{EVIL}Content-Length: 4000000000\r\nExpect: 100-continue\r\n", "localhost"),
        ("Content-Length: 4000000000\r\n", "evil.example"),
    ],
)
def test_a_refusal_does_not_wait_for_the_body(
    connection: socket.socket, headers: str, authority: str
) -> None:
    """It comes with the headers alone, and closes the connection."""
    _ask(connection, "/x", headers, authority)
    answer = _answer(connection)
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"\r\nConnection: close\r\n" in answer
    assert b"access-control-" not in answer.lower()


def test_what_follows_a_refusal_is_dropped(connection: socket.socket) -> None:
    """The server holds nothing of it, on the disk or in memory, and answers others."""
    _ask(connection, "/x", f"{EVIL}Content-Length: 4000000000\r\n")
    assert _answer(connection).startswith(b"HTTP/1.1 403 ")
    with suppress(ConnectionError):
        for _ in range(SENT_BYTES // MIB):
            connection.sendall(bytes(MIB))
    assert _stored_bytes(connection) < MIB


def _stored_bytes(connection: socket.socket) -> int:
    """What the processes of this user that listen on the connection's port hold in deleted files.

    A body is stored in a temporary file without a name.
    """
    inode = _listening_inode(connection.getpeername()[1])
    owners = [
        folder
        for folder in Path("/proc").glob("[0-9]*/fd")
        if any(_target(each) == f"socket:[{inode}]" for each in _files(folder))
    ]
    assert owners
    deleted = [
        each for folder in owners for each in _files(folder) if _target(each).endswith("(deleted)")
    ]
    return sum(each.stat().st_size for each in deleted)


def _files(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _target(link: Path) -> str:
    try:
        return os.readlink(link)  # noqa: PTH115 - what is no path, such as a socket, stays as it is
    except OSError:
        return ""


def _listening_inode(port: int) -> str:
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return next(line[9] for line in lines if line[1].endswith(f":{port:04X}") and line[3] == "0A")


@pytest.mark.parametrize("service", ["sqs", "lambda", "dynamodb"])
def test_a_service_s_body_has_a_limit(connection: socket.socket, service: str) -> None:
    """That of AWS's longest request except S3's, for every caller."""
    scope = f"20260101/eu-west-1/{service}/aws4_request"
    signed = f"Authorization: AWS4-HMAC-SHA256 Credential=test/{scope}\r\n"
    _ask(connection, "/", f"{signed}Content-Length: {100 * MIB}\r\n")
    assert _answer(connection).startswith(b"HTTP/1.1 413 ")


def test_a_body_of_unknown_length_has_the_same_limit(connection: socket.socket) -> None:
    """It is counted as it comes."""
    _ask(connection, "/", f"X-Amz-Target: AmazonSQS.SendMessage\r\n{CHUNKED}")
    chunk = b"%x\r\n%b\r\n" % (MIB, bytes(MIB))
    with suppress(ConnectionError):
        for _ in range(80):
            connection.sendall(chunk)
    assert _answer(connection).startswith(b"HTTP/1.1 413 ")


def test_an_object_may_be_longer(attacked: Attacked) -> None:
    """Than any other service's request; its limit is five GiB."""
    aws, body = attacked.aws, bytes(80 * MIB)
    aws.s3.put_object(Bucket=BUCKET, Key="long", Body=body)
    assert aws.s3.head_object(Bucket=BUCKET, Key="long")["ContentLength"] == len(body)
    aws.s3.delete_object(Bucket=BUCKET, Key="long")


def test_a_short_body_of_a_refused_request_is_answered_as_ever(connection: socket.socket) -> None:
    """In one connection with what is asked next."""
    for _ in range(2):
        _ask(connection, "/x", f"{EVIL}Content-Length: 3\r\n")
        connection.sendall(b"a=b")
        answer = connection.recv(65536)
        assert answer.startswith(b"HTTP/1.1 403 ")
        assert b"close" not in answer


def test_http_2_is_not_spoken(connection: socket.socket) -> None:
    """Its bodies would be received by other means."""
    connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
    assert _answer(connection) == b""
