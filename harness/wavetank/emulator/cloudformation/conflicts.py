"""Explains why a name cannot be used, in CloudFormation's words."""

from collections.abc import Mapping
from typing import Any

from localstack.services.cloudformation.stores import get_cloudformation_store

from wavetank.emulator.cloudformation.existing import name_in
from wavetank.emulator.cloudformation.stack import ManagedStack

CUSTOM_NAME = (
    "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
    "Rename {name} and update the stack again."
)


def conflict_reason(
    stack: ManagedStack, resource_type: str, name: str, former: Mapping[str, Any] | None
) -> str | None:
    """The reason if this stack or another one owns the name; None if no stack does."""
    if former and name_in(resource_type, former.get("Properties") or {}) == name:
        return CUSTOM_NAME.format(name=name)
    stacks: Any = get_cloudformation_store(stack.account_id, stack.region_name).stacks_v2.values()
    for other in stacks:
        for resource in other.ledger:
            if resource.resource_type == resource_type and name == name_in(
                resource_type, resource.model
            ):
                return f"{name} already exists in stack {other.stack_id}"
    return None


def same_resource(resource_type: str, model: Mapping[str, Any]) -> str:
    """The reason if the service returned the resource that is to be replaced instead of a new one.

    A version is published only when the function has changed.
    [Lambda API reference: PublishVersion]
    """
    if resource_type == "AWS::Lambda::Version":
        return (
            f"A version for this Lambda function exists ( {model.get('Version')} ). "
            "Modify the function to create a new version."
        )
    return f"Resource of type '{resource_type}' already exists."
