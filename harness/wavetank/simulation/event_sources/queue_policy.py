"""SQS and Lambda: how many batches at a time, and what becomes of a batch's messages.

[Lambda developer guide: services-sqs-scaling, services-sqs-errorhandling]
"""

import json
from collections.abc import Collection
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


def failed_messages(answer: bytes, ids: Collection[str]) -> frozenset[str]:
    """The messages that a function reports as failed, of a mapping with ReportBatchItemFailures.

    All are, if the response is invalid: not JSON, or an item without an identifier, with an empty
    one, or with one that is not in the batch.
    """
    everything = frozenset(ids)
    try:
        response = json.loads(answer or b"null")
    except ValueError:
        return everything
    if not response:
        return frozenset()
    reported = response.get("batchItemFailures") if isinstance(response, dict) else None
    if not reported:
        return frozenset() if isinstance(response, dict) else everything
    if not isinstance(reported, list):
        return everything
    failed = {_identifier(item) for item in reported}
    return everything.intersection(failed) if failed <= everything else everything


def _identifier(item: object) -> str:
    """The identifier of a reported failure; empty if it has none, which no message has."""
    found = item.get("itemIdentifier") if isinstance(item, dict) else None
    return found if isinstance(found, str) else ""
