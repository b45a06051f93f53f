"""What AWS refuses and the network loses, as errors of the family."""

import pytest

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.deployment.aws_errors import plain_trouble


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Throttling", "wait a minute, then run the same command again"),
        ("TooManyRequestsException", "wait a minute"),
        ("ExpiredToken", "sign in again"),
        ("AccessDenied", "the right to CreateStack"),
        ("SomethingElse", "mend what it names, or use --debug"),
    ],
)
def test_each_refusal_has_a_next_step(code: str, said: str) -> None:
    """With AWS's own code and words."""
    refused = ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateStack")
    with pytest.raises(InfrastructureError, match=said) as raised, plain_trouble():
        raise refused
    assert f"{code}: no" in str(raised.value)


def test_no_answer_is_the_networks() -> None:
    """What was begun goes on, and is found again."""
    with pytest.raises(InfrastructureError, match="check the network"), plain_trouble():
        raise BotoCoreError


def test_errors_of_the_family_stay_as_they_are() -> None:
    """They say already what to do."""
    with pytest.raises(UsageError, match="expected a; found b; c"), plain_trouble():
        raise UsageError("a", "b", "c")
