"""SQS and Lambda: how many batches of a mapping are processed at a time.

[Lambda developer guide: services-sqs-scaling]
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

BATCHES_AT_FIRST = 5
BATCHES_PER_MINUTE = 300
BATCHES_MAX = 1250
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class BatchConcurrency:
    """How many batches of one mapping are processed at a time.

    Five, and from the instant at which more were waiting, 300 more each minute, up to 1,250 or the
    mapping's MaximumConcurrency; five again when fewer than five run and none waits. AWS does not
    say when within the minute they are added, or when they are removed; here all of them are at its
    end, and at once.
    """

    maximum: int | None

    def limit(self, waiting_since: datetime | None, now: datetime) -> int:
        """The number at this instant; `waiting_since` is None if no message had to wait."""
        minutes = 0 if waiting_since is None else (now - waiting_since) // MINUTE
        scaled = BATCHES_AT_FIRST + BATCHES_PER_MINUTE * minutes
        return min(scaled, BATCHES_MAX if self.maximum is None else self.maximum)

    def next_increase(self, waiting_since: datetime, now: datetime) -> datetime | None:
        """When the limit rises; None if it is reached."""
        later = waiting_since + ((now - waiting_since) // MINUTE + 1) * MINUTE
        return later if self.limit(waiting_since, later) > self.limit(waiting_since, now) else None
