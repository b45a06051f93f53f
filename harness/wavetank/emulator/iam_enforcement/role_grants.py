"""Compares what the policies of a role grant, from IAM's store, with what it has used."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from moto.iam.models import iam_backends

from wavetank.core.iam_report import Grant, RoleReport, granted_by, report, uses_of
from wavetank.emulator.iam_enforcement.identity_policies import PARTITION, policies_of
from wavetank.emulator.services import ACCOUNT


def role_named(name: str) -> Any:
    """The IAM role; None if it does not exist."""
    roles = iam_backends[ACCOUNT][PARTITION].roles.values()
    return next((role for role in roles if role.name == name), None)


def grants_of_role(name: str) -> Iterator[Grant]:
    """Every action that a policy of the role allows; none if the role does not exist."""
    role = role_named(name)
    for text in policies_of(role) if role else ():
        yield from granted_by(json.loads(text))


def role_reports(roles: Iterable[str], used: list[dict[str, Any]]) -> list[RoleReport]:
    """For each role, what it is granted and what it has used since the start."""
    return [report(name, grants_of_role(name), uses_of(name, used)) for name in roles]
