"""A parsed request, and the actions that it requires."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

type Parameters = Mapping[str, Any]

ANYTHING = "*"
"""The resource of an action that does not apply to a specific resource."""


@dataclass(frozen=True)
class RequiredAction:
    """An IAM action on a resource that a call requires, with its own condition keys.

    `detail` is the part of the call that the action concerns, such as one item of a transaction:
    condition keys are read from it if a policy refers to them. It is ignored in comparisons.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    detail: Any = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Call:
    """A parsed AWS API request; `account` and `region` are the caller's."""

    service: str
    operation: str
    parameters: Parameters
    account: str
    region: str

    def arn(self, resource: str, service: str | None = None) -> str:
        """The ARN of a resource in the caller's account and region."""
        return f"arn:aws:{service or self.service}:{self.region}:{self.account}:{resource}"
