"""Deletes what a stack created: dependents first, with the policies of the template.

A resource that cannot be deleted does not stop the others; only the resources that it depends on
are kept with it. [CloudFormation template reference: DeletionPolicy, UpdateReplacePolicy]
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from wavetank.emulator.cloudformation.actions import ResourceActions
from wavetank.emulator.cloudformation.ownership import OwnedResource
from wavetank.emulator.cloudformation.stack import ManagedStack

type IsRetained = Callable[[OwnedResource], bool]


def remove_resources(
    stack: ManagedStack,
    actions: ResourceActions,
    resources: Iterable[OwnedResource],
    is_retained: IsRetained,
) -> list[str]:
    """Delete or retain each resource; returns the logical ids of those that could not be deleted.

    A resource that a policy retains no longer belongs to the stack.
    """
    failed: list[str] = []
    blocked: set[str] = set()
    for resource in reversed(list(resources)):
        if resource.logical_id in blocked:
            blocked |= resource.depends_on
            continue
        if is_retained(resource):
            _report(stack, resource, "DELETE_SKIPPED")
        elif reason := _delete(stack, actions, resource):
            _report(stack, resource, "DELETE_FAILED", reason)
            failed.append(resource.logical_id)
            blocked |= resource.depends_on
            continue
        else:
            _report(stack, resource, "DELETE_COMPLETE")
        stack.ledger.forget(resource)
    return failed


def physical_ids(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, str | None]:
    """The ids of the resources in LocalStack's model of the deployed stack, by logical id."""
    return {name: resource.get("PhysicalResourceId") for name, resource in resources.items()}


def failed_to_delete(names: Iterable[str]) -> str:
    """The stack's reason, in CloudFormation's words."""
    return f"The following resource(s) failed to delete: [{', '.join(names)}]. "


def _delete(stack: ManagedStack, actions: ResourceActions, resource: OwnedResource) -> str | None:
    _report(stack, resource, "DELETE_IN_PROGRESS")
    return actions.delete(resource)


def _report(
    stack: ManagedStack, resource: OwnedResource, status: str, reason: str | None = None
) -> None:
    stack.report(resource.logical_id, resource.resource_type, resource.physical_id, status, reason)
