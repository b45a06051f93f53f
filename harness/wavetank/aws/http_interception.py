"""Answers the SDK's HTTP requests by a function in this process instead of over a socket.

Replacing the SDK's own HTTP session affects every client in the process, including those that a
handler creates.
"""

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.httpsession import URLLib3Session

from wavetank.aws.patches import DEFAULT_SESSION, GET_RESPONSE, SEND
from wavetank.core.http_types import (
    AnswerTooLateError,
    ConnectionLostError,
    HttpHandler,
    HttpRequest,
)


class _Body(io.BytesIO):
    """The methods of a response body that the SDK uses."""

    def stream(self, *_: object, **__: object) -> Iterator[bytes]:
        yield self.read()


@contextmanager
def intercept_http(handler: HttpHandler) -> Iterator[None]:
    """Pass SDK requests of this process to the function first while the body runs."""
    former, get_response = SEND.current(), GET_RESPONSE.current()
    DEFAULT_SESSION.check()  # import the SDK now, before a handler's zip can provide another one

    def send(session: URLLib3Session, request: Any) -> Any:
        try:
            answer = handler(_plain(session, request))
        except ConnectionLostError as error:
            raise ConnectionClosedError(endpoint_url=request.url, error=error) from error
        except AnswerTooLateError as error:
            raise ReadTimeoutError(endpoint_url=request.url, error=error) from error
        if answer is None:
            request.reset_stream()  # the body, if it is a file, was read for the handler
            return former(session, request)
        headers: Any = dict(answer.headers)
        return AWSResponse(request.url, answer.status, headers, _Body(answer.body))

    def do_get_response(endpoint: Any, request: Any, operation_model: Any, context: Any) -> Any:
        request.service_name = operation_model.service_model.service_name
        return get_response(endpoint, request, operation_model, context)

    with SEND.replaced(send), GET_RESPONSE.replaced(do_get_response):
        yield


def default_session() -> object:
    """boto3's default session; None before its first use."""
    return boto3.DEFAULT_SESSION


def use_default_session(session: Any) -> None:
    """Set boto3's default session, so that one handler's credentials are not used for another's."""
    DEFAULT_SESSION.apply(session, to=boto3)


def _plain(session: Any, request: Any) -> HttpRequest:
    return HttpRequest(
        request.method,
        request.url,
        _texts(request.headers),
        _bytes(request.body),
        getattr(session._timeout, "read_timeout", session._timeout),  # noqa: SLF001 - the SDK has no public name for it
        getattr(request, "service_name", ""),
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
