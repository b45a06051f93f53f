"""Records that wait for a function to transform them, in batches. Pure: instants are arguments.

[Amazon Data Firehose developer guide: data-transformation, data-transformation-failure-handling]
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from wavetank.emulator.firehose.processing_settings import LambdaSettings
from wavetank.emulator.firehose.records import StreamRecord
from wavetank.emulator.firehose.retries import Attempts


@dataclass(frozen=True, kw_only=True)
class TransformBatch:
    """Records for one invocation of a transforming function, and its attempts so far."""

    records: tuple[StreamRecord, ...]
    tries: Attempts = field(default_factory=Attempts)


@dataclass
class TransformBuffer:
    """Buffers a stream's records until they are transformed; not thread-safe."""

    settings: LambdaSettings
    waiting: list[TransformBatch] = field(default_factory=list)
    in_flight: list[TransformBatch] = field(default_factory=list)
    _open: list[StreamRecord] = field(default_factory=list)
    _size_bytes: int = 0
    _due: datetime | None = None

    @property
    def size_bytes(self) -> int:
        """The bytes of all records that wait."""
        return sum(len(record.data) for record in self.records())

    def batches(self) -> list[TransformBatch]:
        """All batches that were not transformed yet, the open one last."""
        opened = [TransformBatch(records=tuple(self._open))] if self._open else []
        return [*self.in_flight, *self.waiting, *opened]

    def records(self) -> list[StreamRecord]:
        """All records that were not transformed yet, those in flight included."""
        return [record for batch in self.batches() for record in batch.records]

    def add(self, records: Iterable[StreamRecord], now: datetime) -> None:
        """Buffer records; the batch waits to be invoked before it exceeds the size limit."""
        for record in records:
            if self._open and self._size_bytes + len(record.data) > self.settings.size_bytes:
                self.close_batch()
            if not self._open:
                self._due = now + self.settings.interval
            self._open.append(record)
            self._size_bytes += len(record.data)
            if self._size_bytes >= self.settings.size_bytes:
                self.close_batch()

    def close_batch(self) -> None:
        """Close the open batch, whatever the limits."""
        if self._open:
            self.waiting.append(TransformBatch(records=tuple(self._open)))
        self._open, self._size_bytes, self._due = [], 0, None

    def make_due(self) -> None:
        """Make all records due now, whatever the limits and retry delays."""
        self.close_batch()
        self.waiting = [
            replace(batch, tries=replace(batch.tries, next=None)) for batch in self.waiting
        ]

    def take_due(self, now: datetime) -> list[TransformBatch]:
        """The batches to invoke now; each must be passed to `done` or `failed` afterwards."""
        if self._due is not None and now >= self._due:
            self.close_batch()
        due = [batch for batch in self.waiting if batch.tries.is_due(now)]
        self.waiting = [batch for batch in self.waiting if not batch.tries.is_due(now)]
        self.in_flight.extend(due)
        return due

    def next_due(self) -> datetime | None:
        """When the next batch is due; None if nothing waits."""
        instants = [batch.tries.next or batch.records[0].arrived for batch in self.waiting]
        if self._due is not None:
            instants.append(self._due)
        return min(instants, default=None)

    def is_in_flight(self, batch: TransformBatch) -> bool:
        """Whether the batch was taken, and neither transformed nor kept for a retry yet."""
        return any(found is batch for found in self.in_flight)

    def done(self, batch: TransformBatch) -> bool:
        """Forget the batch; False if all was discarded meanwhile."""
        was_known = self.is_in_flight(batch)
        self.in_flight = [found for found in self.in_flight if found is not batch]
        return was_known

    def failed(self, batch: TransformBatch, now: datetime) -> bool:
        """Keep the batch for a retry; False if there were enough, and it is dropped."""
        self.in_flight = [found for found in self.in_flight if found is not batch]
        if batch.tries.count >= self.settings.retries:
            return False
        self.waiting.append(replace(batch, tries=batch.tries.failed(now)))
        return True
