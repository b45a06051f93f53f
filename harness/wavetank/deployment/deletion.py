"""Delete one CloudFormation stack, reporting its events and naming what blocks it.

A deletion can be interrupted anywhere and requested again: CloudFormation continues.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError
from wavetank.deployment.cloudformation import SETTLE_SECONDS_MAX, ResourceEvent
from wavetank.deployment.stack_waiter import find_stack

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

ATTEMPTS = 2
"""A resource that was still used by another one can often be deleted the second time."""
GONE = "DELETE_COMPLETE"
FAILED = "DELETE_FAILED"
AROUND_A_REASON = re.compile(
    r"An error occurred \(\w+\) when calling the \w+ operation(?: \([^)]*\))?: "
    r"|Resource handler returned message: "
    r"|\s*\((?:Service|SDK Attempt|Request ?ID|RequestToken)[^)]*\)\.?"
)
"""What the SDK and CloudFormation's handlers put before and after a service's message."""


class StackDeletion:
    """Deletes the stacks of one target, and waits until they are gone.

    `pace_seconds` is the polling interval; `on_event` is called with each resource's event.
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

    def delete(self, name: str) -> bool:
        """Returns once the stack is deleted; False if it did not exist.

        Raises:
            InfrastructureError: a resource cannot be deleted; the error names it and the reason.
            ConditionTimeoutError: the stack does not settle in time.
        """
        stack = find_stack(self._client, name)
        if stack is None or stack["StackStatus"] == GONE:
            return False
        identifier = stack["StackId"]  # a deleted stack is found by its id only
        seen = {event["EventId"] for event in self._events(identifier)}
        for _ in range(ATTEMPTS):
            if self._settled(identifier, seen) == GONE:
                return True
            self._unprotect(identifier)
            self._client.delete_stack(StackName=identifier)
            if self._settled(identifier, seen) == GONE:
                return True
        raise InfrastructureError(
            f"stack {name} to be deleted",
            "; ".join(self._blockers(identifier)) or FAILED,
            "remove what is named, then run the same command again",
        )

    def _unprotect(self, identifier: str) -> None:
        stack = find_stack(self._client, identifier)
        if stack is not None and stack.get("EnableTerminationProtection"):
            self._client.update_termination_protection(
                StackName=identifier, EnableTerminationProtection=False
            )

    def _settled(self, identifier: str, seen: set[str]) -> str:
        """The stack's status once no operation is in progress; reports new events while waiting."""
        deadline = self._clock.monotonic() + self._settle_seconds_max
        while True:
            stack = find_stack(self._client, identifier)
            status = stack["StackStatus"] if stack else GONE
            for event in self._fresh_events(identifier, seen):
                self._on_event(event)
            if not status.endswith("_IN_PROGRESS") or status == "REVIEW_IN_PROGRESS":
                return status
            if self._clock.monotonic() > deadline:
                bound = f"within {self._settle_seconds_max:.0f} s"
                raise ConditionTimeoutError(
                    f"stack {identifier} to settle {bound}", status, "look at the stack's events"
                )
            self._clock.sleep(self._pace_seconds)

    def _blockers(self, identifier: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=identifier)
        for page in pages:
            for entry in page["StackResourceSummaries"]:
                if entry["ResourceStatus"] == FAILED:
                    named = entry.get("PhysicalResourceId") or entry["LogicalResourceId"]
                    reason = plain_reason(entry.get("ResourceStatusReason", "no reason given"))
                    yield f"{entry['ResourceType']} {named}: {reason}"

    def _fresh_events(self, identifier: str, seen: set[str]) -> list[ResourceEvent]:
        fresh = [event for event in self._events(identifier) if event["EventId"] not in seen]
        seen.update(event["EventId"] for event in fresh)
        return [
            ResourceEvent(
                resource=event.get("LogicalResourceId", ""),
                kind=event.get("ResourceType", ""),
                status=event.get("ResourceStatus", ""),
                reason=plain_reason(event.get("ResourceStatusReason", "")),
            )
            for event in sorted(fresh, key=lambda event: event["Timestamp"])
        ]

    def _events(self, identifier: str) -> "Iterator[StackEventTypeDef]":
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=identifier)
        for page in pages:
            yield from page["StackEvents"]


def plain_reason(reason: str) -> str:
    """A service's message without the call names and request ids around it."""
    return AROUND_A_REASON.sub("", reason).strip(' "').rstrip(".")
