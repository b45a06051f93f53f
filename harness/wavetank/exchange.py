"""A request and its answer, as they would go over the wire."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class HttpRequest:
    """A signed request."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class HttpResponse:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes


type Carry = Callable[[HttpRequest], HttpResponse | None]
"""Whatever takes requests and brings their answers; None for one that it leaves to others."""
