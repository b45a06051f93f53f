"""When a delivery or an invocation that failed is tried again. Pure: instants are arguments.

AWS documents for how long, or how often, it retries, and not how long it waits in between.
[Amazon Data Firehose developer guide: retry, data-transformation-failure-handling]
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

S3_RETRIES_FOR = timedelta(hours=24)
"""How long delivery to S3 is retried. [developer guide, retry]"""
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)
DOUBLINGS_MAX = 20


@dataclass(frozen=True, kw_only=True)
class Attempts:
    """Failed attempts at a delivery or invocation so far; `next` None means due at once."""

    count: int = 0
    first: datetime | None = None
    next: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Whether the next attempt may be made."""
        return self.next is None or self.next <= now

    def failed(self, now: datetime) -> "Attempts":
        """The attempts after another one failed; the delay doubles up to five minutes."""
        delay = min(FIRST_RETRY * 2 ** min(self.count, DOUBLINGS_MAX), LONGEST_RETRY)
        return Attempts(count=self.count + 1, first=self.first or now, next=now + delay)

    def are_over(self, now: datetime, duration: timedelta) -> bool:
        """Whether retries have lasted that long, from the end of the first attempt."""
        return self.first is not None and now - self.first >= duration
