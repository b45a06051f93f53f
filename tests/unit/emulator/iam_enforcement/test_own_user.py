"""Calls of IAM that name no user."""

from dataclasses import replace

import pytest
from localstack.aws.api import CommonServiceException

from tests.unit.iam.policies import OWNER, root, user
from wavetank.emulator.iam_enforcement.call_actions import required_actions
from wavetank.emulator.iam_enforcement.operations.own_user import with_own_user
from wavetank.emulator.iam_enforcement.required_action import Call
from wavetank.emulator.iam_enforcement.services import is_checked
from wavetank.iam.request import Principal, PrincipalType


def _call(operation: str, **parameters: str) -> Call:
    return Call("iam", operation, parameters, OWNER, "eu-west-1")


@pytest.mark.parametrize(
    "operation", ["CreateAccessKey", "GetUser", "ListAccessKeys", "ChangePassword"]
)
def test_a_call_that_names_no_user_is_about_the_one_who_calls(operation: str) -> None:
    """A policy for ${aws:username} then applies."""
    named = with_own_user(_call(operation), user())
    name = user().arn.rpartition("/")[2]
    (found,) = required_actions(named)
    assert found.resource.endswith(f":user/{name}")


def test_a_user_that_is_named_stays() -> None:
    """And operations that need none have none; the account's own keys are not a user's."""
    other = _call("GetUser", UserName="other")
    assert with_own_user(other, user()) == other
    assert with_own_user(_call("ListUsers"), user()) == _call("ListUsers")
    assert with_own_user(_call("GetUser"), root()) == _call("GetUser")


def test_a_session_has_no_user() -> None:
    """It has to say whom it means."""
    session: Principal = replace(user(), type=PrincipalType.ASSUMED_ROLE)
    with pytest.raises(CommonServiceException, match="Must specify userName"):
        with_own_user(_call("GetUser"), session)


def test_which_services_deliveries_are_checked() -> None:
    """Functions by every service; queues, topics, log groups by those that need their policies."""
    assert is_checked("logs.amazonaws.com", "lambda")
    assert is_checked("sns.amazonaws.com", "sqs")
    assert is_checked("s3.amazonaws.com", "sns")
    assert not is_checked("logs.amazonaws.com", "sqs")
    assert is_checked("events.amazonaws.com", "logs")
    assert not is_checked("events.amazonaws.com", "firehose")
