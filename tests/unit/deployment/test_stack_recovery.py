"""Stacks in states that only AWS has are named, explained, and repaired if that is safe."""

from collections.abc import Callable, Iterator

import pytest

from tests.pretended_aws import pretended_aws
from tests.unit.deployment.scripted import NAME, ScriptedStack, Told
from wavetank.aws.clients import aws_clients
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.naming import derive_names
from wavetank.deployment.cloudformation import Stacks
from wavetank.deployment.stack_recovery import Remedy, find_obstacles, remove_obstacle

NAMES = derive_names("Dora", "Explorer")
BLOCKED = "API: s3:PutBucketPolicy Access Denied"
REFUSED = Told("CREATE_FAILED", "DeliveryBucketPolicy", "AWS::S3::BucketPolicy", BLOCKED)
CANCELLED = Told("CREATE_FAILED", "Other", "AWS::SNS::Topic", "Resource creation cancelled")
FAILED_CREATION = [
    Told("CREATE_IN_PROGRESS"),
    CANCELLED,
    REFUSED,
    Told("ROLLBACK_IN_PROGRESS"),
    Told("ROLLBACK_COMPLETE"),
]

type Use = Callable[[ScriptedStack], Stacks]


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Iterator[Use]:
    """Puts the stack in CloudFormation's place."""
    with pretended_aws(monkeypatch, None) as aws:

        def begin(stack: ScriptedStack) -> Stacks:
            aws.answers.append(stack.answer)
            return Stacks(aws_clients(None).cloudformation, WallClock(), 0.0)

        yield begin


def test_a_failed_creation_is_deleted_and_says_why_it_had_failed(use: Use) -> None:
    """The cause is the first failure that is no consequence, in AWS's words and in plain ones."""
    stack = ScriptedStack(
        ["ROLLBACK_COMPLETE"], FAILED_CREATION, then=["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    )
    stacks = use(stack)
    (obstacle,) = find_obstacles(stacks, NAMES)
    assert (obstacle.remedy, obstacle.status) == (Remedy.DELETE, "ROLLBACK_COMPLETE")
    assert f"DeliveryBucketPolicy CREATE_FAILED: {BLOCKED} (which means: Block Public" in (
        obstacle.question
    )
    assert "Its creation failed: it is deleted and created again" in obstacle.question
    assert stack.asked == []
    remove_obstacle(stacks, obstacle)
    assert stack.asked == ["DeleteStack"]


def test_a_partly_deleted_pipeline_stack_is_deleted(use: Use) -> None:
    """The teardown was to delete it anyway."""
    kept = Told("DELETE_FAILED", "StreamingRole", "AWS::IAM::Role", "Cannot delete entity")
    events = [Told("DELETE_IN_PROGRESS"), kept, Told("DELETE_FAILED")]
    stack = ScriptedStack(["DELETE_FAILED"], events, then=["DELETE_COMPLETE"])
    stacks = use(stack)
    (obstacle,) = find_obstacles(stacks, NAMES)
    assert "StreamingRole DELETE_FAILED: Cannot delete entity" in obstacle.question
    assert "Its remaining resources are deleted" in obstacle.question
    remove_obstacle(stacks, obstacle)
    assert stack.asked == ["DeleteStack"]


def test_what_cannot_be_deleted_is_named(use: Use) -> None:
    """A second deletion that fails too ends with the resource and the reason."""
    kept = Told("DELETE_FAILED", "StreamingRole", "AWS::IAM::Role", "Cannot delete entity")
    stack = ScriptedStack(
        ["DELETE_FAILED"], then=["DELETE_IN_PROGRESS", "DELETE_FAILED"], then_events=[kept]
    )
    stacks = use(stack)
    (obstacle,) = find_obstacles(stacks, NAMES)
    with pytest.raises(InfrastructureError, match="StreamingRole DELETE_FAILED: Cannot delete"):
        remove_obstacle(stacks, obstacle)


def test_a_partly_deleted_storage_stack_is_fixed_by_hand(use: Use) -> None:
    """Its bucket would outlive it and block the next one."""
    stack = ScriptedStack(["DELETE_FAILED"], name=NAMES.storage_stack)
    stacks = use(stack)
    with pytest.raises(InfrastructureError, match="its objects are retained"):
        find_obstacles(stacks, NAMES)
    assert stack.asked == []


def test_a_failed_rollback_is_continued(use: Use) -> None:
    """Until the stack is in its previous state, from which it can be updated."""
    stack = ScriptedStack(
        ["UPDATE_ROLLBACK_FAILED"],
        then=["UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"],
    )
    stacks = use(stack)
    (obstacle,) = find_obstacles(stacks, NAMES)
    assert obstacle.remedy is Remedy.ROLL_BACK
    remove_obstacle(stacks, obstacle)
    assert stack.asked == ["ContinueUpdateRollback"]


@pytest.mark.parametrize(
    "statuses",
    [
        ["UPDATE_ROLLBACK_COMPLETE"],
        ["REVIEW_IN_PROGRESS"],
        ["CREATE_IN_PROGRESS", "CREATE_IN_PROGRESS", "CREATE_COMPLETE"],
        ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"],
    ],
)
def test_what_can_be_updated_is_no_obstacle(statuses: list[str], use: Use) -> None:
    """Also if that is so only once an operation in progress has ended."""
    assert find_obstacles(use(ScriptedStack(statuses, [Told(statuses[0])])), NAMES) == []


def test_a_foreign_failed_stack_is_not_changed(use: Use) -> None:
    """Ownership is checked first."""
    stack = ScriptedStack(["ROLLBACK_COMPLETE"], tags="")
    stacks = use(stack)
    with pytest.raises(UsageError, match="a stack that is not Wavetank's"):
        find_obstacles(stacks, NAMES)
    assert stack.asked == []


def test_a_rolled_back_update_says_that_the_previous_version_runs(use: Use) -> None:
    """The first failure is the reason, and what to do is the one for it."""
    throttled = Told("UPDATE_FAILED", "Function", "AWS::Lambda::Function", "Rate exceeded")
    stack = ScriptedStack(
        ["UPDATE_COMPLETE"],
        [Told("CREATE_IN_PROGRESS"), REFUSED],
        then=["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_COMPLETE"],
        then_events=[Told("UPDATE_IN_PROGRESS"), throttled],
    )
    with pytest.raises(InfrastructureError) as failed:
        use(stack).apply(NAME, "{}", {})
    assert failed.value.found == (
        "Function UPDATE_FAILED: Rate exceeded (which means: AWS received too many requests at "
        "once); the stack is in UPDATE_ROLLBACK_COMPLETE: the previous version continues to run"
    )
    assert failed.value.action == "wait a minute, then run the same command again"
