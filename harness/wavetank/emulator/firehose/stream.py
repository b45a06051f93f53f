"""One delivery stream: what happens to a record from its arrival to its batch.

Firehose separates records, has a function transform them, partitions them, and appends the
delimiter, in this order. Pure: functions take an instant, and nothing waits. Not thread-safe.
[Amazon Data Firehose developer guide: dynamic-partitioning-multirecord-deaggergation,
data-transformation]
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from wavetank.emulator.firehose.buffer import (
    BACKLOG_BYTES_MAX,
    UNPARTITIONED,
    Backlog,
    Batch,
    DeliveryBuffer,
    Totals,
)
from wavetank.emulator.firehose.deaggregation import ContentError, separate
from wavetank.emulator.firehose.partitioning import (
    PARTITIONS_MAX,
    TOO_MANY,
    PartitionError,
    keys_of,
)
from wavetank.emulator.firehose.records import (
    HTTP_ENDPOINT_FAILED,
    PROCESSING_FAILED,
    ArrivedRecord,
    Group,
    ProcessingFailure,
    Replacement,
    StreamRecord,
    failure_line,
)
from wavetank.emulator.firehose.settings import DestinationSettings
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import StreamSettings, limits_of
from wavetank.emulator.firehose.transform_messages import TransformAnswer
from wavetank.emulator.firehose.transformation import TransformBatch, TransformBuffer


class Stream:
    """A delivery stream: its undelivered records, and the version of its configuration."""

    def __init__(self, identity: StreamId, settings: StreamSettings) -> None:
        self.id = identity
        self.settings = settings
        self.version = 1
        self.drop_all()

    def drop_all(self) -> None:
        """Discard all undelivered records and the counts."""
        settings = self.settings
        self.totals = Totals()
        self.buffer = DeliveryBuffer(limits_of(settings.destination))
        self.backup = DeliveryBuffer(limits_of(settings.backup)) if settings.backup else None
        function = settings.processing.function
        self.transforms = TransformBuffer(function) if function else None
        self._numbers = 0
        self._replacements: list[Replacement] = []

    @property
    def failures(self) -> DeliveryBuffer:
        """The buffer for records that fail: of the destination if it is a bucket."""
        if isinstance(self.settings.destination, DestinationSettings):
            return self.buffer
        assert self.backup is not None  # an HTTP endpoint has one
        return self.backup

    def has_room(self, size_bytes: int) -> bool:
        """Whether that many more bytes may be accepted."""
        waiting = sum(part.size_bytes for part in self._parts())
        return waiting + size_bytes <= BACKLOG_BYTES_MAX

    def reconfigure(self, settings: StreamSettings, version: int) -> None:
        """Close what is open, and send everything to the new destination."""
        for batch in (self.buffer, self.backup):
            if batch is not None:
                batch.close_batches()
        self.settings, self.version = settings, version
        self.buffer.limits = limits_of(settings.destination)
        self._reconfigure_backup()
        self._reconfigure_transforms()

    def _reconfigure_backup(self) -> None:
        backup = self.settings.backup
        if backup is None:
            self.backup = None
        elif self.backup is None:
            self.backup = DeliveryBuffer(limits_of(backup))
        else:
            self.backup.limits = limits_of(backup)

    def _reconfigure_transforms(self) -> None:
        """Records that waited for a function that is gone are delivered as they are."""
        function, before = self.settings.processing.function, self.transforms
        if before is not None and function is not None:
            before.settings = function
            return
        self.transforms = TransformBuffer(function) if function else None
        for record in before.records() if before else ():
            self._route(record, record.arrived)

    def accept(self, records: Sequence[ArrivedRecord], now: datetime) -> int:
        """Take the records in; returns the number of the first of them."""
        first = self._numbers
        self.totals.records_accepted += len(records)
        numbered = [record.numbered(self._next_number()) for record in records]
        if self.settings.backs_up_all:
            self._back_up(numbered, now)
        for record in numbered:
            self._process(record, now)
        return first

    def accept_data(self, data: Sequence[bytes], now: datetime) -> int:
        """Take in records that arrive now; returns the number of the first of them."""
        if not self.settings.is_plain:
            return self.accept([ArrivedRecord(data=entry, arrived=now) for entry in data], now)
        first, delimiter = self._numbers, self.settings.destination.delimiter
        self.totals.records_accepted += len(data)
        self._numbers += len(data)
        for number, entry in enumerate(data, first):
            self.buffer.add(entry + delimiter, number, now, now)
        return first

    def take_replacements(self) -> list[Replacement]:
        """What processing has replaced since the last call."""
        taken, self._replacements = self._replacements, []
        return taken

    def transformed(self, batch: TransformBatch, answer: TransformAnswer, now: datetime) -> None:
        """Route what a function made of a batch; nothing if all was discarded meanwhile."""
        if self.transforms is None or not self.transforms.done(batch):
            return
        failed = {record.number for record, _ in answer.failed}
        renewed = {r.number: self._renewed(r) for r in answer.transformed}
        for record in batch.records:
            if record.number not in failed:
                self._replaced(record, [renewed[record.number]] if record.number in renewed else [])
        for record in renewed.values():
            self._route(record, now)
        for record, failure in answer.failed:
            self._fail(record, failure, now)

    def not_transformed(
        self, batch: TransformBatch, failure: ProcessingFailure, now: datetime
    ) -> bool:
        """Keep the batch for a retry; False if its records are delivered as errors instead."""
        self.totals.last_error = f"{failure.code}: {failure.message}"
        if self.transforms is None or not self.transforms.is_in_flight(batch):
            return True  # all was discarded meanwhile, or the batch is done
        if self.transforms.failed(batch, now):
            return True
        for record in batch.records:
            self._fail(record, failure, now)
        return False

    def undeliverable(self, batch: Batch, failure: ProcessingFailure, now: datetime) -> None:
        """Back up the records that an HTTP endpoint has not taken in time."""
        numbers = batch.numbers or [self._next_number() for _ in batch.records]
        for number, data in zip(numbers, batch.records, strict=True):
            record = StreamRecord(number=number, data=data, arrived=batch.oldest)
            self._fail(record, failure, now, HTTP_ENDPOINT_FAILED)

    def next_due(self) -> datetime | None:
        """When something is due next; None if there are no undelivered records."""
        instants = [part.next_due() for part in self._parts()]
        return min((instant for instant in instants if instant is not None), default=None)

    def backlog(self) -> Backlog:
        """All undelivered records, without the copies for a backup."""
        waiting = self.transforms.records() if self.transforms else []
        early = tuple(record.unnumbered() for record in waiting)
        backup = [] if self.backup is None else self.backup.undelivered()
        failed = [batch for batch in backup if batch.group.error_type]
        return Backlog((*self.buffer.undelivered(), *failed), early)

    def undelivered(self) -> list[Batch]:
        """All undelivered batches, those that were not transformed yet included."""
        early = self.transforms.batches() if self.transforms else []
        waiting = [
            Batch(
                oldest=batch.records[0].arrived,
                records=tuple(record.data for record in batch.records),
                tries=batch.tries,
            )
            for batch in early
        ]
        return [*waiting, *self.backlog().batches]

    def restore(self, backlog: Backlog) -> None:
        """Add undelivered records of an earlier stream of the name; due by their own age."""
        for batch in backlog.batches:
            (self.failures if batch.group.error_type else self.buffer).restore([batch])
        for record in backlog.untransformed:
            found = record.numbered(self._next_number())
            if self.transforms is not None:
                self.transforms.add([found], record.arrived)
            else:
                self._route(found, record.arrived)

    def buffers(self) -> list[DeliveryBuffer]:
        """The buffers of the destination and of the backup bucket."""
        return [self.buffer] if self.backup is None else [self.buffer, self.backup]

    def bucket_of(self, buffer: DeliveryBuffer) -> DestinationSettings:
        """The bucket that the batches of the buffer are written to."""
        if buffer is self.backup and self.settings.backup is not None:
            return self.settings.backup
        return self.settings.s3

    def is_source_backup(self, buffer: DeliveryBuffer, batch: Batch) -> bool:
        """Whether the batch has copies of source records, which are delivered elsewhere too."""
        return buffer is self.backup and not batch.group.error_type

    def _parts(self) -> list[DeliveryBuffer | TransformBuffer]:
        parts = (self.transforms, self.buffer, self.backup)
        return [part for part in parts if part is not None]

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers - 1

    def _back_up(self, records: Iterable[StreamRecord], now: datetime) -> None:
        assert self.backup is not None  # `backs_up_all` comes with one
        for record in records:
            self.backup.add(record.data, record.number, record.arrived, now)

    def _process(self, record: StreamRecord, now: datetime) -> None:
        processing = self.settings.processing
        if not processing.changes_records:
            self._route(record, now)
            return
        try:
            parts = separate(record.data, processing)
        except ContentError as error:
            failure = ProcessingFailure(code=error.code, message=str(error))
            self._fail(record, failure, now, error.error_type)
            return
        self._take_parts(record, parts, now)

    def _take_parts(self, record: StreamRecord, parts: list[bytes], now: datetime) -> None:
        records = [record]
        if parts != [record.data]:
            original = record.data if self.settings.processing.decompresses else None
            record = replace(record, original=original)
            records = [self._renewed(replace(record, data=part)) for part in parts]
            self._replaced(record, records)
        if self.transforms is not None:
            self.transforms.add(records, now)
            return
        for part in records:
            self._route(part, now)

    def _route(self, record: StreamRecord, now: datetime) -> None:
        """Buffer a processed record with those of its partition."""
        try:
            group = self._group(record)
        except PartitionError as error:
            self._fail(record, ProcessingFailure(code=error.code, message=str(error)), now)
            return
        data = record.data + self.settings.destination.delimiter
        self.buffer.add(data, record.number, record.arrived, now, group)

    def _group(self, record: StreamRecord) -> Group:
        destination = self.settings.destination
        if not isinstance(destination, DestinationSettings) or not destination.is_partitioned:
            return UNPARTITIONED
        group = Group(keys_of(record, destination.partition_keys, destination.processing.query))
        if not self.buffer.has_partition(group) and self.buffer.open_groups >= PARTITIONS_MAX:
            message = f"the active partition limit of {PARTITIONS_MAX} is exceeded"
            raise PartitionError(TOO_MANY, message)
        return group

    def _fail(
        self,
        record: StreamRecord,
        failure: ProcessingFailure,
        now: datetime,
        error_type: str = PROCESSING_FAILED,
    ) -> None:
        """Buffer the JSON of a record that failed, for the error output prefix."""
        line = self._renewed(replace(record, data=failure_line(record, failure, now)))
        self._replaced(record, [line], is_failed=True)
        self.totals.last_error = f"{failure.code}: {failure.message}"
        group = Group(error_type=error_type)
        self.failures.add(line.data, line.number, record.arrived, now, group)

    def _renewed(self, record: StreamRecord) -> StreamRecord:
        return replace(record, number=self._next_number())

    def _replaced(
        self, record: StreamRecord, after: Iterable[StreamRecord], *, is_failed: bool = False
    ) -> None:
        found = tuple((each.number, each.data) for each in after)
        self._replacements.append(Replacement((record.number,), found, is_failed))
