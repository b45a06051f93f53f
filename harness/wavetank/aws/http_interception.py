"""What carries the SDK's requests: a socket, or a function in this process.

Replacing the SDK's own HTTP session reaches every client in the process, those that a handler makes
for itself included.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from wavetank.aws.patches import DEFAULT_SESSION, SEND
from wavetank.core.http_types import AnswerTooLateError, Carry, ConnectionLostError, HttpRequest


class _Body(io.BytesIO):
    """As much of a socket's response as the SDK reads."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def intercept_http(carry: Carry) -> Iterator[None]:
    """For as long as the body runs, SDK requests in this process go to the function first."""
    former = SEND.current()
    DEFAULT_SESSION.check()  # while boto3 is not one that a handler's zip brings

    def send(session: URLLib3Session, request: Any) -> Any:
        try:
            answer = carry(_plain(session, request))
        except ConnectionLostError as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        except AnswerTooLateError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        if answer is None:
            request.reset_stream()  # a body that is a file was read to be shown
            return former(session, request)
        headers: Any = dict(answer.headers)
        return AWSResponse(request.url, answer.status, headers, _Body(answer.body))

    with SEND.replaced(send):
        yield


def default_session() -> object:
    """boto3's session of whoever made none; None until somebody used it."""
    return boto3.DEFAULT_SESSION


def use_default_session(session: Any) -> None:
    """Makes it boto3's, so that credentials of one handler are not taken for another's."""
    DEFAULT_SESSION.apply(session, to=boto3)


def _plain(session: Any, request: Any) -> HttpRequest:
    return HttpRequest(
        request.method,
        request.url,
        _texts(request.headers),
        _bytes(request.body),
        getattr(session._timeout, "read_timeout", session._timeout),  # noqa: SLF001 - the SDK has no public name for it
    )


def _texts(headers: Mapping[str, str | bytes]) -> dict[str, str]:
    return {
        name: value.decode() if isinstance(value, bytes) else value
        for name, value in headers.items()
    }


def _bytes(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return bytes(body) if isinstance(body, bytes | bytearray) else bytes(body.read())
