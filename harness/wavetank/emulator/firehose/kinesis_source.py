"""Reads a Kinesis data stream into a delivery stream, with the permissions of its role.

Reading begins at the latest record when the delivery stream is created, and at the oldest one of
shards that are created later. Records that the Kinesis Producer Library has aggregated are
separated.
[Amazon Data Firehose developer guide: writing-with-kinesis-streams; Kinesis Data Streams API
reference: GetShardIterator, GetRecords]
"""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from wavetank.aws.clients import BotoCoreError, ClientError
from wavetank.emulator.firehose.kpl import user_records
from wavetank.emulator.firehose.records import ArrivedRecord, KinesisPosition
from wavetank.emulator.firehose.role_sessions import RoleSessions
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import KinesisSource

LOG = logging.getLogger(__name__)
POLL_EVERY = timedelta(seconds=1)
"""How often Firehose calls GetRecords for each shard. [developer guide, as above]"""
SHARDS_EVERY = timedelta(seconds=10)
RECORDS_MAX = 10_000
EXPIRED = "ExpiredIteratorException"

type Clients = Callable[[], Any]
"""Returns a client of Kinesis with the role's permissions."""


@dataclass
class ShardPosition:
    """Where reading of a shard continues: after the record with `sequence_number`."""

    shard: str
    iterator: str | None = None
    sequence_number: str | None = None


@dataclass
class KinesisReader:
    """Reads one Kinesis data stream into a delivery stream, shard by shard.

    `on_error` is called if it fails.
    """

    source: KinesisSource
    kinesis: Clients
    on_error: Callable[[], None] = lambda: None
    _shards: dict[str, ShardPosition] = field(default_factory=dict)
    _next_read: datetime | None = None
    _next_listing: datetime | None = None
    _error: str | None = None

    def start(self, now: datetime) -> None:
        """Begin, or begin again, at the latest record of each shard.

        Raises:
            ClientError: the data stream does not exist, or the role may not read it.
        """
        self._shards, self._next_read, self._next_listing = {}, now, None
        kinesis = self.kinesis()
        for shard in self._listed(kinesis):
            found = ShardPosition(shard)
            found.iterator = self._iterator(kinesis, found, "LATEST")
            self._shards[shard] = found
        self._next_listing = now + SHARDS_EVERY

    def next_due(self) -> datetime | None:
        """When the next read is due."""
        return self._next_read

    def pause(self, now: datetime) -> None:
        """Read later: the delivery stream has no room."""
        self._next_read = now + POLL_EVERY

    def read(self, now: datetime, *, at_once: bool = False) -> list[ArrivedRecord]:
        """What is new, if a read is due; an error is logged once, and the read is repeated."""
        if not at_once and (self._next_read is None or now < self._next_read):
            return []
        self._next_read = now + POLL_EVERY
        records: list[ArrivedRecord] = []
        try:
            kinesis = self.kinesis()
            self._find_new_shards(kinesis, now)
            for position in list(self._shards.values()):
                records += self._read_shard(kinesis, position)
        except (BotoCoreError, ClientError) as error:
            self.on_error()
            if str(error) != self._error:
                LOG.warning("%s could not be read: %s", self.source.stream_arn, error)
            self._error = str(error)
        else:
            self._error = None
        return records

    def _find_new_shards(self, kinesis: Any, now: datetime) -> None:
        if self._next_listing is not None and now < self._next_listing:
            return
        self._next_listing = now + SHARDS_EVERY
        for shard in self._listed(kinesis):
            self._shards.setdefault(shard, ShardPosition(shard))

    def _listed(self, kinesis: Any) -> Iterator[str]:
        answer = kinesis.list_shards(StreamARN=self.source.stream_arn)
        while True:
            yield from (shard["ShardId"] for shard in answer["Shards"])
            if not answer.get("NextToken"):
                return
            answer = kinesis.list_shards(NextToken=answer["NextToken"])

    def _iterator(self, kinesis: Any, position: ShardPosition, kind: str = "TRIM_HORIZON") -> str:
        start = {"ShardIteratorType": kind}
        if position.sequence_number is not None:
            start = {
                "ShardIteratorType": "AFTER_SEQUENCE_NUMBER",
                "StartingSequenceNumber": position.sequence_number,
            }
        answer = kinesis.get_shard_iterator(
            StreamARN=self.source.stream_arn, ShardId=position.shard, **start
        )
        found: str = answer["ShardIterator"]
        return found

    def _read_shard(self, kinesis: Any, position: ShardPosition) -> list[ArrivedRecord]:
        """The new records of a shard; a closed shard that was read to its end has none."""
        if position.iterator is None:
            position.iterator = self._iterator(kinesis, position)
        if not position.iterator:
            return []
        try:
            answer = self._get_records(kinesis, position.iterator)
        except ClientError as error:
            if error.response["Error"]["Code"] != EXPIRED:
                raise
            position.iterator = self._iterator(kinesis, position)
            answer = self._get_records(kinesis, position.iterator)
        position.iterator = answer.get("NextShardIterator") or ""
        found = answer["Records"]
        if found:
            position.sequence_number = found[-1]["SequenceNumber"]
        return [arrived for record in found for arrived in _arrived(position.shard, record)]

    def _get_records(self, kinesis: Any, iterator: str) -> Any:
        return kinesis.get_records(
            StreamARN=self.source.stream_arn, ShardIterator=iterator, Limit=RECORDS_MAX
        )


