"""A stack followed until it is at rest: each event as it comes, and what failed first.

Whoever follows need not be who began: what another process left under way is taken part in.
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
"""With such an event of the stack itself an operation begins."""
CANCELLED = "cancelled"
"""CloudFormation's word for what it gave up because something else had failed."""
GONE = "DELETE_COMPLETE"


@dataclass(frozen=True)
class ResourceEvent:
    """One line of a stack's progress."""

    resource: str
    kind: str
    status: str
    reason: str

    @property
    def is_failure(self) -> bool:
        """Whether it is one of its own, and not the consequence of another."""
        return self.status.endswith("_FAILED") and CANCELLED not in self.reason


@dataclass(frozen=True)
class StackResult:
    """How a stack came to rest; `failure` is what failed first, None where nothing did."""

    status: str
    failure: ResourceEvent | None


@dataclass(frozen=True)
class Pace:
    """How often CloudFormation is asked, in seconds, and how long a stack may take."""

    clock: Clock
    seconds: float
    patience_seconds: float

    def deadline(self) -> float:
        """When the patience of whoever begins to wait now is over."""
        return self.clock.monotonic() + self.patience_seconds

    def wait(self, deadline: float, expected: str, found: str) -> None:
        """Waits until the next look.

        Raises:
            ConditionTimeoutError: the deadline has passed.
        """
        if self.clock.monotonic() > deadline:
            bound = f"within {self.patience_seconds:.0f} s"
            raise ConditionTimeoutError(f"{expected} {bound}", found, "look at the stack's events")
        self.clock.sleep(self.seconds)


class Follower:
    """Looks at the stacks of one target. A stack is named by its name, or by its id once gone."""

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
        """The stack as CloudFormation describes it; None where there is none."""
        try:
            return self._client.describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if error_code(error) == "ValidationError":
                return None
            raise

    def told(self, stack: str) -> set[str]:
        """Every event until now, by its id."""
        return {event["EventId"] for event in self._events(stack)}

    def told_before(self, stack: str) -> set[str]:
        """Every event from before what is under way, or was last, began."""
        events = list(self._events(stack))
        begun = next((n for n, event in enumerate(events) if _is_beginning(event)), len(events))
        return {event["EventId"] for event in events[begun + 1 :]}

    def until_rest(self, stack: str, told: set[str], before: str | None = None) -> StackResult:
        """Tells of each event that was not told, until nothing is under way.

        `before` is the status that was seen before something was begun: until an event comes it may
        still be shown.

        Raises:
            ConditionTimeoutError: it goes on for too long.
        """
        deadline, failure, begun = self._pace.deadline(), None, before is None
        while True:
            found = self.find(stack)
            status = found["StackStatus"] if found else GONE
            for event in self._fresh(stack, told) if found else ():
                self._on_event(event)
                failure = failure or (event if event.is_failure else None)
                begun = True
            if not status.endswith("_IN_PROGRESS") and (begun or status != before):
                return StackResult(status, failure)
            self._pace.wait(deadline, f"stack {_name(stack)} to settle", status)

    def last_failure(self, stack: str) -> ResourceEvent | None:
        """What failed first in the last operation; None where nothing did."""
        fresh = self._fresh(stack, self.told_before(stack))
        return next((event for event in fresh if event.is_failure), None)

    def _fresh(self, stack: str, told: set[str]) -> list[ResourceEvent]:
        """The events that were not told, oldest first; now they are."""
        fresh = list(takewhile(lambda event: event["EventId"] not in told, self._events(stack)))
        told.update(event["EventId"] for event in fresh)
        return [_event(event) for event in reversed(fresh)]

    def _events(self, stack: str) -> "Iterator[StackEventTypeDef]":
        """Newest first, as CloudFormation has them."""
        for page in self._client.get_paginator("describe_stack_events").paginate(StackName=stack):
            yield from page["StackEvents"]


def _name(stack: str) -> str:
    """Of a stack that is named by its id, which is an ARN: .../NAME/UUID."""
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
