"""Exports of stacks, which cannot be deleted or changed while another stack imports them.

[CloudFormation user guide: "Get exported outputs from a deployed CloudFormation stack"; API
reference: ListImports]
"""

from collections.abc import Iterator, Mapping
from typing import Any

from localstack.services.cloudformation.stores import get_cloudformation_store

from wavetank.emulator.cloudformation.stack import DELETED, ManagedStack


class ExportConflictError(Exception):
    """A stack's export is in use: another stack imports it, or exports the same name."""


def importing_stacks(account_id: str, region_name: str, export: str) -> list[str]:
    """The names of the stacks that import the export."""
    stacks = _stacks(account_id, region_name)
    return sorted(stack.stack_name for stack in stacks if export in stack.imports)


def refuse_exports(stack: ManagedStack, exports: Mapping[str, str]) -> None:
    """Raises ExportConflictError if the stack must not replace its exports with these."""
    for name, value in stack.resolved_exports.items():
        if exports.get(name) == value or not (users := _users(stack, name)):
            continue
        raise ExportConflictError(
            f"Cannot update export {name} as it is in use by {users}."
            if name in exports
            else f"Delete canceled. Cannot delete export {name} as it is in use by {users}."
        )
    for other in _stacks(stack.account_id, stack.region_name):
        if other.stack_id != stack.stack_id and (taken := exports.keys() & other.resolved_exports):
            raise ExportConflictError(
                f"Export with name {min(taken)} is already exported by stack {other.stack_name}. "
            )


def _users(stack: ManagedStack, export: str) -> str:
    names = importing_stacks(stack.account_id, stack.region_name, export)
    return ", ".join(name for name in names if name != stack.stack_name)


def _stacks(account_id: str, region_name: str) -> Iterator[ManagedStack]:
    stacks: Any = get_cloudformation_store(account_id, region_name).stacks_v2
    return (stack for stack in stacks.values() if stack.status != DELETED)
