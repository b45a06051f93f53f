"""Stacks in the states that only AWS has: named, explained, and put right where that is safe."""

from collections.abc import Callable, Iterator

import pytest

from tests.pretended_aws import pretended_aws
from tests.unit.deployment.scripted import NAME, ScriptedStack, Told
from wavetank.aws.clients import aws_clients
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.naming import derive_names
from wavetank.deployment.cloudformation import Stacks
from wavetank.deployment.recovery import Remedy, find_obstacles, remove_obstacle

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
    """The cause is the first failure that is none of another, in AWS's words and in plain ones."""
    stack = ScriptedStack(
        ["ROLLBACK_COMPLETE"], FAILED_CREATION, then=["DELETE_IN_PROGRESS", "DELETE_COMPLETE"]
    )
    stacks = use(stack)
    (obstacle,) = find_obstacles(stacks, NAMES)
    assert (obstacle.remedy, obstacle.status) == (Remedy.DELETE, "ROLLBACK_COMPLETE")
    assert f"DeliveryBucketPolicy CREATE_FAILED: {BLOCKED} (which means: Block Public" in (
        obstacle.question
    )
    assert "It never came to be: it is deleted, and created again" in obstacle.question
    assert stack.asked == []
    remove_obstacle(stacks, obstacle)
    assert stack.asked == ["DeleteStack"]


def test_a_half_deleted_pipeline_is_deleted_to_its_end(use: Use) -> None:
    """What the teardown left goes, since it was to go."""
    kept = Told("DELETE_FAILED", "StreamingRole", "AWS::IAM::Role", "Cannot delete entity")
    events = [Told("DELETE_IN_PROGRESS"), kept, Told("DELETE_FAILED")]
    stack = ScriptedStack(["DELETE_FAILED"], events, then=["DELETE_COMPLETE"])
    stacks = use(stack)
    (obstacle,) = find_obstacles(stacks, NAMES)
    assert "StreamingRole DELETE_FAILED: Cannot delete entity" in obstacle.question
    assert "The rest of it is deleted" in obstacle.question
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


def test_a_half_deleted_storage_stack_is_for_people(use: Use) -> None:
    """Its bucket would outlive it and stand in the way of the next: nothing is done by itself."""
    stack = ScriptedStack(["DELETE_FAILED"], name=NAMES.storage_stack)
    stacks = use(stack)
    with pytest.raises(InfrastructureError, match="what is in it are kept"):
        find_obstacles(stacks, NAMES)
    assert stack.asked == []


def test_a_roll_back_that_failed_goes_on(use: Use) -> None:
    """Until the stack is as it was, from where it can be updated."""
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
    """Also where that is only so once what is under way has ended."""
    assert find_obstacles(use(ScriptedStack(statuses, [Told(statuses[0])])), NAMES) == []


def test_a_failed_stack_of_somebody_elses_is_not_touched(use: Use) -> None:
    """Whose it is comes first."""
    stack = ScriptedStack(["ROLLBACK_COMPLETE"], tags="")
    stacks = use(stack)
    with pytest.raises(UsageError, match="a stack of something else"):
        find_obstacles(stacks, NAMES)
    assert stack.asked == []


def test_an_update_that_is_rolled_back_says_that_the_old_runs_on(use: Use) -> None:
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
        "Function UPDATE_FAILED: Rate exceeded (which means: AWS had too many requests at once); "
        "the stack is in UPDATE_ROLLBACK_COMPLETE: what ran before runs on"
    )
    assert failed.value.action == "wait a minute, then run the same command again"
