"""When SNS retries a delivery that its target refuses.

[Amazon SNS developer guide, sns-message-delivery-retries: "Delivery policies for each protocol"]
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from wavetank.emulator.target_delivery.retry_policy import RetryLimit

IMMEDIATE = 3
"""The number of retries without a delay, which are the first."""
PRE_BACKOFF = 2
"""The number of retries after DELAY_MIN each, which follow the immediate ones."""
BACKOFF = 10
"""The number of retries whose delay grows exponentially from DELAY_MIN to DELAY_MAX."""
POST_BACKOFF = 100_000
"""The number of retries after DELAY_MAX each, the last ones: all retries take 23 days."""
DELAY_MIN = timedelta(seconds=1)
DELAY_MAX = timedelta(seconds=20)


@dataclass(frozen=True)
class TopicRetryPolicy:
    """For functions, queues and delivery streams, which AWS manages; it cannot be configured."""

    retries_max: int = IMMEDIATE + PRE_BACKOFF + BACKOFF + POST_BACKOFF

    def after_failure(
        self, accepted: datetime, now: datetime, retries: int, jitter: float
    ) -> datetime | RetryLimit:
        """When to retry a message, after so many retries, or the limit that is reached."""
        del accepted, jitter
        if retries >= self.retries_max:
            return RetryLimit.RETRIES
        return now + _delay(retries)


def _delay(retries: int) -> timedelta:
    if retries < IMMEDIATE:
        return timedelta()
    step = retries - IMMEDIATE - PRE_BACKOFF
    if step <= 0:
        return DELAY_MIN
    growth: float = (DELAY_MAX / DELAY_MIN) ** (step / (BACKOFF - 1))
    return min(DELAY_MIN * growth, DELAY_MAX)