class KinesisReaders:
    """The readers of all delivery streams that have a Kinesis data stream as source."""

    def __init__(self, sessions: RoleSessions) -> None:
        self._sessions = sessions
        self._readers: dict[StreamId, KinesisReader] = {}
        self._reading = threading.Lock()  # two reads at once would both return what is new

    def started(self, stream: StreamId, source: KinesisSource, now: datetime) -> KinesisReader:
        """A reader for the delivery stream, which reads nothing before it is added.

        Raises:
            ClientError: the data stream does not exist, or the role may not read it.
        """
        sessions, role = self._sessions, source.role_arn
        reader = KinesisReader(
            source,
            lambda: sessions.clients(role, stream.region).kinesis,
            lambda: sessions.forget(role),  # the role may have been created anew
        )
        reader.start(now)
        return reader

    def add(self, stream: StreamId, reader: KinesisReader) -> None:
        """Read for the delivery stream from now on."""
        self._readers[stream] = reader

    def remove(self, stream: StreamId) -> None:
        """Stop to read for the delivery stream."""
        self._readers.pop(stream, None)

    def restart(self, now: datetime) -> None:
        """Begin again at the latest records: the data streams were put into another state."""
        for stream, reader in list(self._readers.items()):
            with self._reading:
                try:
                    reader.start(now)
                except (BotoCoreError, ClientError) as error:
                    LOG.warning("%s cannot read its source: %s", stream.label, error)

    def next_due(self) -> datetime | None:
        """When the next read of any data stream is due."""
        found = [reader.next_due() for reader in list(self._readers.values())]
        return min((instant for instant in found if instant is not None), default=None)

    def streams(self) -> list[StreamId]:
        """The delivery streams that have a source."""
        return list(self._readers)

    def pause(self, stream: StreamId, now: datetime) -> None:
        """Read later for the delivery stream, which has no room."""
        if (reader := self._readers.get(stream)) is not None:
            reader.pause(now)

    def read(
        self, stream: StreamId, now: datetime, *, at_once: bool = False
    ) -> list[ArrivedRecord]:
        """What is new in the source of the delivery stream, if a read is due."""
        with self._reading:
            reader = self._readers.get(stream)
            return [] if reader is None else reader.read(now, at_once=at_once)


def _arrived(shard: str, record: Any) -> Iterator[ArrivedRecord]:
    """The user records in a record of the data stream."""
    arrived: datetime = record["ApproximateArrivalTimestamp"]
    found = user_records(bytes(record["Data"]), record["PartitionKey"])
    for number, user_record in enumerate(found):
        position = KinesisPosition(
            shard=shard,
            partition_key=user_record.partition_key,
            sequence_number=record["SequenceNumber"],
            subsequence_number=number,
        )
        yield ArrivedRecord(
            data=user_record.data, arrived=arrived.astimezone(UTC), position=position
        )
