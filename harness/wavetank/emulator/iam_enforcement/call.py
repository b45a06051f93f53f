"""A parsed request, and what it needs: actions on resources."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

type Parameters = Mapping[str, Any]

ANYTHING = "*"
"""The resource of an action that applies to no resource in particular."""


@dataclass(frozen=True)
class Need:
    """One action on one resource, with the condition keys that only this action of the call has.

    `detail` is the part of the call that the action is about, such as the item of a transaction:
    condition keys are read from it when a policy asks for them. Needs are equal without it.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    detail: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Call:
    """A parsed request. `account` and `region` are the caller's."""

    service: str
    operation: str
    parameters: Parameters
    account: str
    region: str

    def arn(self, resource: str, service: str | None = None) -> str:
        """Of a resource in the caller's account and region."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"
