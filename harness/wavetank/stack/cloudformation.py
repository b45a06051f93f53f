"""One CloudFormation stack brought to the state that a template describes.

Always by a change set: it says beforehand whether anything would change, and it is what a plan
shows. The same code on an emulator and on AWS; only the pace of asking differs.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wavetank.clients import ClientError, error_code
from wavetank.clock import Clock
from wavetank.errors import ConditionTimeoutError, InfrastructureError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

CHANGE_SET = "wavetank"
SETTLE_SECONDS_MAX = 1800.0
NO_CHANGES = ("didn't contain changes", "No updates are to be performed")
STARTABLE = frozenset(
    {
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "REVIEW_IN_PROGRESS",
    }
)
NEVER_MADE = frozenset(
    {"CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED"}
)
"""What a stack can only be deleted from; the second one also be created from."""
DELETED = frozenset({"DELETE_COMPLETE", "DELETE_FAILED"})
SUCCEEDED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE"})


@dataclass(frozen=True)
class ResourceEvent:
    """One line of a stack's progress."""

    resource: str
    kind: str
    status: str
    reason: str


@dataclass(frozen=True)
class StackState:
    """What a stack is after it was applied; `changed` is False where there was nothing to do."""

    outputs: Mapping[str, str]
    changed: bool


