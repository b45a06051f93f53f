"""A stack that never settles ends with an error, in the time that its target is given."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.errors import ConditionTimeoutError
from wavetank.deployment.cloudformation import Stacks

TEMPLATE = '{"Resources": {}}'


class Hanging:
    """CloudFormation with a stack that stays in one status; nothing here does so by itself."""

    def __init__(self, change_set: str, stack: str) -> None:
        self._change_set, self._stack = change_set, stack

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self._stack, "StackId": "some"}]}

    def describe_change_set(self, **_: str) -> dict[str, Any]:
        return {"Status": self._change_set}

    def get_paginator(self, _: str) -> "Hanging":
        return self

    def paginate(self, **_: str) -> list[dict[str, Any]]:
        return [{"StackEvents": []}]

    def create_change_set(self, **_: object) -> dict[str, str]:
        return {"StackId": "some"}

    def delete_change_set(self, **_: str) -> None:
        """Is taken."""

    def execute_change_set(self, **_: str) -> None:
        self._stack = "CREATE_IN_PROGRESS"


class Passing:
    """A clock on which time passes only by waiting."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.mark.parametrize(
    ("change_set", "expected"),
    [
        ("CREATE_PENDING", "a change set of some within 120 s; found CREATE_PENDING"),
        ("CREATE_COMPLETE", "stack some to settle within 120 s; found CREATE_IN_PROGRESS"),
    ],
)
def test_a_stack_that_does_not_settle_times_out(change_set: str, expected: str) -> None:
    """The error names the stack and the last status that was seen."""
    clock, client = Passing(), Hanging(change_set, "REVIEW_IN_PROGRESS")
    made: Any = client
    stacks = Stacks(made, clock, 0.5, settle_seconds_max=120)
    with pytest.raises(ConditionTimeoutError, match=expected):
        stacks.apply("some", TEMPLATE, {})
    assert 120 < clock.seconds < 122


def test_a_stack_that_is_not_deleted_times_out() -> None:
    """A stack that cannot be discarded does not keep its pipeline waiting for ever."""

    class Staying(Hanging):
        def delete_stack(self, **_: str) -> None:
            self._stack = "DELETE_IN_PROGRESS"

    clock = Passing()
    client: Any = Staying("", "ROLLBACK_COMPLETE")
    with pytest.raises(ConditionTimeoutError, match="within 60 s; found DELETE_IN_PROGRESS"):
        Stacks(client, clock, 0.5, settle_seconds_max=60).discard_failed("some")
