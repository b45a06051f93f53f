"""Who waits for confirmation, until when, and who is sent too much."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.emulator.sns.subscriptions import (
    MESSAGES_MAX,
    PENDING_MAX,
    TOKEN_LIFE,
    PendingSubscriptions,
    SendingRates,
)

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)


@pytest.fixture
def pending() -> PendingSubscriptions:
    """One that waits since `NOW`."""
    made = PendingSubscriptions()
    made.add("arn", "token", NOW)
    return made


def test_an_address_waits_for_two_days_and_no_longer(pending: PendingSubscriptions) -> None:
    """At the end it is taken away once, with its token."""
    assert pending.take_expired(NOW + TOKEN_LIFE - timedelta(seconds=1)) == []
    ((arn, entry),) = pending.take_expired(NOW + TOKEN_LIFE)
    assert (arn, entry.token) == ("arn", "token")
    assert pending.get("arn") is None
    assert pending.take_expired(NOW + 2 * TOKEN_LIFE) == []


def test_a_repeated_confirmation_request_restarts_the_wait(pending: PendingSubscriptions) -> None:
    """Its two days count from the last message."""
    pending.add("arn", "token", NOW + timedelta(days=1))
    assert pending.take_expired(NOW + TOKEN_LIFE) == []


def test_one_that_is_confirmed_never_expires(pending: PendingSubscriptions) -> None:
    """Confirmed is for good."""
    pending.remove("arn")
    assert pending.take_expired(NOW + 2 * TOKEN_LIFE) == []


def test_an_account_has_at_most_five_thousand_that_wait() -> None:
    """SNS's quota; those of another account do not count."""
    pending = PendingSubscriptions()
    for number in range(1, PENDING_MAX):
        assert not pending.is_full("1")
        pending.add(f"arn:aws:sns:eu-west-1:1:topic:{number}", "token", NOW)
    pending.add("arn:aws:sns:eu-west-1:2:topic:0", "token", NOW)
    assert not pending.is_full("1")
    pending.add("arn:aws:sns:eu-west-1:1:topic:0", "token", NOW)
    assert (pending.is_full("1"), pending.is_full("2")) == (True, False)


def test_ten_messages_a_second_are_sent_and_the_eleventh_is_not() -> None:
    """Each second anew, and each subscription by itself."""
    rates = SendingRates()
    assert all(rates.allows("arn", NOW) for _ in range(MESSAGES_MAX))
    assert not rates.allows("arn", NOW + timedelta(milliseconds=999))
    assert rates.allows("other", NOW)
    assert rates.allows("arn", NOW + timedelta(seconds=1))
