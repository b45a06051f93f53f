"""What CloudFormation refuses at once, before a stack is touched.

[CloudFormation API reference: CreateStack, UpdateStack, DeleteStack; user guide: "Understand stack
status codes"]
"""

from collections.abc import Collection, Mapping
from typing import Any

from localstack.services.cloudformation.engine.validations import ValidationError

from wavetank.emulator.cloudformation.stack import ManagedStack

UPDATABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
    }
)
"""CREATE_FAILED and UPDATE_FAILED are of operations without rollback; they can be tried again."""
BOTH = "You can specify either DisableRollback or OnFailure, but not both."


def refuse_both(request: Mapping[str, Any]) -> None:
    """Raises ValidationError where a creation says twice what is done on failure."""
    if "DisableRollback" in request and request.get("OnFailure"):
        raise ValidationError(BOTH)


def refuse_update(stack: ManagedStack) -> None:
    """Raises ValidationError where the stack cannot be updated in its status."""
    if stack.status not in UPDATABLE:
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        )


def refuse_type_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
    """Raises ValidationError where a resource of the template has another type than before."""
    former = (before or {}).get("Resources") or {}
    changed = [
        name
        for name, resource in ((after or {}).get("Resources") or {}).items()
        if name in former and resource.get("Type") != former[name].get("Type")
    ]
    if changed:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of "
            f"the following resources: [{', '.join(changed)}]"
        )


def refuse_deletion(stack: ManagedStack, retained: Collection[str]) -> None:
    """Raises ValidationError where the stack is protected, or is to keep what it can delete."""
    if stack.enable_termination_protection:
        raise ValidationError(
            f"Stack [{stack.stack_name}] cannot be deleted while TerminationProtection is enabled"
        )
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.stack_id}]. RetainResources can only be specified "
            f"for a stack in DELETE_FAILED state; this one is in {stack.status}"
        )


def refuse_status(stack: ManagedStack, operation: str, allowed: Collection[str]) -> None:
    """Raises ValidationError where the operation is not for a stack in its status."""
    if stack.status not in allowed:
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be {operation}."
        )