class Stacks:
    """The stacks of one target.

    `pace_seconds` is the wait between two looks, `settle_seconds_max` how long a stack may take.
    """

    def __init__(
        self,
        client: "CloudFormationClient",
        clock: Clock,
        pace_seconds: float,
        on_event: Callable[[ResourceEvent], None] = lambda _: None,
        settle_seconds_max: float = SETTLE_SECONDS_MAX,
    ) -> None:
        self._client = client
        self._clock = clock
        self._pace_seconds = pace_seconds
        self._on_event = on_event
        self._settle_seconds_max = settle_seconds_max

    def apply(self, name: str, template: str, parameters: Mapping[str, str]) -> StackState:
        """Creates or updates the stack, and returns when it has settled.

        Raises:
            InfrastructureError: the template is refused, a resource fails, or the stack is in a
                state that cannot be updated.
            ConditionTimeoutError: the stack does not settle in time.
        """
        stack = self._existing(name)
        create = stack is None or stack["StackStatus"] == "REVIEW_IN_PROGRESS"
        seen = set() if create else {event["EventId"] for event in self._events(name)}
        if not self._make_change_set(name, template, parameters, create=create):
            return StackState(self.outputs(name), changed=False)
        self._client.execute_change_set(StackName=name, ChangeSetName=CHANGE_SET)
        self._settle(name, seen)
        return StackState(self.outputs(name), changed=True)

    def discard_failed(self, name: str) -> None:
        """Deletes the stack if it was never made whole, so that it can be tried again.

        Raises:
            ConditionTimeoutError: it does not go in time.
        """
        if self.status(name) not in NEVER_MADE:
            return
        self._client.delete_stack(StackName=name)
        deadline = self._clock.monotonic() + self._settle_seconds_max
        while (status := self.status(name)) not in {None, *DELETED}:
            self._pause(deadline, f"stack {name} to be deleted", str(status))

    def outputs(self, name: str) -> dict[str, str]:
        """The stack's outputs; empty where there is no such stack."""
        stack = self._stack(name)
        outputs = stack.get("Outputs", []) if stack else []
        return {output["OutputKey"]: output["OutputValue"] for output in outputs}

    def status(self, name: str) -> str | None:
        """The stack's status; None where there is no such stack."""
        stack = self._stack(name)
        return stack["StackStatus"] if stack else None

    def _stack(self, name: str) -> "StackTypeDef | None":
        try:
            return self._client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if error_code(error) == "ValidationError":
                return None
            raise

    def _existing(self, name: str) -> "StackTypeDef | None":
        stack = self._stack(name)
        if stack is not None and stack["StackStatus"] not in STARTABLE:
            raise InfrastructureError(
                f"stack {name} in a state that can be updated",
                stack["StackStatus"],
                "wait if it is in progress; delete the stack if it failed, then deploy again",
            )
        return stack

    def _make_change_set(
        self, name: str, template: str, parameters: Mapping[str, str], *, create: bool
    ) -> bool:
        """Whether there is anything to change; if so the change set is ready to be executed."""
        self._drop_change_set(name)
        try:
            self._client.create_change_set(
                StackName=name,
                ChangeSetName=CHANGE_SET,
                ChangeSetType="CREATE" if create else "UPDATE",
                TemplateBody=template,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in parameters.items()
                ],
                Capabilities=["CAPABILITY_NAMED_IAM"],
            )
        except ClientError as error:
            message = error.response["Error"]["Message"]
            raise self._refused(name, message) from error
        status, reason = self._change_set_settled(name)
        if status == "CREATE_COMPLETE":
            return True
        self._drop_change_set(name)
        if any(phrase in reason for phrase in NO_CHANGES):
            return False
        raise self._refused(name, reason)

    def _refused(self, name: str, reason: str) -> InfrastructureError:
        return InfrastructureError(
            f"a template that CloudFormation accepts for {name}", reason, "correct the template"
        )

    def _drop_change_set(self, name: str) -> None:
        """A change set left by an interrupted deployment would stand in the way."""
        try:
            self._client.delete_change_set(StackName=name, ChangeSetName=CHANGE_SET)
        except ClientError as error:
            if error_code(error) not in {"ValidationError", "ChangeSetNotFound"}:
                raise

    def _change_set_settled(self, name: str) -> tuple[str, str]:
        deadline = self._clock.monotonic() + self._settle_seconds_max
        while True:
            answer = self._client.describe_change_set(StackName=name, ChangeSetName=CHANGE_SET)
            if answer["Status"] in {"CREATE_COMPLETE", "FAILED"}:
                return answer["Status"], answer.get("StatusReason", "")
            self._pause(deadline, f"a change set of {name}", answer["Status"])

    def _settle(self, name: str, seen: set[str]) -> None:
        """Follows the stack's events until it is at rest; the first failure is the reason given."""
        deadline = self._clock.monotonic() + self._settle_seconds_max
        failure = ""
        while True:
            status = self.status(name) or "DELETE_COMPLETE"
            for event in self._fresh_events(name, seen):
                self._on_event(event)
                if event.status.endswith("_FAILED") and not failure:
                    failure = f"{event.resource} {event.status}: {event.reason}"
            if status in SUCCEEDED:
                return
            if not status.endswith("_IN_PROGRESS"):
                raise InfrastructureError(
                    f"stack {name} to be deployed",
                    failure or status,
                    "correct what the reason names and run the same command again",
                )
            self._pause(deadline, f"stack {name} to settle", status)

    def _fresh_events(self, name: str, seen: set[str]) -> list[ResourceEvent]:
        fresh = [event for event in self._events(name) if event["EventId"] not in seen]
        seen.update(event["EventId"] for event in fresh)
        return [
            ResourceEvent(
                resource=event.get("LogicalResourceId", ""),
                kind=event.get("ResourceType", ""),
                status=event.get("ResourceStatus", ""),
                reason=event.get("ResourceStatusReason", ""),
            )
            for event in sorted(fresh, key=lambda event: event["Timestamp"])
        ]

    def _events(self, name: str) -> "list[StackEventTypeDef]":
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=name)
        return [event for page in pages for event in page["StackEvents"]]

    def _pause(self, deadline: float, expected: str, found: str) -> None:
        if self._clock.monotonic() > deadline:
            bound = f"within {self._settle_seconds_max:.0f} s"
            raise ConditionTimeoutError(f"{expected} {bound}", found, "look at the stack's events")
        self._clock.sleep(self._pace_seconds)
