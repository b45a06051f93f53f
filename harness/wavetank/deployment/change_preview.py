"""Previews how a template would change a stack, by a change set that is never executed.

The change set is always deleted afterwards. For a stack that does not exist, creating one leaves an
empty stack in REVIEW_IN_PROGRESS; it is deleted too, but only if it was created for our change set
and contains no other. What a killed plan left behind is deleted by the next one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wavetank.aws.clients import BotoCoreError, ClientError, error_code
from wavetank.aws.observers import wait_until
from wavetank.core.clock import Clock
from wavetank.core.errors import InfrastructureError
from wavetank.deployment.changes import (
    ResourceChange,
    RetainedResources,
    read_change,
    read_retained,
)
from wavetank.deployment.cloudformation import NO_CHANGES, STARTABLE, Stacks
from wavetank.deployment.deployer import WantedStack
from wavetank.templates.project_templates import parse_template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ResourceChangeTypeDef

PLAN_CHANGE_SET = "wavetank-plan"
SETTLE_SECONDS_MAX = 300.0
REVIEW = "REVIEW_IN_PROGRESS"
NOT_YET = "InvalidChangeSetStatus"
"""CloudFormation's error for deleting a change set that is still being created."""
ABSENT = frozenset({"ValidationError", "ChangeSetNotFound"})
REFUSING = frozenset(
    {
        "AccessDenied",
        "InsufficientCapabilitiesException",
        "LimitExceededException",
        "ValidationError",
    }
)
UNPROVIDED = frozenset({"InternalFailure", "AccessDenied", "AccessDeniedException"})
"""Errors of DescribeEvents, which only adds detail: LocalStack lacks it, a role may be denied
it."""


@dataclass(frozen=True)
class StackChanges:
    """What a deployment would change in one stack; `status` is None if the stack does not exist.

    `refusal` is CloudFormation's reason to refuse the change, empty if it accepts.
    """

    name: str
    status: str | None
    changes: tuple[ResourceChange, ...] = ()
    refusal: str = ""


