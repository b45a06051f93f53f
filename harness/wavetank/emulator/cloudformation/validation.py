"""Checks with which CloudFormation refuses a request before a stack is changed.

[CloudFormation API reference: CreateStack, UpdateStack, DeleteStack; user guide: "Understand stack
status codes"]
"""

import re
from collections.abc import Collection, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from localstack.aws.api import CommonServiceException
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
"""CREATE_FAILED and UPDATE_FAILED follow operations without rollback, which can be retried."""
VARIABLE = re.compile(r"\$\{([^!.}][^.}]*)")
"""The first part of a variable in a string for `Fn::Sub`."""
STACK_NAME = re.compile(r"[a-zA-Z][-a-zA-Z0-9]{0,127}")
"""[CloudFormation API reference: CreateStack, StackName]"""
BOTH = "You can specify either DisableRollback or OnFailure, but not both."


def refuse_both(request: Mapping[str, Any]) -> None:
    """Raises ValidationError if a creation specifies both DisableRollback and OnFailure."""
    if "DisableRollback" in request and request.get("OnFailure"):
        raise ValidationError(BOTH)


def refuse_name(name: object) -> None:
    """Raises ValidationError if a new stack cannot have the name; an ARN is not allowed."""
    if not STACK_NAME.fullmatch(str(name)):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )


def denied(error: Any) -> CommonServiceException:
    """The error if a caller has no permission for what its template names, such as an S3 object.

    `error` is the SDK's, from the service that refused.
    """
    reason = error.response["Error"].get("Message") or str(error)
    if error.operation_name == "GetObject":
        return ValidationError(f"S3 error: {reason}")
    return CommonServiceException(error.response["Error"]["Code"], reason, sender_fault=True)


def refuse_update(stack: ManagedStack) -> None:
    """Raises ValidationError if the stack cannot be updated in its status."""
    if stack.status not in UPDATABLE:
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        )


def refuse_type_changes(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
    """Raises ValidationError if a resource of the template has another type than before."""
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


def refuse_cycles(template: Mapping[str, Any] | None) -> None:
    """Raises ValidationError if resources of the template depend on each other in a cycle."""
    resources = (template or {}).get("Resources") or {}
    graph = {
        name: set(_references(resource)) & resources.keys() for name, resource in resources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        names = ", ".join(sorted(set(error.args[1])))
        raise ValidationError(f"Circular dependency between resources: [{names}]") from error


def _references(value: Any) -> Iterator[str]:
    """The names to which a part of a template refers, parameters and pseudo parameters included."""
    if isinstance(value, list):
        for entry in value:
            yield from _references(entry)
    if not isinstance(value, Mapping):
        return
    for key, entry in value.items():
        if key == "DependsOn":
            yield from [entry] if isinstance(entry, str) else entry
            continue
        yield from _named(key, entry)
        if key != "Fn::GetAtt":
            yield from _references(entry)


def _named(key: str, argument: Any) -> list[str]:
    """The names that a function of a template has directly in its argument."""
    match key, argument:
        case "Ref", str():
            return [argument]
        case "Fn::GetAtt", str():
            return [argument.partition(".")[0]]
        case "Fn::GetAtt", [str() as name, *_]:
            return [name]
        case "Fn::Sub", str():
            return _substituted(argument, {})
        case "Fn::Sub", [str() as text, Mapping() as own]:
            return _substituted(text, own)
    return []


def _substituted(text: str, own: Mapping[str, Any]) -> list[str]:
    """The resources that a string for `Fn::Sub` names, without its own variables."""
    return [name for name in VARIABLE.findall(text) if name not in own]


def refuse_deletion(stack: ManagedStack, retained: Collection[str]) -> None:
    """Raises ValidationError if the stack is protected, or a resource cannot be retained."""
    if stack.enable_termination_protection:
        raise ValidationError(
            f"Stack [{stack.stack_name}] cannot be deleted while TerminationProtection is enabled"
        )
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.stack_id}]. When you delete a stack, specify "
            "which resources to retain only when the stack is in the DELETE_FAILED state."
        )


def refuse_status(stack: ManagedStack, operation: str, allowed: Collection[str]) -> None:
    """Raises ValidationError if the stack's status does not allow the operation."""
    if stack.status not in allowed:
        raise ValidationError(
            f"Stack:{stack.stack_id} is in {stack.status} state and can not be {operation}."
        )
