"""Rolls back after a failure: first restores former values, then deletes what was created.

[CloudFormation user guide: "Stack failure options", "Continue rolling back an update"]
"""

from collections.abc import Collection

from wavetank.core.clock import WallClock
from wavetank.emulator.cloudformation.actions import ResourceActions
from wavetank.emulator.cloudformation.ownership import RETAIN, OwnedResource
from wavetank.emulator.cloudformation.removal import (
    failed_to_delete,
    physical_ids,
    remove_resources,
)
from wavetank.emulator.cloudformation.stack import FailedOperation, ManagedStack


def roll_back(stack: ManagedStack, actions: ResourceActions, reason: str) -> None:
    """Apply the failure policy of a stack whose operation failed."""
    failed = _failed_operation(stack)
    match failed.policy.on_failure, failed.is_creation:
        case "DO_NOTHING", is_creation:
            stack.set_stack_status("CREATE_FAILED" if is_creation else "UPDATE_FAILED", reason)
        case "DELETE", True:
            stack.set_stack_status("DELETE_IN_PROGRESS", f"{reason}Delete requested by user.")
            delete_all(stack, actions)
        case _, True:
            roll_back_creation(stack, actions, f"{reason}Rollback requested by user.")
        case _:
            roll_back_update(stack, actions, reason)


def roll_back_creation(stack: ManagedStack, actions: ResourceActions, reason: str) -> None:
    """Delete what the stack created, except what its template retains."""
    failed = _failed_operation(stack)
    stack.set_stack_status("ROLLBACK_IN_PROGRESS", reason)
    left = remove_resources(stack, actions, stack.ledger, lambda it: _is_retained(failed, it))
    _drop_never_created(stack, {})
    stack.resolved_resources = {
        name: resource for name, resource in stack.resolved_resources.items() if name in left
    }
    if left:
        stack.set_stack_status("ROLLBACK_FAILED", failed_to_delete(left))
        return
    stack.imports = frozenset()
    stack.failed_operation = None
    stack.set_stack_status("ROLLBACK_COMPLETE")


def roll_back_update(
    stack: ManagedStack, actions: ResourceActions, reason: str, skipped: Collection[str] = ()
) -> None:
    """Restore every resource, and delete what the update created."""
    failed = _failed_operation(stack)
    stack.set_stack_status("UPDATE_ROLLBACK_IN_PROGRESS", reason)
    not_reverted = [
        name
        for name in failed.former["resolved_resources"]
        if not _revert(stack, actions, failed, name, is_skipped=name in skipped)
    ]
    if not_reverted:
        names = ", ".join(not_reverted)
        reason = f"The following resource(s) failed to update: [{names}]. "
        stack.set_stack_status("UPDATE_ROLLBACK_FAILED", reason)
        return
    stack.restore(failed.former)
    for resource in failed.former_resources:
        stack.ledger.record(resource)
    stack.set_stack_status("UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    current = physical_ids(stack.resolved_resources)
    made = stack.ledger.unused(current)
    remove_resources(stack, actions, made, lambda it: _is_retained(failed, it))
    for resource in stack.ledger.unused(current):
        stack.ledger.forget(resource)
    _drop_never_created(stack, current)
    stack.failed_operation = None
    stack.set_stack_status("UPDATE_ROLLBACK_COMPLETE")


def delete_all(
    stack: ManagedStack,
    actions: ResourceActions,
    retained: Collection[str] = (),
    *,
    is_forced: bool = False,
) -> None:
    """Delete the stack; with `is_forced` ignore resources that cannot be deleted."""
    is_made = any(
        event["ResourceStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
        for event in stack.events
        if event["PhysicalResourceId"] == stack.stack_id
    )

    def is_retained(resource: OwnedResource) -> bool:
        policy = resource.deletion_policy
        return (
            resource.logical_id in retained
            or policy == RETAIN
            or (policy == "RetainExceptOnCreate" and is_made)
        )

    left = remove_resources(stack, actions, stack.ledger, is_retained)
    if left and not is_forced:
        stack.set_stack_status("DELETE_FAILED", failed_to_delete(left))
        return
    stack.resolved_resources = {}
    stack.resolved_outputs = []
    stack.resolved_exports = {}
    stack.imports = frozenset()
    stack.resource_states.clear()
    stack.deletion_time = WallClock().now()
    stack.set_stack_status("DELETE_COMPLETE")


def _failed_operation(stack: ManagedStack) -> FailedOperation:
    failed = stack.failed_operation
    if failed is None:
        raise RuntimeError(f"expected a failed operation of {stack.stack_name}; found none")
    return failed


def _is_retained(failed: FailedOperation, resource: OwnedResource) -> bool:
    """Whether a resource that the failed operation created is retained.

    RetainExceptOnCreate does not retain it, neither in the template nor in the request.
    """
    return resource.deletion_policy == RETAIN and not failed.policy.retain_except_on_create


def _revert(
    stack: ManagedStack,
    actions: ResourceActions,
    failed: FailedOperation,
    name: str,
    *,
    is_skipped: bool,
) -> bool:
    """Restore one resource; returns whether that succeeded."""
    former = failed.former["resolved_resources"][name]
    current = failed.resources.get(name, former)
    if current is former:
        return True
    kind, former_id = former["Type"], former["PhysicalResourceId"]
    stack.report(name, kind, former_id, "UPDATE_IN_PROGRESS")
    if current["PhysicalResourceId"] == former_id and not is_skipped:
        specified = former.get("SpecifiedProperties") or {}
        outcome = actions.update(name, kind, current, specified)
        if outcome.reason is not None:
            stack.report(name, kind, former_id, "UPDATE_FAILED", outcome.reason)
            return False
    failed.resources[name] = former
    stack.report(name, kind, former_id, "UPDATE_COMPLETE")
    return True


def _drop_never_created(stack: ManagedStack, current: Collection[str]) -> None:
    """Drop a resource that failed before it was created."""
    for name, state in list(stack.resource_states.items()):
        if name not in current and state.get("ResourceStatus") == "CREATE_FAILED":
            stack.report(name, state["ResourceType"], None, "DELETE_COMPLETE")
