"""Create, update and delete CloudFormation stacks, each until it has settled.

Every change is made by a change set, which shows in advance whether anything changes; `plan` uses
the same. The code is the same on an emulator and on AWS; only the polling interval differs. An
operation that is already in progress is waited for, so that an interrupted deployment is continued
by starting it again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.deployment.change_sets import NO_CHANGES, ChangeSets, StackContent
from wavetank.deployment.failure_explanations import describe_failure, explain
from wavetank.deployment.stack_waiter import Pace, ResourceEvent, StackResult, StackWaiter

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

__all__ = [
    "NEVER_CREATED",
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
NEVER_CREATED = frozenset({"CREATE_FAILED", REVIEW, "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"})
"""States of a stack whose creation failed: it can only be deleted; from REVIEW also created."""
SUCCEEDED = frozenset({"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE"})
DELETED = "DELETE_COMPLETE"
STATES: Mapping[str, str] = {
    "DELETE_FAILED": "it is partly deleted",
    "UPDATE_ROLLBACK_COMPLETE": "the previous version continues to run",
    "UPDATE_ROLLBACK_FAILED": "some of its resources were not rolled back",
}


@dataclass(frozen=True)
class StackState:
    """The outputs of a stack that was applied; `changed` is False if it was up to date."""

    outputs: Mapping[str, str]
    changed: bool


@dataclass(frozen=True)
class FoundStack:
    """A stack without an operation in progress; `status` is None if it does not exist.

    `failure` is the first failure of its last operation, if it is in a failed state; `waited` says
    that an operation was in progress and was waited for.
    """

    name: str
    status: str | None = None
    stack_id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    failure: ResourceEvent | None = None
    waited: bool = False

    @property
    def is_new(self) -> bool:
        """Whether the stack contains nothing yet."""
        return self.status in {None, DELETED, REVIEW}


class Stacks:
    """Creates, updates and deletes the stacks of one target, and waits for each operation.

    `pace_seconds` is the polling interval, `settle_seconds_max` how long a stack may take.
    `publish` uploads a template that is too long for a request, and returns its URL.
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
        self._waiter = StackWaiter(client, pace, on_event)
        self._change_sets = ChangeSets(client, pace, publish)

    def apply(
        self,
        name: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str] | None = None,
    ) -> StackState:
        """Creates or updates the stack; returns when it has settled.

        Raises:
            UsageError: the template is larger than CloudFormation accepts.
            InfrastructureError: the template is refused, a resource fails, or the stack is in a
                state that cannot be updated.
            ConditionTimeoutError: the stack does not settle in time.
        """
        found = self.wait_until_settled(name)
        if not found.is_new and found.status not in STARTABLE:
            raise _not_startable(found)
        content = StackContent(template, parameters, tags or {})
        change_set = self._change_sets.make(name, content, create=found.is_new)
        if change_set is None:
            return StackState(self.outputs(name), changed=found.waited)
        # Read before the execution, so that exactly its events are reported.
        seen = self._waiter.seen_events(change_set.stack_id)
        self._change_sets.execute(name, change_set)
        rest = self._waiter.wait_until_settled(change_set.stack_id, seen, found.status or REVIEW)
        if rest.status not in SUCCEEDED:
            raise _failed(name, rest)
        return StackState(self.outputs(name), changed=True)

    def wait_until_settled(self, name: str) -> FoundStack:
        """The stack, once no operation is in progress in it.

        Raises:
            ConditionTimeoutError: an operation does not end in time.
        """
        found, waited = self._waiter.find(name), False
        if found is not None and _is_in_progress(found):
            stack = found["StackId"]
            self._waiter.wait_until_settled(stack, self._waiter.events_before_operation(stack))
            found, waited = self._waiter.find(name), True
        if found is None:
            return FoundStack(name, waited=waited)
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
            failure=self._waiter.last_failure(name) if bad else None,
            waited=waited,
        )

    def protect(self, name: str) -> None:
        """Enables termination protection."""
        if not self.wait_until_settled(name).protected:
            self._client.update_termination_protection(
                StackName=name, EnableTerminationProtection=True
            )

    def delete(self, name: str) -> None:
        """Deletes the stack; returns when it no longer exists.

        Raises:
            InfrastructureError: a resource cannot be deleted.
            ConditionTimeoutError: the deletion does not end in time.
        """
        found = self.wait_until_settled(name)
        if found.status in {None, DELETED}:
            return
        seen = self._waiter.seen_events(found.stack_id)
        self._client.delete_stack(StackName=found.stack_id)
        rest = self._waiter.wait_until_settled(found.stack_id, seen, found.status)
        if rest.status != DELETED:
            raise _failed(name, rest, "to be deleted")

    def roll_back(self, name: str) -> None:
        """Continues a rollback that failed; returns when the stack is in its previous state.

        Raises:
            InfrastructureError: it fails again.
            ConditionTimeoutError: it does not end in time.
        """
        seen, before = self._waiter.seen_events(name), self.status(name)
        self._client.continue_update_rollback(StackName=name)
        rest = self._waiter.wait_until_settled(name, seen, before)
        if rest.status != "UPDATE_ROLLBACK_COMPLETE":
            raise _failed(name, rest, "to be rolled back")

    def discard_failed(self, name: str) -> None:
        """Deletes the stack if its creation failed, so that it can be created again.

        Raises:
            InfrastructureError: a resource cannot be deleted.
            ConditionTimeoutError: the deletion does not end in time.
        """
        if self.status(name) in NEVER_CREATED:
            self.delete(name)

    def outputs(self, name: str) -> dict[str, str]:
        """The stack's outputs; empty if the stack does not exist."""
        stack = self._waiter.find(name)
        outputs = stack.get("Outputs", []) if stack else []
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def status(self, name: str) -> str | None:
        """The stack's status; None if the stack does not exist."""
        stack = self._waiter.find(name)
        return stack["StackStatus"] if stack else None


def _is_in_progress(stack: "StackTypeDef") -> bool:
    status = stack["StackStatus"]
    return status.endswith("_IN_PROGRESS") and status != REVIEW


def _failed(name: str, rest: StackResult, wanted: str = "to be deployed") -> InfrastructureError:
    failure = rest.failure
    found = describe_failure(failure) if failure else rest.status
    meaning = STATES.get(rest.status)
    state = f"; the stack is in {rest.status}: {meaning}" if meaning else ""
    explanation = explain(failure.kind, failure.reason) if failure else None
    action = "correct what the reason names and run the same command again"
    return InfrastructureError(
        f"stack {name} {wanted}", found + state, explanation.action if explanation else action
    )


def _not_startable(found: FoundStack) -> InfrastructureError:
    why = f", since {describe_failure(found.failure)}" if found.failure else ""
    return InfrastructureError(
        f"stack {found.name} in a state that can be updated",
        f"{found.status}{why}",
        "delete the stack, then deploy again",
    )
