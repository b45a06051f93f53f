"""What an earlier deployment or teardown left that nobody can update, and how it is put right.

Only where it cannot cost anything that is still wanted, and never unasked.

On AWS a stack whose creation failed holds nothing once it is rolled back, and can only be deleted.
LocalStack gives the same status to one whose update failed: in a sandbox none of this is for you.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from wavetank.core.errors import InfrastructureError
from wavetank.core.naming import Names
from wavetank.deployment.cloudformation import STARTABLE, FoundStack, Stacks
from wavetank.deployment.failure_explanations import in_words
from wavetank.deployment.ownership import check_ours


class Remedy(StrEnum):
    """What is done."""

    DELETE = "delete"
    ROLL_BACK = "roll back"


@dataclass(frozen=True)
class Obstacle:
    """A stack that stands in the way; `cause` is what failed in it, empty if that is not known."""

    stack: str
    status: str
    cause: str
    remedy: Remedy

    @property
    def question(self) -> str:
        """What its user is to agree to."""
        why = f", since {self.cause}" if self.cause else ""
        found = f"stack {self.stack} is in {self.status}{why}"
        match self.remedy:
            case Remedy.DELETE if self.status == "DELETE_FAILED":
                return f"{found}. The rest of it is deleted, and it is created again"
            case Remedy.DELETE:
                return f"{found}. It never came to be: it is deleted, and created again"
            case Remedy.ROLL_BACK:
                return f"{found}. Its roll-back goes on, until it is as it was; then it is updated"


def find_obstacles(stacks: Stacks, names: Names) -> list[Obstacle]:
    """What stands in the way of a deployment and can be put right, once nothing is under way.

    Raises:
        UsageError: a stack of that name is somebody else's.
        InfrastructureError: a stack is in a state that only people can put right.
        ConditionTimeoutError: a stack does not come to rest.
    """
    found = [stacks.standing(name) for name in (names.storage_stack, names.pipeline_stack)]
    for standing in found:
        check_ours(standing, names.bucket)
    return list(_obstacles(found, names))


def remove_obstacle(stacks: Stacks, obstacle: Obstacle) -> None:
    """Puts it right.

    Raises:
        InfrastructureError: it cannot be.
        ConditionTimeoutError: it takes too long.
    """
    match obstacle.remedy:
        case Remedy.DELETE:
            stacks.delete(obstacle.stack)
        case Remedy.ROLL_BACK:
            stacks.roll_back(obstacle.stack)


def _obstacles(found: list[FoundStack], names: Names) -> Iterator[Obstacle]:
    for standing in found:
        if standing.status is None or standing.is_new or standing.status in STARTABLE:
            continue
        cause = in_words(standing.failure) if standing.failure else ""
        yield Obstacle(standing.name, standing.status, cause, _remedy(standing, names, cause))


def _remedy(standing: FoundStack, names: Names, cause: str) -> Remedy:
    match standing.status:
        case "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED":
            return Remedy.DELETE
        case "DELETE_FAILED" if standing.name == names.pipeline_stack:
            return Remedy.DELETE
        case "UPDATE_ROLLBACK_FAILED":
            return Remedy.ROLL_BACK
    raise InfrastructureError(
        f"stack {standing.name} in a state that can be updated",
        f"{standing.status}{f', since {cause}' if cause else ''}",
        "bring it to rest by hand: its events in the CloudFormation console say what it lacks. The "
        "delivery bucket and what is in it are kept, whatever becomes of its stack",
    )
