"""Reads what is deployed in this LocalStack from its stacks."""

from collections import defaultdict

from wavetank.emulator.services import clients
from wavetank.emulator.stack_index import DeployedStack


def deployed_stacks() -> list[DeployedStack]:
    """All existing stacks, by name."""
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
