"""A preview leaves nothing behind, whatever happens in between."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.passing import Passing
from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.errors import ConditionTimeoutError, InfrastructureError
from wavetank.deployment.change_preview import PLAN_CHANGE_SET, ChangePreviewer, StackChanges
from wavetank.deployment.deployer import WantedStack

WANTED = WantedStack("some", '{"Resources": {}}', {"Key": "value"})
READY = "CREATE_COMPLETE"
ADDITION = {"ResourceChange": {"Action": "Add", "LogicalResourceId": "A", "ResourceType": "T"}}


def _error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": code}}, operation)


@dataclass
class CloudFormation:
    """One stack, as AWS documents it; LocalStack never fails, waits or validates on request."""

    status: str | None = None
    sets: set[str] = field(default_factory=set)
    statuses: list[str] = field(default_factory=lambda: [READY])
    reason: str = ""
    refused: str = ""
    changes: tuple[dict[str, Any], ...] = (ADDITION,)
    events: list[dict[str, str]] = field(default_factory=list)
    undeletable: int = 0
    at_describing: Callable[[], None] = lambda: None
    calls: list[str] = field(default_factory=list)
    sent: dict[str, Any] = field(default_factory=dict)

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        if self.status is None:
            raise _error("ValidationError", "DescribeStacks")
        return {"Stacks": [{"StackStatus": self.status}]}

    def create_change_set(self, **request: Any) -> None:
        self.calls.append("create_change_set")
        self.sent = request
        if self.refused:
            raise _error(self.refused, "CreateChangeSet")
        self.sets.add(request["ChangeSetName"])
        self.status = self.status or "REVIEW_IN_PROGRESS"

    def delete_change_set(self, **_: str) -> None:
        if self.status is None:
            raise _error("ValidationError", "DeleteChangeSet")
        if PLAN_CHANGE_SET in self.sets and self.undeletable:
            self.undeletable -= 1
            raise _error("InvalidChangeSetStatus", "DeleteChangeSet")
        self.sets.discard(PLAN_CHANGE_SET)

    def describe_change_set(self, **_: object) -> dict[str, str]:
        self.at_describing()
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return {"Status": status, "StatusReason": self.reason, "ChangeSetId": "arn"}

    def describe_events(self, **_: object) -> dict[str, Any]:
        return {"OperationEvents": self.events}

    def delete_stack(self, **_: str) -> None:
        self.calls.append("delete_stack")
        self.status = None

    def get_paginator(self, operation: str) -> "Pages":
        if operation == "list_change_sets":
            return Pages([{"Summaries": [{"ChangeSetName": name}]} for name in self.sets])
        return Pages([{"Changes": [change]} for change in self.changes])


@dataclass
class Pages:
    """Every page of an answer."""

    pages: list[dict[str, Any]]

    def paginate(self, **_: object) -> list[dict[str, Any]]:
        return self.pages


def _look(cloudformation: CloudFormation) -> StackChanges:
    client: Any = cloudformation
    return ChangePreviewer(client, Passing(), 1.0).changes(WANTED)


def test_the_preview_of_a_new_stack_is_deleted() -> None:
    """All pages of its additions are read; the empty stack around the change set is deleted too."""
    aws = CloudFormation(changes=(ADDITION, ADDITION), statuses=["CREATE_PENDING", READY])
    seen = _look(aws)
    assert (seen.status, len(seen.changes), seen.refusal) == (None, 2, "")
    assert aws.sent["ChangeSetType"] == "CREATE"
    assert (aws.status, aws.sets) == (None, set())


def test_the_preview_of_a_deployed_stack_leaves_it() -> None:
    """Only the change set is deleted."""
    aws = CloudFormation(status="UPDATE_COMPLETE")
    assert _look(aws).status == "UPDATE_COMPLETE"
    assert aws.sent["ChangeSetType"] == "UPDATE"
    assert (aws.status, aws.sets) == ("UPDATE_COMPLETE", set())


@pytest.mark.parametrize("left", [{"wavetank"}, {"wavetank", PLAN_CHANGE_SET}, set()])
def test_an_empty_stack_that_existed_is_not_deleted(left: set[str]) -> None:
    """Another deployment may be in progress: the stack is not ours to delete."""
    aws = CloudFormation(status="REVIEW_IN_PROGRESS", sets=set(left))
    assert _look(aws).status == "REVIEW_IN_PROGRESS"
    assert (aws.status, aws.sets) == ("REVIEW_IN_PROGRESS", left - {PLAN_CHANGE_SET})


def test_the_rest_of_a_killed_plan_is_deleted() -> None:
    """An empty stack with no change set but a plan's is the plan's."""
    aws = CloudFormation(status="REVIEW_IN_PROGRESS", sets={PLAN_CHANGE_SET})
    assert _look(aws).status is None
    assert (aws.status, aws.sets) == (None, set())


def test_a_stack_with_another_change_set_is_not_deleted() -> None:
    """A deployment may have begun between our last look and our deletion."""
    aws = CloudFormation()
    aws.at_describing = lambda: aws.sets.add("wavetank")
    _look(aws)
    assert (aws.status, aws.sets) == ("REVIEW_IN_PROGRESS", {"wavetank"})


def test_ctrl_c_leaves_nothing() -> None:
    """Also where the change set is still being made, and cannot be deleted at once."""

    def interrupt() -> None:
        raise KeyboardInterrupt

    aws = CloudFormation(at_describing=interrupt, undeletable=3)
    with pytest.raises(KeyboardInterrupt):
        _look(aws)
    assert (aws.status, aws.sets, aws.undeletable) == (None, set(), 0)


def test_a_failed_cleanup_is_reported() -> None:
    """A cut network leaves the change set: it changes nothing, and the next plan deletes it."""

    def cut() -> None:
        def fail(**_: str) -> None:
            raise BotoCoreError

        aws.delete_change_set = fail  # type: ignore[method-assign]  # the network, from here on

    aws = CloudFormation(status="CREATE_COMPLETE", at_describing=cut)
    with pytest.raises(InfrastructureError, match="run the same command again: it deletes"):
        _look(aws)


def test_the_deletion_of_a_change_set_times_out() -> None:
    """It ends with an error that says what was waited for."""
    aws = CloudFormation(status="CREATE_COMPLETE", undeletable=10**6)
    with pytest.raises(ConditionTimeoutError, match="a change set of some to be deleted"):
        _look(aws)


def test_no_changes_is_an_answer() -> None:
    """CloudFormation fails a change set that changes nothing; that is no failure."""
    aws = CloudFormation(
        status="CREATE_COMPLETE",
        statuses=["FAILED"],
        reason="The submitted information didn't contain changes.",
    )
    assert _look(aws) == StackChanges("some", "CREATE_COMPLETE")
    assert aws.sets == set()


def test_a_failed_validation_names_the_resource() -> None:
    """AWS's check before a deployment says which resource and what of it, in DescribeEvents."""
    aws = CloudFormation(
        statuses=["FAILED"],
        reason="The following validation(s) failed",
        events=[
            {"EventType": "STACK_EVENT", "OperationStatus": "FAILED"},
            {
                "EventType": "VALIDATION_ERROR",
                "LogicalResourceId": "NotificationBucket",
                "ValidationStatusReason": "required key [Event] not found",
            },
        ],
    )
    assert _look(aws).refusal == (
        "The following validation(s) failed; NotificationBucket: required key [Event] not found"
    )
    assert aws.status is None


@pytest.mark.parametrize("code", ["ValidationError", "AccessDenied", "LimitExceededException"])
def test_a_refusal_is_an_answer(code: str) -> None:
    """What CloudFormation does not take, or not from this user, is part of the plan."""
    aws = CloudFormation(refused=code)
    assert _look(aws) == StackChanges("some", None, refusal=code)


def test_another_error_is_raised() -> None:
    """It is neither a refusal nor an answer."""
    with pytest.raises(ClientError, match="Throttling"):
        _look(CloudFormation(refused="Throttling"))


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "UPDATE_IN_PROGRESS", "DELETE_FAILED"])
def test_a_stack_that_cannot_be_updated_is_not_changed(status: str) -> None:
    """CloudFormation would refuse; nothing is even tried."""
    aws = CloudFormation(status=status)
    assert _look(aws).refusal == f"the stack is in {status}"
    assert aws.calls == []
