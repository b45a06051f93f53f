"""A delivery stream's records between processing and destination: buffered, then waiting.

Each partition, and each type of error, has an open batch of its own. Pure: functions take an
instant, and nothing waits. Not thread-safe.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from wavetank.emulator.firehose.records import ArrivedRecord, Group
from wavetank.emulator.firehose.retries import S3_RETRIES_FOR, Attempts

BACKLOG_BYTES_MAX = 512 * 1024 * 1024
"""The limit in bytes, so that an outage does not fill the memory; AWS's own limit is not known."""
UNPARTITIONED = Group()


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Records that become one object or one request.

    `oldest` is when the first of them arrived. `numbers` identify the records in the stream; empty
    if unknown, after a snapshot was restored.
    """

    oldest: datetime
    records: Sequence[bytes]
    numbers: Sequence[int] = ()
    group: Group = UNPARTITIONED
    tries: Attempts = field(default_factory=Attempts)

    @property
    def count(self) -> int:
        """How many records the batch has."""
        return len(self.records)

    @property
    def attempts(self) -> int:
        """How many deliveries of the batch have failed."""
        return self.tries.count

    @cached_property
    def body(self) -> bytes:
        """The records, one after the other."""
        return b"".join(self.records)

    @cached_property
    def size_bytes(self) -> int:
        """The bytes of all records."""
        return sum(map(len, self.records))


@dataclass(frozen=True)
class Backlog:
    """Undelivered records of a deleted stream, for a new stream of the same name."""

    batches: tuple[Batch, ...] = ()
    untransformed: tuple[ArrivedRecord, ...] = ()


@dataclass
class Totals:
    """Counts of a delivery stream's records since its creation."""

    records_accepted: int = 0
    records_delivered: int = 0
    objects_delivered: int = 0
    records_lost: int = 0
    last_error: str | None = None


@dataclass(frozen=True, kw_only=True)
class BufferLimits:
    """Limits of buffering: when a batch is closed, and how long its delivery is retried."""

    size_bytes: int
    interval: timedelta
    retry_for: timedelta = S3_RETRIES_FOR
    in_flight_max: int | None = None


@dataclass
class _OpenBatch:
    """The records of one group that are not due yet."""

    oldest: datetime
    due: datetime
    records: list[bytes] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    size_bytes: int = 0

    def closed(self, group: Group) -> Batch:
        return Batch(
            oldest=self.oldest, records=tuple(self.records), numbers=self.numbers, group=group
        )


@dataclass
class DeliveryBuffer:
    """Buffered and waiting records for one destination of a delivery stream."""

    limits: BufferLimits
    waiting: deque[Batch] = field(default_factory=deque)
    in_flight: list[Batch] = field(default_factory=list)
    _open: dict[Group, _OpenBatch] = field(default_factory=dict)

    @property
    def size_bytes(self) -> int:
        """The bytes of all records that wait; those in flight do not count."""
        waiting = sum(batch.size_bytes for batch in self.waiting)
        return waiting + sum(batch.size_bytes for batch in self._open.values())

    @property
    def open_groups(self) -> int:
        """How many partitions have records that are not due yet."""
        return sum(not group.error_type for group in self._open)

    def has_partition(self, group: Group) -> bool:
        """Whether the group has an open batch."""
        return group in self._open

    def add(
        self,
        data: bytes,
        number: int,
        arrived: datetime,
        now: datetime,
        group: Group = UNPARTITIONED,
    ) -> None:
        """Buffer a record; when the size limit is reached its batch waits to be delivered."""
        batch = self._open.get(group)
        if batch is None:
            batch = self._open[group] = _OpenBatch(arrived, now + self.limits.interval)
        batch.records.append(data)
        batch.numbers.append(number)
        batch.size_bytes += len(data)
        batch.oldest = min(batch.oldest, arrived)
        if batch.size_bytes >= self.limits.size_bytes:
            self._close(group)

    def close_batches(self) -> None:
        """Close all open batches, whatever the limits."""
        for group in list(self._open):
            self._close(group)

    def make_due(self) -> None:
        """Make all undelivered records due now, whatever the limits and retry delays."""
        self.close_batches()
        self.waiting = deque(
            replace(batch, tries=replace(batch.tries, next=None)) for batch in self.waiting
        )

    def take_due(self, now: datetime) -> list[Batch]:
        """The batches to deliver now; each must be passed to `delivered` or `failed` afterwards.

        There are more of them once these have been passed if the limits allow only so many at once.
        """
        for group, batch in list(self._open.items()):
            if now >= batch.due:
                self._close(group)
        due: list[Batch] = []
        waiting, self.waiting = self.waiting, deque()
        for found in waiting:
            is_taken = found.tries.is_due(now) and self._may_send(len(due))
            (due if is_taken else self.waiting).append(found)
        self.in_flight.extend(due)
        return due

    def next_due(self) -> datetime | None:
        """When the next batch is due; None if none is, or none before another one is delivered."""
        waiting = self.waiting if self._may_send() else ()
        instants = [batch.tries.next or batch.oldest for batch in waiting]
        instants += [batch.due for batch in self._open.values()]
        return min(instants, default=None)

    def is_in_flight(self, batch: Batch) -> bool:
        """Whether the batch was taken, and neither delivered nor kept for a retry yet."""
        return any(found is batch for found in self.in_flight)

    def delivered(self, batch: Batch) -> None:
        """Forget the batch, which was delivered."""
        self._landed(batch)

    def failed(self, batch: Batch, now: datetime, *, is_final: bool = False) -> bool:
        """Keep the batch for a retry; False if the time for retries is over, and it is dropped.

        It is dropped too if the failure `is_final`.
        """
        self._landed(batch)
        tries = batch.tries.failed(now)
        if is_final or tries.are_over(now, self.limits.retry_for):
            return False
        self.waiting.append(replace(batch, tries=tries))
        return True

    def undelivered(self) -> list[Batch]:
        """All undelivered batches, the open ones last."""
        opened = [batch.closed(group) for group, batch in self._open.items()]
        return [*self.in_flight, *self.waiting, *opened]

    def restore(self, batches: Iterable[Batch]) -> None:
        """Add undelivered batches of an earlier stream of the name; due by their own age."""
        self.waiting.extend(batches)

    def _may_send(self, more: int = 0) -> bool:
        """Whether another batch may be sent besides those in flight and so many more."""
        limit = self.limits.in_flight_max
        return limit is None or len(self.in_flight) + more < limit

    def _close(self, group: Group) -> None:
        self.waiting.append(self._open.pop(group).closed(group))

    def _landed(self, batch: Batch) -> None:
        """The batch is no longer in flight; it is missing if all was discarded meanwhile."""
        self.in_flight = [found for found in self.in_flight if found is not batch]
