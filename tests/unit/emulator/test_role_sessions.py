"""Sessions of roles are cached, and made anew when they are invalid."""

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.unit.emulator.target_delivery.test_deliveries import START, SetClock
from wavetank.aws.clients import ClientError
from wavetank.emulator.role_sessions import RoleSession, RoleSessionCache

if TYPE_CHECKING:
    from datetime import datetime

ROLE = "arn:aws:iam::000000000000:role/role"


class CountingSessions(RoleSessionCache):
    """Makes a session without STS, and counts them."""

    made = 0

    def _assume(self, role_arn: str, until: "datetime") -> RoleSession:
        self.made += 1
        return RoleSession(f"{role_arn} {self.made}", "secret", "token", until)


@pytest.fixture
def clock() -> SetClock:
    """A clock of the test."""
    return SetClock()


@pytest.fixture
def sessions(clock: SetClock) -> CountingSessions:
    """The sessions of one service."""
    return CountingSessions(clock, "events", "session")


def test_a_role_is_assumed_once_an_hour(sessions: CountingSessions, clock: SetClock) -> None:
    """Not at each attempt: moto never removes a session."""
    for _ in range(100):
        sessions.session(ROLE)
    assert sessions.made == 1
    clock.time = START + timedelta(minutes=56)
    sessions.session(ROLE)
    assert sessions.made == 2


def test_an_invalid_session_is_replaced_and_the_call_repeated(sessions: CountingSessions) -> None:
    """Its role was deleted and created again."""

    def call() -> str:
        found = sessions.session(ROLE).access_key
        if sessions.made == 1:
            raise ClientError({"Error": {"Code": "InvalidClientTokenId"}}, "SendMessage")
        return found

    assert sessions.call(ROLE, call) == f"{ROLE} 2"


def test_a_session_that_another_thread_has_replaced_is_not_dropped(
    sessions: CountingSessions,
) -> None:
    """It is valid, and in use."""
    calls: list[str] = []

    def call() -> str:
        calls.append(sessions.session(ROLE).access_key)
        if len(calls) == 1:
            sessions.forget(ROLE)  # another thread drops the session and makes a new one
            sessions.session(ROLE)
            raise ClientError({"Error": {"Code": "ExpiredToken"}}, "SendMessage")
        return calls[-1]

    assert sessions.call(ROLE, call) == f"{ROLE} 2"


def test_another_error_is_not_repeated(sessions: CountingSessions) -> None:
    """The policy of retries decides about it."""
    calls: list[str] = []

    def call() -> None:
        calls.append(sessions.session(ROLE).access_key)
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "SendMessage")

    with pytest.raises(ClientError):
        sessions.call(ROLE, call)
    assert (len(calls), sessions.made) == (1, 1)
