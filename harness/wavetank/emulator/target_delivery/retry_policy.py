"""When a failed delivery is retried, and when it has failed for good.

AWS retries for 24 hours and up to 185 times by default, with exponential backoff and jitter; it
does not document the delays. These begin at a second, double, and end at ten minutes, of which the
jitter takes up to a half: so 185 retries fit into the 24 hours.
[EventBridge user guide, eb-rule-retry-policy; EventBridge API reference, RetryPolicy; EventBridge
Scheduler API reference, RetryPolicy]
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

RETRIES_DEFAULT = 185
AGE_DEFAULT = timedelta(hours=24)
DELAY_FIRST = timedelta(seconds=1)
DELAY_MAX = timedelta(minutes=10)
RETRY_LIMITS = {"MaximumRetryAttempts": (0, 185), "MaximumEventAgeInSeconds": (60, 86_400)}
"""The least and the greatest value of each member of a policy, for both services."""


class RetryLimit(StrEnum):
    """The limit of a retry policy that ended a delivery, by AWS's name for it."""

    RETRIES = "MaximumRetryAttempts"
    AGE = "MaximumEventAgeInSeconds"


class DeliveryRetryPolicy(Protocol):
    """When a service retries; `retries_max` is the number of retries after which it never does."""

    @property
    def retries_max(self) -> int:
        """The largest number of retries."""
        ...

    def after_failure(
        self, accepted: datetime, now: datetime, retries: int, jitter: float
    ) -> datetime | RetryLimit:
        """When to retry an event that was accepted at `accepted`, or the limit that is reached."""
        ...


@dataclass(frozen=True)
class TargetRetryPolicy:
    """A target's retry policy; the first limit that is reached ends the delivery."""

    retries_max: int = RETRIES_DEFAULT
    age_max: timedelta = AGE_DEFAULT

    def after_failure(
        self, accepted: datetime, now: datetime, retries: int, jitter: float
    ) -> datetime | RetryLimit:
        """When to retry an event that was accepted at `accepted`, or the limit that is reached.

        `retries` were made so far. `jitter` is from 0 (the whole delay) to 1 (half of it).
        """
        if retries >= self.retries_max:
            return RetryLimit.RETRIES
        due = now + retry_delay(retries) * (1 - jitter / 2)
        return RetryLimit.AGE if due - accepted > self.age_max else due


def parse_retry_policy(policy: Mapping[str, int] | None) -> TargetRetryPolicy:
    """The policy of a target as in the API; what it does not say is AWS's default."""
    given = policy or {}
    seconds = given.get("MaximumEventAgeInSeconds", AGE_DEFAULT.total_seconds())
    return TargetRetryPolicy(
        retries_max=given.get("MaximumRetryAttempts", RETRIES_DEFAULT),
        age_max=timedelta(seconds=seconds),
    )


def retry_delay(retries: int) -> timedelta:
    """The delay before the next retry, without jitter, after so many retries."""
    doublings = min(retries, (DELAY_MAX // DELAY_FIRST).bit_length())
    return min(DELAY_FIRST * (1 << doublings), DELAY_MAX)


def jitter_of(key: str, retries: int) -> float:
    """A number from 0 to 1 that only depends on the delivery, so that runs are repeatable."""
    digest = hashlib.sha256(f"{key} {retries}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32
