"""SNS's retries for functions, queues and delivery streams."""

from datetime import UTC, datetime, timedelta

from wavetank.emulator.sns.retry_policy import TopicRetryPolicy
from wavetank.emulator.target_delivery.retry_policy import RetryLimit

NOW = datetime(2026, 11, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_the_phases_are_those_of_the_guide() -> None:
    """Three at once, two after a second, ten up to 20 seconds, then every 20 seconds."""
    policy = TopicRetryPolicy()
    delays = [_delay(policy, retries) for retries in range(17)]
    assert delays[:6] == [0, 0, 0, 1, 1, 1]
    assert delays[5:15] == sorted(delays[5:15])
    assert delays[14:] == [20, 20, 20]


def test_the_last_retry_is_after_23_days() -> None:
    """100,015 retries in all."""
    policy = TopicRetryPolicy()
    assert policy.after_failure(NOW, NOW, policy.retries_max, 0) is RetryLimit.RETRIES
    seconds = sum(_delay(policy, retries) for retries in range(100)) + 20 * (100_015 - 100)
    assert (policy.retries_max, seconds // 86_400) == (100_015, 23)


def _delay(policy: TopicRetryPolicy, retries: int) -> float:
    due = policy.after_failure(NOW, NOW, retries, 0)
    assert isinstance(due, datetime)
    return (due - NOW) / SECOND
