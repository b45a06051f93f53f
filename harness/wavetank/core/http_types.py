"""HTTP requests and responses, as they would be sent over the network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wavetank.core.errors import WavetankError


@dataclass(frozen=True)
class HttpRequest:
    """A signed HTTP request, as it would be sent over the network."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_seconds: float | None = None
    """The sender's read timeout; None if it is not known."""


@dataclass(frozen=True)
class HttpResponse:
    """An HTTP response, as it would arrive over the network."""

    status: int
    headers: Mapping[str, str]
    body: bytes


type HttpHandler = Callable[[HttpRequest], HttpResponse | None]
"""Answers requests; returns None for a request that it does not handle."""


class ConnectionLostError(Exception):
    """The connection broke before the response arrived; the request may have taken effect."""


class AnswerTooLateError(Exception):
    """The response did not arrive in the sender's time-out; the request may have taken effect."""


class UnsupportedCall(BaseException):
    """A handler made a call that the simulator does not support.

    A BaseException, so that a handler's `except Exception` does not catch it. `error` is for the
    user.
    """

    def __init__(self, error: WavetankError) -> None:
        super().__init__(str(error))
        self.error = error


class Refused(Exception):  # noqa: N818 - AWS's answer, and no error of ours
    """An error response of an AWS service to a call."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
