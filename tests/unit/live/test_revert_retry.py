"""A revert is retried after transient errors, and a permanent error is reported."""

import pytest

from tests.clocks import Leaping
from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.live.revert_retry import RESTORE_SECONDS_MAX, NotRestoredError, restore


def refusal(code: str) -> ClientError:
    """A refusal of Lambda."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "UpdateFunctionCode")


NO_NETWORK = BotoCoreError()
"""The SDK's error of a lost connection, after its retries."""


def test_transient_errors_are_retried() -> None:
    """An update in progress, throttling and a lost network."""
    troubles = [refusal("ResourceConflictException"), NO_NETWORK, refusal("ThrottlingException")]

    def step() -> None:
        if troubles:
            raise troubles.pop()

    restore("the code", step, Leaping())
    assert troubles == []


@pytest.mark.parametrize(
    ("error", "seconds_min"),
    [(NO_NETWORK, RESTORE_SECONDS_MAX), (refusal("ExpiredTokenException"), 0)],
)
def test_a_permanent_error_is_reported(error: Exception, seconds_min: float) -> None:
    """With the command that reverts it later."""
    clock = Leaping()

    def step() -> None:
        raise error

    with pytest.raises(NotRestoredError, match=r"IT IS STILL BROKEN.*drill --restore"):
        restore("the code", step, clock)
    assert seconds_min <= clock.waited_seconds <= seconds_min + 10
