"""A request and its answer, as they would go over the wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wavetank.core.errors import WavetankError


@dataclass(frozen=True)
class HttpRequest:
    """A signed request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    patience_seconds: float | None = None
    """How long whoever sends it waits for its answer; None where nobody said."""


@dataclass(frozen=True)
class HttpResponse:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


type Carry = Callable[[HttpRequest], HttpResponse | None]
"""Whatever takes requests and brings their answers; None for one that it leaves to others."""


class ConnectionLostError(Exception):
    """The connection broke before the answer came; the request may have taken effect."""


class AnswerTooLateError(Exception):
    """The answer did not come within the sender's patience; the request may have taken effect."""


class Abandoned(BaseException):
    """A handler did what cannot be done in this process; `error` is for whoever runs it."""

    def __init__(self, error: WavetankError) -> None:
        super().__init__(str(error))
        self.error = error


class Refused(Exception):  # noqa: N818 - AWS's answer, and no error of ours
    """What the service would answer if it could not serve the call."""

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
