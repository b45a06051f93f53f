"""A delivery stream's records between arrival and S3: buffered, then waiting to be delivered.

Pure: functions take an instant, and nothing waits. Not thread-safe.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from wavetank.emulator.firehose.settings import DestinationSettings

RETRY_FOR = timedelta(hours=24)
"""How long delivery of directly put records is retried. [developer guide, retry]"""
FIRST_RETRY = timedelta(seconds=1)
LONGEST_RETRY = timedelta(minutes=5)
DOUBLINGS_MAX = 20
BACKLOG_BYTES_MAX = 512 * 1024 * 1024
"""The limit in bytes, so that an outage does not fill the memory; AWS's own limit is not known."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Records that become one object. `oldest` is when the first of them arrived.

    `first` is how many records the stream had accepted before it; 0 if unknown, after a snapshot
    was restored.
    """

    oldest: datetime
    count: int
    body: bytes
    first: int = 0
    attempts: int = 0
    next_attempt: datetime | None = None
    first_attempt: datetime | None = None


@dataclass
class Totals:
    """Counts of a stream's records since it was created."""

    records_accepted: int = 0
    records_delivered: int = 0
    objects_delivered: int = 0
    records_lost: int = 0
    last_error: str | None = None


@dataclass
class StreamBuffer:
    """The records of one stream."""

    settings: DestinationSettings
    totals: Totals = field(default_factory=Totals)
    waiting: deque[Batch] = field(default_factory=deque)
    on_the_way: list[Batch] = field(default_factory=list)
    _parts: list[bytes] = field(default_factory=list)
    _bytes: int = 0
    _oldest: datetime | None = None
    _due: datetime | None = None

    def has_room(self, size_bytes: int) -> bool:
        """Whether that many more bytes may be accepted."""
        backlog = self._bytes + sum(len(batch.body) for batch in self.waiting)
        return backlog + size_bytes <= BACKLOG_BYTES_MAX

    def accept(self, records: Iterable[bytes], now: datetime) -> None:
        """Buffer the records; when the size limit is reached they wait to be delivered."""
        for record in records:
            if self._oldest is None:
                self._oldest, self._due = now, now + self.settings.interval
            self._parts.append(record + self.settings.delimiter)
            self._bytes += len(self._parts[-1])
            self.totals.records_accepted += 1
            if self._bytes >= self.settings.size_bytes:
                self.close_batch()

    def close_batch(self) -> None:
        """Close the open batch: its records become one object."""
        if self._oldest is not None:
            self.waiting.append(self._open_batch(self._oldest))
        self._parts, self._bytes, self._oldest, self._due = [], 0, None, None

    def make_due(self) -> None:
        """Make all undelivered records due now, whatever the buffering hints and retry delays."""
        self.close_batch()
        self.waiting = deque(replace(batch, next_attempt=None) for batch in self.waiting)

    def take_due(self, now: datetime) -> list[Batch]:
        """The batches to deliver now; each must be passed to `delivered` or `failed` afterwards."""
        if self._due is not None and now >= self._due:
            self.close_batch()
        due: list[Batch] = []
        waiting, self.waiting = self.waiting, deque()
        for batch in waiting:
            is_due = batch.next_attempt is None or batch.next_attempt <= now
            (due if is_due else self.waiting).append(batch)
        self.on_the_way.extend(due)
        return due

    def next_due(self) -> datetime | None:
        """When the next batch is due; None if there are no undelivered records."""
        instants = [batch.next_attempt or batch.oldest for batch in self.waiting]
        if self._due is not None:
            instants.append(self._due)
        return min(instants, default=None)

    def delivered(self, batch: Batch) -> None:
        """Count the batch as delivered."""
        self.on_the_way.remove(batch)
        self.totals.records_delivered += batch.count
        self.totals.objects_delivered += 1

    def failed(self, batch: Batch, error: str, now: datetime) -> bool:
        """Keep the batch for a retry; False if its 24 hours are over and it is lost."""
        self.on_the_way.remove(batch)
        self.totals.last_error = error
        first = batch.first_attempt or now
        if now - first >= RETRY_FOR:
            self.totals.records_lost += batch.count
            return False
        delay = min(FIRST_RETRY * 2 ** min(batch.attempts, DOUBLINGS_MAX), LONGEST_RETRY)
        again = replace(
            batch, attempts=batch.attempts + 1, first_attempt=first, next_attempt=now + delay
        )
        self.waiting.append(again)
        return True

    def undelivered(self) -> list[Batch]:
        """All undelivered batches, the open one last."""
        open_batch = []
        if self._oldest is not None:
            open_batch = [self._open_batch(self._oldest)]
        return [*self.on_the_way, *self.waiting, *open_batch]

    def _open_batch(self, oldest: datetime) -> Batch:
        count = len(self._parts)
        first = self.totals.records_accepted - count
        return Batch(oldest=oldest, count=count, body=b"".join(self._parts), first=first)

    def restore(self, batches: Iterable[Batch]) -> None:
        """Add undelivered batches of an earlier stream of the name; due by their own age."""
        self.waiting.extend(batches)
