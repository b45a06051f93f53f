"""Errors of AWS and of the network are translated to Wavetank's own."""

import pytest

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.deployment.aws_errors import translate_aws_errors


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("Throttling", "wait a minute, then run the same command again"),
        ("TooManyRequestsException", "wait a minute"),
        ("ExpiredToken", "sign in again"),
        ("AccessDenied", "permission for CreateStack"),
        ("SomethingElse", "fix what it names, or use --debug"),
    ],
)
def test_each_refusal_has_a_next_step(code: str, said: str) -> None:
    """With AWS's own code and message."""
    refused = ClientError({"Error": {"Code": code, "Message": "no"}}, "CreateStack")
    with pytest.raises(InfrastructureError, match=said) as raised, translate_aws_errors():
        raise refused
    assert f"{code}: no" in str(raised.value)


def test_no_answer_is_an_error_of_the_network() -> None:
    """What was begun continues, and is found again."""
    with pytest.raises(InfrastructureError, match="check the network"), translate_aws_errors():
        raise BotoCoreError


def test_wavetanks_own_errors_are_unchanged() -> None:
    """They say already what to do."""
    with pytest.raises(UsageError, match="expected a; found b; c"), translate_aws_errors():
        raise UsageError("a", "b", "c")
