"""IAM reports: access to a bucket, and the granted, used and unused actions of a role.

Unused actions are evidence for a tighter policy.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from wavetank.core.settings import SANDBOX_ACCOUNT


@dataclass(frozen=True, order=True)
class Grant:
    """An action that a policy statement allows on a resource; both may contain wildcards."""

    action: str
    resource: str

    def covers(self, use: "Use") -> bool:
        """Whether the use requires this grant, or one like it."""
        return fnmatchcase(use.action.lower(), self.action.lower()) and (
            fnmatchcase(use.resource, self.resource) or use.resource == "*"
        )


@dataclass(frozen=True, order=True)
class Use:
    """An action that a role used on a resource, how often, and whether it was allowed."""

    action: str
    resource: str
    allowed: bool
    count: int


@dataclass(frozen=True)
class RoleReport:
    """The permissions of one role: used, granted but unused, and denied."""

    role: str
    used: tuple[Use, ...]
    unused: tuple[Grant, ...]
    denied: tuple[Use, ...]


@dataclass(frozen=True, kw_only=True)
class AccessRow:
    """The operations that one caller may perform on a bucket."""

    who: str
    allowed: tuple[str, ...]


def report(role: str, grants: Iterable[Grant], uses: Iterable[Use]) -> RoleReport:
    """Compare the grants with the uses."""
    seen = sorted(uses)
    used = tuple(use for use in seen if use.allowed)
    return RoleReport(
        role=role,
        used=used,
        unused=tuple(sorted(grant for grant in set(grants) if not any(map(grant.covers, used)))),
        denied=tuple(use for use in seen if not use.allowed),
    )


def uses_of(role: str, entries: Iterable[dict[str, Any]]) -> Iterator[Use]:
    """The uses of a role of the sandbox's own account, among all that the sandbox has recorded.

    `entries` are in its JSON format.
    """
    owner = f"arn:aws:iam::{SANDBOX_ACCOUNT}:role/{role}"
    for entry in entries:
        if entry["principal"] == owner:
            yield Use(entry["action"], entry["resource"], entry["allowed"], entry["count"])


def granted_by(document: Any) -> Iterator[Grant]:
    """Every action that the policy document allows."""
    for statement in _listed(document["Statement"]):
        if statement["Effect"] == "Allow":
            for action in _listed(statement.get("Action", [])):
                for resource in _listed(statement.get("Resource", [])):
                    yield Grant(action, resource)


def _listed(value: Any) -> list[Any]:
    """A policy's element, which may be a single value or a list."""
    return value if isinstance(value, list) else [value]
