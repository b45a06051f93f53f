"""When a failed delivery is retried: delays, jitter, and the limit that ends it."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.emulator.target_delivery.retry_policy import (
    AGE_DEFAULT,
    DELAY_MAX,
    RETRIES_DEFAULT,
    RetryLimit,
    TargetRetryPolicy,
    jitter_of,
    parse_retry_policy,
    retry_delay,
)

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_delays_double_up_to_ten_minutes() -> None:
    """Whatever the number of retries is."""
    assert [retry_delay(number) / SECOND for number in range(4)] == [1, 2, 4, 8]
    assert retry_delay(10) == retry_delay(184) == DELAY_MAX


def test_jitter_takes_up_to_half_of_a_delay() -> None:
    """And is the same for the same delivery and attempt."""
    policy = TargetRetryPolicy()
    assert policy.after_failure(NOW, NOW, 2, jitter=0) == NOW + 4 * SECOND
    assert policy.after_failure(NOW, NOW, 2, jitter=1) == NOW + 2 * SECOND
    found = [jitter_of("a delivery", number) for number in range(100)]
    assert found == [jitter_of("a delivery", number) for number in range(100)]
    assert all(0 <= value < 1 for value in found)
    assert len(set(found)) == 100


@pytest.mark.parametrize("retries", [0, 1, 185])
def test_the_number_of_retries_ends_a_delivery(retries: int) -> None:
    """A policy without retries gives up after the first attempt."""
    policy = parse_retry_policy({"MaximumRetryAttempts": retries})
    assert policy.after_failure(NOW, NOW, retries, jitter=0) is RetryLimit.RETRIES
    if retries:
        assert isinstance(policy.after_failure(NOW, NOW, retries - 1, jitter=0), datetime)


def test_the_age_of_the_event_ends_a_delivery() -> None:
    """A retry that would come later is not made."""
    policy = parse_retry_policy({"MaximumEventAgeInSeconds": 60})
    late = NOW + 59 * SECOND
    assert policy.after_failure(NOW, late, 0, jitter=0) == NOW + 60 * SECOND
    assert policy.after_failure(NOW, late, 1, jitter=0) is RetryLimit.AGE


def test_all_default_retries_fit_into_the_default_age() -> None:
    """AWS's 185 retries in 24 hours, with the mean of the jitter."""
    assert parse_retry_policy(None) == TargetRetryPolicy(RETRIES_DEFAULT, AGE_DEFAULT)
    now = NOW
    for retries in range(RETRIES_DEFAULT):
        due = TargetRetryPolicy().after_failure(NOW, now, retries, jitter=0.5)
        assert isinstance(due, datetime), retries
        now = due
    assert TargetRetryPolicy().after_failure(NOW, now, 185, jitter=0.5) is RetryLimit.RETRIES
