"""The source of condition keys: the call, its action, its caller and its origin."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wavetank.emulator.iam_enforcement.required_action import Call, RequiredAction
from wavetank.iam.request import Principal

type Values = tuple[str, ...] | None
"""The values of a condition key; empty if the request does not have it, None if not known."""

ABSENT: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The origin of a call: its address, and its HTTP request.

    `source_arn` and `called_via` are set if a service makes the call for another caller.
    """

    address: str = "127.0.0.1"
    request: Any = None
    source_arn: str | None = None
    called_via: tuple[str, ...] = ()
    now: datetime | None = None

    @property
    def headers(self) -> Mapping[str, Any]:
        """The request's headers; none if the call is hypothetical."""
        return self.request.headers if self.request is not None else {}

    @property
    def query(self) -> Mapping[str, Any]:
        """The request's query string, parsed on first access."""
        return self.request.args if self.request is not None else {}


@dataclass(frozen=True, kw_only=True)
class ActionContext:
    """One action of a call, for which condition keys are read.

    `owner` is the account of the resource.
    """

    call: Call
    required: RequiredAction
    principal: Principal
    owner: str
    origin: Origin

    @property
    def parameters(self) -> Mapping[str, Any]:
        """The parameters of the part of the call that the action concerns, such as one item."""
        detail = self.required.detail
        return detail if isinstance(detail, Mapping) else self.call.parameters


def values_of(value: Any) -> tuple[str, ...]:
    """A parameter's value as the strings that conditions compare; none if it is not given."""
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
