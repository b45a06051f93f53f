"""One CloudFormation stack brought to the state that a template describes.

Always by a change set: it says beforehand whether anything would change, and it is what a plan
shows. The same code on an emulator and on AWS; only the pace of asking differs. What is under way
already is waited for and taken part in, so that an interrupted deployment is only begun again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.deployment.change_sets import NO_CHANGES, ChangeSets, StackContent
from wavetank.deployment.failure_explanations import explain, in_words
from wavetank.deployment.stack_waiter import Follower, Pace, ResourceEvent, StackResult

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

__all__ = [
    "NEVER_MADE",
    "NO_CHANGES",
    "SETTLE_SECONDS_MAX",
    "STARTABLE",
    "FoundStack",
    "ResourceEvent",
    "StackState",
    "Stacks",
]

SETTLE_SECONDS_MAX = 1800.0
REVIEW = "REVIEW_IN_PROGRESS"
STARTABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        REVIEW,
    }
)
NEVER_MADE = frozenset({"CREATE_FAILED", REVIEW, "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""What a stack can only be deleted from; the second one also be created from."""
SUCCEEDED = frozenset({"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE"})
DELETED = "DELETE_COMPLETE"
STATES: Mapping[str, str] = {
    "DELETE_FAILED": "it is half deleted",
    "UPDATE_ROLLBACK_COMPLETE": "what ran before runs on",
    "UPDATE_ROLLBACK_FAILED": "some of it is as before, and some is not",
}


@dataclass(frozen=True)
class StackState:
    """What a stack is after it was applied; `changed` is False where there was nothing to do."""

    outputs: Mapping[str, str]
    changed: bool


@dataclass(frozen=True)
class FoundStack:
    """A stack as it is found, at rest; `status` is None where there is none.

    `failure` is what failed first in its last operation, where it is in a state of failure;
    `took_part` says that something was under way, and was waited for.
    """

    name: str
    status: str | None = None
    stack_id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    failure: ResourceEvent | None = None
    took_part: bool = False

    @property
    def is_new(self) -> bool:
        """Whether there is nothing in it yet."""
        return self.status in {None, DELETED, REVIEW}


