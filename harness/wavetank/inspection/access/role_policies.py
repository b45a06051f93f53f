"""The roles of a stack and what their policies grant, read from the target."""

from collections.abc import Iterable, Iterator
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.core.iam_report import Grant, RoleReport, granted_by, report, uses_of


def stack_roles(aws: AwsClients, stack: str) -> list[str]:
    """Names of the roles that the stack created."""
    pages = aws.cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    return [
        entry["PhysicalResourceId"]
        for page in pages
        for entry in page["StackResourceSummaries"]
        if entry["ResourceType"] == "AWS::IAM::Role"
    ]


def role_reports(
    aws: AwsClients, roles: Iterable[str], uses: list[dict[str, Any]]
) -> list[RoleReport]:
    """For each role, its permissions and those of the uses that are its own."""
    return [report(role, granted(aws, role), uses_of(role, uses)) for role in roles]


def granted(aws: AwsClients, role: str) -> Iterator[Grant]:
    """Every action that a policy of the role allows."""
    for document in _documents(aws, role):
        yield from granted_by(document)


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
