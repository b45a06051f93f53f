"""What a role was granted, what it used, and the difference: evidence for a tighter policy."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from wavetank.clients import AwsClients


@dataclass(frozen=True, order=True)
class Grant:
    """An action that a statement allows on a resource; both may hold wildcards."""

    action: str
    resource: str

    def covers(self, use: "Use") -> bool:
        """Whether the use needs this grant, or one like it."""
        return fnmatchcase(use.action.lower(), self.action.lower()) and (
            fnmatchcase(use.resource, self.resource) or use.resource == "*"
        )


@dataclass(frozen=True, order=True)
class Use:
    """An action that the role asked for, how often, and whether it was allowed."""

    action: str
    resource: str
    allowed: bool
    count: int


@dataclass(frozen=True)
class RoleReport:
    """One role: what it used, what it has and did not use, what it asked for in vain."""

    role: str
    used: tuple[Use, ...]
    unused: tuple[Grant, ...]
    denied: tuple[Use, ...]


def report(role: str, grants: Iterable[Grant], uses: Iterable[Use]) -> RoleReport:
    """Compares the two."""
    seen = sorted(uses)
    used = tuple(use for use in seen if use.allowed)
    return RoleReport(
        role=role,
        used=used,
        unused=tuple(sorted(grant for grant in set(grants) if not any(map(grant.covers, used)))),
        denied=tuple(use for use in seen if not use.allowed),
    )


def stack_roles(aws: AwsClients, stack: str) -> list[str]:
    """Names of the roles that the stack made."""
    pages = aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [
        entry["PhysicalResourceId"]
        for page in pages
        for entry in page["StackResourceSummaries"]
        if entry["ResourceType"] == "AWS::IAM::Role"
    ]


def granted(aws: AwsClients, role: str) -> Iterator[Grant]:
    """Every action that a policy of the role allows."""
    for document in _documents(aws, role):
        for statement in _listed(document["Statement"]):
            if statement["Effect"] == "Allow":
                for action in _listed(statement.get("Action", [])):
                    for resource in _listed(statement.get("Resource", [])):
                        yield Grant(action, resource)


def _documents(aws: AwsClients, role: str) -> Iterator[Any]:
    for page in aws.iam.get_paginator("list_role_policies").paginate(RoleName=role):
        for name in page["PolicyNames"]:
            yield aws.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    for attached in aws.iam.get_paginator("list_attached_role_policies").paginate(RoleName=role):
        for policy in attached["AttachedPolicies"]:
            arn = policy["PolicyArn"]
            version = aws.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            found = aws.iam.get_policy_version(PolicyArn=arn, VersionId=version)
            yield found["PolicyVersion"]["Document"]


def _listed(value: Any) -> list[Any]:
    """A policy's element, which may stand alone or in a list."""
    return value if isinstance(value, list) else [value]
