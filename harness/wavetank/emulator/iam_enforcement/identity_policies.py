"""The texts of the policies of users, roles, groups and sessions, from moto's store.

[moto: iam/models.py]
"""

from collections.abc import Iterable
from typing import Any

from moto.iam.models import iam_backends

from wavetank.emulator.iam_enforcement.condition_keys.parameters import boundary_arn
from wavetank.emulator.iam_enforcement.sessions import SessionDetails

PARTITION = "aws"


def policies_of(owner: Any) -> tuple[str, ...]:
    """The inline policies of a role, user or group, and the default versions of those attached."""
    return (*owner.policies.values(), *_default_versions(owner.managed_policies.values()))


def session_policies(
    account: str, policy: str | None, details: SessionDetails
) -> tuple[str, ...] | None:
    """The texts of a session's policies; a deleted one allows nothing."""
    if not policy and not details.has_policies:
        return None
    inline = policy or details.policy
    managed = (text for arn in details.policy_arns for text in _managed_policy(account, arn))
    return (*((inline,) if inline else ()), *managed)


def boundary_of(account: str, owner: Any) -> tuple[str, ...] | None:
    """The text of a role's or user's permissions boundary; a deleted one allows nothing."""
    arn = boundary_arn(owner)
    return tuple(_managed_policy(account, arn)) if arn else None


def _managed_policy(account: str, arn: str) -> Iterable[str]:
    """The default version of a managed policy, of the account or of AWS."""
    policy = iam_backends[account][PARTITION].managed_policies.get(arn)
    return _default_versions([policy] if policy else [])


def _default_versions(managed: Iterable[Any]) -> list[str]:
    return [
        version.document
        for policy in managed
        for version in policy.versions
        if version.version_id == policy.default_version_id
    ]