class ChangePreviewer:
    """Previews changes of stacks by change sets that are deleted; polls each `pace_seconds`."""

    def __init__(
        self,
        client: "CloudFormationClient",
        clock: Clock,
        pace_seconds: float,
        settle_seconds_max: float = SETTLE_SECONDS_MAX,
    ) -> None:
        self._client = client
        self._stacks = Stacks(client, clock, pace_seconds)
        self._clock = clock
        self._pace_seconds = pace_seconds
        self._settle_seconds_max = settle_seconds_max

    def changes(self, wanted: WantedStack) -> StackChanges:
        """What updating or creating the stack with this template would change.

        Raises:
            InfrastructureError: the change set or the empty stack cannot be deleted.
            ConditionTimeoutError: CloudFormation does not complete the change set in time.
        """
        name, status = wanted.name, self._stacks.status(wanted.name)
        if status is not None and status not in STARTABLE:
            return StackChanges(name, status, refusal=f"the stack is in {status}")
        ours = status is None or (status == REVIEW and self._change_sets(name) == {PLAN_CHANGE_SET})
        shown = None if ours else status  # a preview's own empty stack counts as absent
        with self._cleaned_up(name, whole_stack=ours):
            reason = self._make(wanted, create=status in {None, REVIEW})
            if any(phrase in reason for phrase in NO_CHANGES):
                return StackChanges(name, shown)
            if reason:
                return StackChanges(name, shown, refusal=reason)
            return StackChanges(name, shown, tuple(self._read(wanted, exists=status is not None)))

    def _make(self, wanted: WantedStack, *, create: bool) -> str:
        """Creates the change set; returns why that failed, or an empty string."""
        self._drop(wanted.name)  # one that a killed plan left behind
        try:
            self._client.create_change_set(
                StackName=wanted.name,
                ChangeSetName=PLAN_CHANGE_SET,
                ChangeSetType="CREATE" if create else "UPDATE",
                TemplateBody=wanted.template,
                Parameters=[
                    {"ParameterKey": key, "ParameterValue": value}
                    for key, value in wanted.parameters.items()
                ],
                Capabilities=["CAPABILITY_NAMED_IAM"],
                Tags=[{"Key": key, "Value": value} for key, value in wanted.tags.items()],
                Description="Created by ./wavetank plan for a preview; never executed.",
            )
        except ClientError as error:
            if error_code(error) in REFUSING:
                return error.response["Error"]["Message"]
            raise
        return self._settled(wanted.name)

    def _settled(self, name: str) -> str:
        """Waits until the change set is complete; returns why it failed, or an empty string."""
        status, reason, change_set = self._wait(
            lambda: self._described(name),
            lambda described: described[0] in {"CREATE_COMPLETE", "FAILED"},
            f"a change set of {name}",
        )
        if status == "CREATE_COMPLETE":
            return ""
        return "; ".join((reason or "no reason given", *self._validation_errors(change_set)))

    def _described(self, name: str) -> tuple[str, str, str]:
        answer = self._client.describe_change_set(StackName=name, ChangeSetName=PLAN_CHANGE_SET)
        return answer["Status"], answer.get("StatusReason", ""), answer["ChangeSetId"]

    def _validation_errors(self, change_set: str) -> Iterator[str]:
        """What CloudFormation's validation before deployment found, such as a name that is taken.

        [CloudFormation user guide, validate-stack-deployments]
        """
        try:
            answer = self._client.describe_events(
                ChangeSetName=change_set, Filters={"FailedEvents": True}
            )
        except ClientError as error:
            if error_code(error) not in UNPROVIDED:
                raise
            return
        for event in answer["OperationEvents"]:
            if event.get("EventType") == "VALIDATION_ERROR":
                what = event.get("ValidationStatusReason", event.get("ValidationName", ""))
                yield f"{event.get('LogicalResourceId', 'the template')}: {what}"

    def _read(self, wanted: WantedStack, *, exists: bool) -> Iterator[ResourceChange]:
        pages = self._client.get_paginator("describe_change_set").paginate(
            StackName=wanted.name, ChangeSetName=PLAN_CHANGE_SET, IncludePropertyValues=True
        )
        found = [c["ResourceChange"] for p in pages for c in p["Changes"] if "ResourceChange" in c]
        undecided = any(_may_take_data(change) and "PolicyAction" not in change for change in found)
        retained = self._retained(wanted) if exists and undecided else RetainedResources()
        for change in found:
            yield read_change(change, retained)

    def _retained(self, wanted: WantedStack) -> RetainedResources:
        deployed: Any = self._client.get_template(StackName=wanted.name)["TemplateBody"]
        before = parse_template(deployed) if isinstance(deployed, str) else deployed
        return read_retained(before, parse_template(wanted.template))

    @contextmanager
    def _cleaned_up(self, name: str, *, whole_stack: bool) -> Iterator[None]:
        try:
            yield
        finally:
            try:
                self._clean_up(name, whole_stack=whole_stack)
            except (BotoCoreError, ClientError) as error:
                raise InfrastructureError(
                    f"change set {PLAN_CHANGE_SET} of {name} to be deleted (it was never executed)",
                    str(error),
                    "check the network, then run the same command again: it deletes the change set",
                ) from error

    def _clean_up(self, name: str, *, whole_stack: bool) -> None:
        self._drop(name)
        if not whole_stack or self._stacks.status(name) != REVIEW:
            return
        if self._change_sets(name) - {PLAN_CHANGE_SET}:
            return  # someone else is about to deploy the stack by another change set
        self._client.delete_stack(StackName=name)
        self._wait(
            lambda: self._stacks.status(name),
            lambda status: status is None,
            f"the empty stack {name} to be deleted",
        )

    def _drop(self, name: str) -> None:
        """Deletes our change set if it exists; waits if it is still being created."""
        self._wait(lambda: self._dropped(name), bool, f"a change set of {name} to be deleted")

    def _dropped(self, name: str) -> bool:
        try:
            self._client.delete_change_set(StackName=name, ChangeSetName=PLAN_CHANGE_SET)
        except ClientError as error:
            if error_code(error) == NOT_YET:
                return False
            if error_code(error) not in ABSENT:
                raise
        return True

    def _change_sets(self, name: str) -> set[str]:
        pages = self._client.get_paginator("list_change_sets").paginate(StackName=name)
        return {entry["ChangeSetName"] for page in pages for entry in page["Summaries"]}

    def _wait[T](self, observe: Callable[[], T], accept: Callable[[T], object], expected: str) -> T:
        return wait_until(
            observe,
            accept,
            expected=expected,
            hint="run the same command again",
            within_seconds=self._settle_seconds_max,
            clock=self._clock,
            pace_seconds=self._pace_seconds,
        )


def _may_take_data(change: "ResourceChangeTypeDef") -> bool:
    return change.get("Action") == "Remove" or change.get("Replacement") in {"True", "Conditional"}
