"""What is deployed in this LocalStack, read from its stacks; nobody tells it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from wavetank.emulator.services import clients

RULE = "AWS::Events::Rule"
FUNCTION = "AWS::Lambda::Function"
STREAM = "AWS::KinesisFirehose::DeliveryStream"
BUCKET = "AWS::S3::Bucket"
TOPIC = "AWS::SNS::Topic"
TABLE = "AWS::DynamoDB::Table"
ROLE = "AWS::IAM::Role"
OF_A_PIPELINE = frozenset({RULE, FUNCTION, STREAM})
"""A stack with one of these moves data; one without keeps some, or nothing."""


@dataclass(frozen=True, kw_only=True)
class DeployedStack:
    """A stack; `ids` are the names or ARNs of its resources, by type."""

    name: str
    status: str
    changed: datetime
    ids: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_pipeline(self) -> bool:
        """Whether data moves in it."""
        return not OF_A_PIPELINE.isdisjoint(self.ids) and "DELETE" not in self.status

    def of(self, kind: str) -> tuple[str, ...]:
        """The names or ARNs of its resources of the type."""
        return self.ids.get(kind, ())


def deployed_stacks() -> list[DeployedStack]:
    """All stacks that there are, by name."""
    pages = clients().cloudformation.get_paginator("describe_stacks").paginate()
    found = [
        DeployedStack(
            name=stack["StackName"],
            status=stack["StackStatus"],
            changed=stack.get("LastUpdatedTime") or stack["CreationTime"],
            ids=_ids(stack["StackName"]),
        )
        for page in pages
        for stack in page["Stacks"]
        if stack["StackStatus"] != "DELETE_COMPLETE"
    ]
    return sorted(found, key=lambda stack: stack.name)


def _ids(stack: str) -> dict[str, tuple[str, ...]]:
    pages = clients().cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
    found = defaultdict[str, list[str]](list)
    for page in pages:
        for entry in page["StackResourceSummaries"]:
            if entry.get("PhysicalResourceId"):
                found[entry["ResourceType"]].append(entry["PhysicalResourceId"])
    return {kind: tuple(ids) for kind, ids in found.items()}
