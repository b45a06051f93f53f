"""What is deleted with a stack, and what stays: LocalStack knows `Retain` alone.

`RetainExceptOnCreate` is the same but for a stack that never came to be, and a protected stack is
not deleted at all.
[CloudFormation user guide, using-cfn-protect-stacks; template reference, DeletionPolicy]
[LocalStack 4.14: services/cloudformation/engine/v2/change_set_model_executor.py]
"""

from typing import Any

from localstack.services.cloudformation.engine.v2.change_set_model_executor import (
    ChangeSetModelExecutor,
)
from localstack.services.cloudformation.engine.v2.change_set_model_preproc import DeletionPolicy
from localstack.services.cloudformation.engine.validations import ValidationError
from localstack.services.cloudformation.v2.entities import Stack

MADE = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


def refuse_protected(stack: Stack) -> None:
    """Returns where the stack may be deleted.

    Raises:
        ValidationError: it is protected.
    """
    if stack.enable_termination_protection:
        name = stack.stack_name
        raise ValidationError(
            f"Stack [{name}] cannot be deleted while TerminationProtection is enabled"
        )


def keep_what_is_retained() -> None:
    """From here on a resource stays where either policy says so."""
    executor: Any = ChangeSetModelExecutor
    stock = executor._execute_resource_change  # noqa: SLF001 - there is no other

    def execute(self: Any, name: str, before: Any, after: Any) -> None:
        policy = getattr(before, "deletion_policy", None)
        if policy == DeletionPolicy.RetainExceptOnCreate and _was_made(self._change_set.stack):
            before.deletion_policy = DeletionPolicy.Retain
        stock(self, name, before, after)

    executor._execute_resource_change = execute  # noqa: SLF001 - as above


def _was_made(stack: Stack) -> bool:
    own = (event for event in stack.events if event["LogicalResourceId"] == stack.stack_name)
    return any(event.get("ResourceStatus") in MADE for event in own)
