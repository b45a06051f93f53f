"""Stacks that an earlier deployment or teardown left in a state that cannot be updated.

They are deleted or rolled back only if that loses nothing of use, and only after confirmation.

On AWS a stack whose creation failed is empty once it is rolled back, and can only be deleted.
LocalStack gives the same status to a stack whose update failed, so this is for AWS only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import Names
from wavetank.deployment.cloudformation import STARTABLE, FoundStack, Stacks
from wavetank.deployment.failure_explanations import describe_failure
from wavetank.deployment.ownership import check_ownership


class Remedy(StrEnum):
    """How `deploy` recovers a stack that cannot be updated: delete it, or roll it back."""

    DELETE = "delete"
    ROLL_BACK = "roll back"


@dataclass(frozen=True)
class Obstacle:
    """A stack that cannot be updated; `cause` is its first failure, empty if unknown."""

    stack: str
    status: str
    cause: str
    remedy: Remedy

    @property
    def question(self) -> str:
        """What the user is asked to confirm."""
        why = f", since {self.cause}" if self.cause else ""
        found = f"stack {self.stack} is in {self.status}{why}"
        match self.remedy:
            case Remedy.DELETE if self.status == "DELETE_FAILED":
                return f"{found}. Its remaining resources are deleted, and it is created again"
            case Remedy.DELETE:
                return f"{found}. Its creation failed: it is deleted and created again"
            case Remedy.ROLL_BACK:
                return f"{found}. Its rollback is continued; then it is updated"


def find_obstacles(stacks: Stacks, names: Names) -> list[Obstacle]:
    """The stacks that block a deployment and can be repaired, once no operation is in progress.

    Raises:
        UsageError: a stack of that name is not this pipeline's.
        InfrastructureError: a stack is in a state that has to be fixed by hand.
        ConditionTimeoutError: a stack does not settle in time.
    """
    stack_names = (names.storage_stack, names.pipeline_stack)
    found = [stacks.wait_until_settled(name) for name in stack_names]
    for stack in found:
        check_ownership(stack, names.bucket)
    return list(_obstacles(found, names))


def remove_obstacle(stacks: Stacks, obstacle: Obstacle) -> None:
    """Deletes the stack or continues its rollback.

    Raises:
        InfrastructureError: it fails.
        ConditionTimeoutError: it takes too long.
    """
    match obstacle.remedy:
        case Remedy.DELETE:
            stacks.delete(obstacle.stack)
        case Remedy.ROLL_BACK:
            stacks.roll_back(obstacle.stack)


def _obstacles(found: list[FoundStack], names: Names) -> Iterator[Obstacle]:
    for stack in found:
        if stack.status is None or stack.is_new or stack.status in STARTABLE:
            continue
        cause = describe_failure(stack.failure) if stack.failure else ""
        yield Obstacle(stack.name, stack.status, cause, _remedy(stack, names, cause))


def _remedy(stack: FoundStack, names: Names, cause: str) -> Remedy:
    match stack.status:
        case "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED":
            return Remedy.DELETE
        case "DELETE_FAILED" if stack.name == names.pipeline_stack:
            return Remedy.DELETE
        case "UPDATE_ROLLBACK_FAILED":
            return Remedy.ROLL_BACK
    raise InfrastructureError(
        f"stack {stack.name} in a state that can be updated",
        f"{stack.status}{f', since {cause}' if cause else ''}",
        "fix it by hand: its events in the CloudFormation console say what failed. The delivery "
        "bucket and its objects are retained whatever happens to the stack",
    )
