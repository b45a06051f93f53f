"""What was broken is put back through trouble that passes, and said where it does not."""

import pytest

from tests.clocks import Leaping
from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.live.restoring import RESTORE_SECONDS_MAX, NotRestoredError, restore


def refusal(code: str) -> ClientError:
    """As Lambda refuses."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "UpdateFunctionCode")


NO_NETWORK = BotoCoreError()
"""As the SDK tells of a lost connection, once it has given up."""


def test_what_passes_is_waited_for() -> None:
    """An update under way, throttling and a lost network are tried again until they are over."""
    troubles = [refusal("ResourceConflictException"), NO_NETWORK, refusal("ThrottlingException")]

    def step() -> None:
        if troubles:
            raise troubles.pop()

    restore("the code", step, Leaping())
    assert troubles == []


@pytest.mark.parametrize(
    ("trouble", "seconds_min"),
    [(NO_NETWORK, RESTORE_SECONDS_MAX), (refusal("ExpiredTokenException"), 0)],
)
def test_what_does_not_pass_is_said(trouble: Exception, seconds_min: float) -> None:
    """With the command that puts it back later; nobody is told that it is restored."""
    clock = Leaping()

    def step() -> None:
        raise trouble

    with pytest.raises(NotRestoredError, match=r"IT IS STILL BROKEN.*drill --restore"):
        restore("the code", step, clock)
    assert seconds_min <= clock.waited_seconds <= seconds_min + 10