class Stacks:
    """The stacks of one target.

    `pace_seconds` is the wait between two looks, `settle_seconds_max` how long a stack may take.
    `publish` puts a template that is too long for a request where CloudFormation can fetch it, and
    gives its URL.
    """

    def __init__(
        self,
        client: "CloudFormationClient",
        clock: Clock,
        pace_seconds: float,
        on_event: Callable[[ResourceEvent], None] = lambda _: None,
        settle_seconds_max: float = SETTLE_SECONDS_MAX,
        publish: Callable[[str], str] | None = None,
    ) -> None:
        pace = Pace(clock, pace_seconds, settle_seconds_max)
        self._client = client
        self._follower = Follower(client, pace, on_event)
        self._change_sets = ChangeSets(client, pace, publish)

    def apply(
        self,
        name: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> StackState:
        """Creates or updates the stack, and returns when it has settled.

        Raises:
            UsageError: the template is larger than CloudFormation takes.
            InfrastructureError: the template is refused, a resource fails, or the stack is in a
                state that cannot be updated.
            ConditionTimeoutError: the stack does not settle in time.
        """
        standing = self.standing(name)
        if not standing.is_new and standing.status not in STARTABLE:
            raise _not_startable(standing)
        content = StackContent(template, parameters, tags or {})
        change_set = self._change_sets.make(name, content, create=standing.is_new)
        if change_set is None:
            return StackState(self.outputs(name), changed=standing.took_part)
        told = self._follower.told(change_set.stack_id)
        self._change_sets.execute(name, change_set)
        rest = self._follower.until_rest(change_set.stack_id, told, standing.status or REVIEW)
        if rest.status not in SUCCEEDED:
            raise _failed(name, rest)
        return StackState(self.outputs(name), changed=True)

    def standing(self, name: str) -> FoundStack:
        """The stack once nothing is under way in it.

        Raises:
            ConditionTimeoutError: it does not come to rest.
        """
        found, took_part = self._follower.find(name), False
        if found is not None and _is_under_way(found):
            stack = found["StackId"]
            self._follower.until_rest(stack, self._follower.told_before(stack))
            found, took_part = self._follower.find(name), True
        if found is None:
            return FoundStack(name, took_part=took_part)
        bad = found["StackStatus"] not in STARTABLE
        return FoundStack(
            name=name,
            status=found["StackStatus"],
            stack_id=found.get("StackId", name),
            parameters={
                p["ParameterKey"]: p["ParameterValue"] for p in found.get("Parameters", [])
            },
            tags={tag["Key"]: tag["Value"] for tag in found.get("Tags", [])},
            protected=found.get("EnableTerminationProtection", False),
            failure=self._follower.last_failure(name) if bad else None,
            took_part=took_part,
        )

    def protect(self, name: str) -> None:
        """From here on nobody deletes the stack who has not said so twice."""
        if not self.standing(name).protected:
            self._client.update_termination_protection(
                StackName=name, EnableTerminationProtection=True
            )

    def delete(self, name: str) -> None:
        """Returns when there is no such stack.

        Raises:
            InfrastructureError: a resource cannot be deleted.
            ConditionTimeoutError: it does not go in time.
        """
        standing = self.standing(name)
        if standing.status in {None, DELETED}:
            return
        told = self._follower.told(standing.stack_id)
        self._client.delete_stack(StackName=standing.stack_id)
        rest = self._follower.until_rest(standing.stack_id, told, standing.status)
        if rest.status != DELETED:
            raise _failed(name, rest, "to be deleted")

    def roll_back(self, name: str) -> None:
        """Goes on with a roll-back that failed, and returns when the stack is as it was before.

        Raises:
            InfrastructureError: it fails again.
            ConditionTimeoutError: it does not end in time.
        """
        told, before = self._follower.told(name), self.status(name)
        self._client.continue_update_rollback(StackName=name)
        rest = self._follower.until_rest(name, told, before)
        if rest.status != "UPDATE_ROLLBACK_COMPLETE":
            raise _failed(name, rest, "to be rolled back")

    def discard_failed(self, name: str) -> None:
        """Deletes the stack if it was never made whole, so that it can be tried again.

        Raises:
            InfrastructureError: a resource cannot be deleted.
            ConditionTimeoutError: it does not go in time.
        """
        if self.status(name) in NEVER_MADE:
            self.delete(name)

    def outputs(self, name: str) -> dict[str, str]:
        """The stack's outputs; empty where there is no such stack."""
        stack = self._follower.find(name)
        outputs = stack.get("Outputs", []) if stack else []
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def status(self, name: str) -> str | None:
        """The stack's status; None where there is no such stack."""
        stack = self._follower.find(name)
        return stack["StackStatus"] if stack else None


def _is_under_way(stack: "StackTypeDef") -> bool:
    status = stack["StackStatus"]
    return status.endswith("_IN_PROGRESS") and status != REVIEW


def _failed(name: str, rest: StackResult, wanted: str = "to be deployed") -> InfrastructureError:
    failure = rest.failure
    found = in_words(failure) if failure else rest.status
    meaning = STATES.get(rest.status)
    state = f"; the stack is in {rest.status}: {meaning}" if meaning else ""
    explanation = explain(failure.kind, failure.reason) if failure else None
    action = "correct what the reason names and run the same command again"
    return InfrastructureError(
        f"stack {name} {wanted}", found + state, explanation.action if explanation else action
    )


def _not_startable(standing: FoundStack) -> InfrastructureError:
    why = f", since {in_words(standing.failure)}" if standing.failure else ""
    return InfrastructureError(
        f"stack {standing.name} in a state that can be updated",
        f"{standing.status}{why}",
        "delete the stack, then deploy again",
    )
