"""HTTP requests and responses, as they would be sent over the network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class HttpRequest:
    """A signed HTTP request, as it would be sent over the network."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    timeout_seconds: float | None = None
    """The sender's read timeout; None if it is not known."""
    service: str = ""
    """The SDK's name of the service; empty if the SDK did not make the request."""


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

    A BaseException, so that a handler's `except Exception` does not catch it. `error` is raised for
    the user instead: Wavetank's own, or that of a test's code which the call has run.
    """

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


class Refused(Exception):  # noqa: N818 - AWS's answer, and no error of ours
    """An error response of an AWS service to a call; `members` are those of the error's own."""

    def __init__(
        self, code: str, message: str, status: int, members: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.members = members or {}
