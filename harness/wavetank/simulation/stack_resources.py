"""The resources of the deployed templates, by their logical ids."""

from collections.abc import Iterator
from dataclasses import dataclass

from wavetank.aws.clients import AwsClients


@dataclass(frozen=True)
class DeployedResource:
    """A resource of a deployed template; `name` is the last part of its physical id."""

    logical_id: str
    kind: str
    name: str


def stack_resources(aws: AwsClients) -> Iterator[DeployedResource]:
    """The resources of all stacks."""
    for page in aws.cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            found = aws.cloudformation.describe_stack_resources(StackName=stack["StackId"])
            for each in found["StackResources"]:
                name = last_part(each.get("PhysicalResourceId", ""))
                yield DeployedResource(each["LogicalResourceId"], each["ResourceType"], name)


def last_part(physical: str) -> str:
    """The name in a physical id, which may be an ARN or a URL."""
    return physical.rpartition("/")[2].rpartition(":")[2]
