"""Wait until a stack has settled, reporting each event and the first failure.

The operation may have been started by another process: one that is in progress is waited for.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING

from wavetank.aws.clients import ClientError, error_code
from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

BEGINNINGS = frozenset(
    {"CREATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS", "UPDATE_IN_PROGRESS"}
)
"""Statuses of the stack's own event with which an operation begins."""
CANCELLED = "cancelled"
"""CloudFormation's word for a resource that it gave up because another had failed."""
GONE = "DELETE_COMPLETE"
PACE_SECONDS_MAX = 1.0
"""The longest interval of polls that begin at a shorter one."""


def find_stack(client: "CloudFormationClient", name: str) -> "StackTypeDef | None":
    """The stack of that name as CloudFormation describes it; None if it does not exist."""
    try:
        return client.describe_stacks(StackName=name)["Stacks"][0]
    except ClientError as error:
        if error_code(error) == "ValidationError":
            return None
        raise


@dataclass(frozen=True)
class ResourceEvent:
    """An event of a stack operation, as CloudFormation reports it for one resource."""

    resource: str
    kind: str
    status: str
    reason: str

    @property
    def is_failure(self) -> bool:
        """Whether the resource itself failed, and not as the consequence of another."""
        return self.status.endswith("_FAILED") and CANCELLED not in self.reason


@dataclass(frozen=True)
class StackResult:
    """The result of a stack operation; `failure` is the first failure, or None."""

    status: str
    failure: ResourceEvent | None


@dataclass(frozen=True)
class Pace:
    """The interval in seconds at which CloudFormation is polled, and the time-out of a stack.

    An interval below a second, as for a LocalStack, becomes longer while a stack is waited for: on
    a busy host, polls would otherwise take the time that the deployment needs.
    """

    clock: Clock
    seconds: float
    timeout_seconds: float

    def deadline(self) -> float:
        """The monotonic time at which a wait that begins now times out."""
        return self.clock.monotonic() + self.timeout_seconds

    def wait(self, deadline: float, expected: str, found: str) -> None:
        """Waits until the next poll.

        Raises:
            ConditionTimeoutError: the deadline has passed.
        """
        if self.clock.monotonic() > deadline:
            bound = f"within {self.timeout_seconds:.0f} s"
            raise ConditionTimeoutError(f"{expected} {bound}", found, "look at the stack's events")
        waited = self.timeout_seconds - (deadline - self.clock.monotonic())
        self.clock.sleep(max(self.seconds, min(waited / 10, PACE_SECONDS_MAX)))


class StackWaiter:
    """Polls stacks until their operation ends; a deleted stack is found by its id only."""

    def __init__(
        self,
        client: "CloudFormationClient",
        pace: Pace,
        on_event: Callable[[ResourceEvent], None],
    ) -> None:
        self._client = client
        self._pace = pace
        self._on_event = on_event

    def find(self, stack: str) -> "StackTypeDef | None":
        """The stack as CloudFormation describes it; None if it does not exist."""
        return find_stack(self._client, stack)

    def seen_events(self, stack: str) -> set[str]:
        """Ids of all events so far."""
        return {event["EventId"] for event in self._events(stack)}

    def events_before_operation(self, stack: str) -> set[str]:
        """Ids of the events from before the current or last operation began."""
        events = list(self._events(stack))
        begun = next((n for n, event in enumerate(events) if _is_beginning(event)), len(events))
        return {event["EventId"] for event in events[begun + 1 :]}

    def wait_until_settled(
        self, stack: str, seen: set[str], before: str | None = None
    ) -> StackResult:
        """Reports each event that is not in `seen`, until no operation is in progress.

        `before` is the status from before the operation was requested: CloudFormation may still
        return it until the first event appears.

        Raises:
            ConditionTimeoutError: the operation does not end in time.
        """
        deadline, failure, begun = self._pace.deadline(), None, before is None
        while True:
            found = self.find(stack)
            status = found["StackStatus"] if found else GONE
            for event in self._fresh(stack, seen) if found else ():
                self._on_event(event)
                failure = failure or (event if event.is_failure else None)
                begun = True
            if not status.endswith("_IN_PROGRESS") and (begun or status != before):
                return StackResult(status, failure)
            self._pace.wait(deadline, f"stack {_name(stack)} to settle", status)

    def last_failure(self, stack: str) -> ResourceEvent | None:
        """The first failure of the last operation; None if nothing failed."""
        fresh = self._fresh(stack, self.events_before_operation(stack))
        return next((event for event in fresh if event.is_failure), None)

    def _fresh(self, stack: str, seen: set[str]) -> list[ResourceEvent]:
        """The events that are not in `seen`, oldest first; adds them to it."""
        fresh = list(takewhile(lambda event: event["EventId"] not in seen, self._events(stack)))
        seen.update(event["EventId"] for event in fresh)
        return [_event(event) for event in reversed(fresh)]

    def _events(self, stack: str) -> "Iterator[StackEventTypeDef]":
        """Newest first, in the order of CloudFormation."""
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=stack):
            yield from page["StackEvents"]


def _name(stack: str) -> str:
    """The name of a stack that is given by its id, an ARN: .../NAME/UUID."""
    return stack.split("/")[1] if "/" in stack else stack


def _is_beginning(event: "StackEventTypeDef") -> bool:
    own = event.get("PhysicalResourceId") == event["StackId"]
    return own and event.get("ResourceStatus") in BEGINNINGS


def _event(event: "StackEventTypeDef") -> ResourceEvent:
    return ResourceEvent(
        resource=event.get("LogicalResourceId", ""),
        kind=event.get("ResourceType", ""),
        status=event.get("ResourceStatus", ""),
        reason=event.get("ResourceStatusReason", ""),
    )
