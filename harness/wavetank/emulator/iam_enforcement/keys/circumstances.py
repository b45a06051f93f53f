"""What condition keys are read from: the call, its action, its caller and how it came."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wavetank.emulator.iam_enforcement.call import Call, Need
from wavetank.iam.request import Principal

type Values = tuple[str, ...] | None
"""Of a condition key; none where the request does not have it, None where it is not known."""

ABSENT: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Origin:
    """How a call came: `source_arn` and `called_via` are of services that call for others."""

    address: str = "127.0.0.1"
    request: Any = None
    source_arn: str | None = None
    called_via: tuple[str, ...] = ()
    now: datetime | None = None

    @property
    def headers(self) -> Mapping[str, Any]:
        """Those of the request; none where the call is only considered."""
        return self.request.headers if self.request is not None else {}

    @property
    def query(self) -> Mapping[str, Any]:
        """The request's query string, parsed when it is asked for."""
        return self.request.args if self.request is not None else {}


@dataclass(frozen=True, kw_only=True)
class Circumstances:
    """One action of a call; `owner` is the account of the resource."""

    call: Call
    need: Need
    principal: Principal
    owner: str
    origin: Origin

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Those of the part of the call that the action is about, such as one item."""
        detail = self.need.detail
        return detail if isinstance(detail, Mapping) else self.call.parameters


def values_of(value: Any) -> tuple[str, ...]:
    """A parameter's value as the strings that conditions compare; none where it is not given."""
    match value:
        case None:
            return ABSENT
        case bool():
            return (str(value).lower(),)
        case list() | tuple() | set():
            return tuple(text for entry in value for text in values_of(entry))
        case datetime():
            return (value.strftime("%Y-%m-%dT%H:%M:%SZ"),)
    return (str(value),)
