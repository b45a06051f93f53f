"""Kinesis and DynamoDB streams -> Lambda in virtual time: reads shards, and fills their lanes.

Lambda reads with the permissions of the function's role, each Kinesis shard once a second and that
of a table four times. A record is read at the first such instant after it arrived, with all that
arrived until then, unless an earlier batch is still processed: a shard has one batch at a time, or
as many as ParallelizationFactor says, of different keys. The shards that a split or merge has made
are read from their beginning, once their parents are processed.
[Lambda developer guide: with-kinesis, with-ddb, services-kinesis-parameters,
services-dynamodb-parameters]
"""

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from wavetank.aws.clients import ClientError
from wavetank.core.errors import UsageError
from wavetank.core.text import pluralize
from wavetank.emulator.lambda_.event_filters import matches_filters
from wavetank.emulator.lambda_.stream_policy import POLL_INTERVALS, next_poll
from wavetank.emulator.lambda_.stream_records import (
    ShardRecord,
    kinesis_record,
    table_record,
)
from wavetank.history import EventSettled, Settlement
from wavetank.simulation.event_sources.mapping import EventSourceMapping
from wavetank.simulation.event_sources.polled_run import PlannedPoll, PolledRun, SourceAccess
from wavetank.simulation.event_sources.shard_lane import ShardLane
from wavetank.simulation.event_sources.source_faults import SourceFaults
from wavetank.simulation.request_chains import stream_event

if TYPE_CHECKING:
    from wavetank.emulator.shard_views import ShardView


class StreamSource:
    """The poller of one mapping of a stream.

    Raises:
        UsageError: the mapping has tumbling windows.
    """

    def __init__(self, run: PolledRun, mapping: EventSourceMapping) -> None:
        self._run = run
        self._mapping = mapping
        self._readers: dict[str, ShardReader] = {}
        self._expiry = PlannedPoll(run.clock, self._expire_items)
        if mapping.tumbling_window:
            raise UsageError(
                "a mapping without tumbling windows",
                f"TumblingWindowInSeconds of the mapping of {mapping.source_name}",
                "run it on --engine aws, or leave it out",
            )
        self._add_shards(self._start)

    def plan(self) -> None:
        """Schedule the next read of each shard, and the next batches."""
        self._add_shards(lambda shard: shard.first)
        for reader in self._readers.values():
            reader.plan(partial(self._is_ready, reader))
        self._expiry.plan(self._next_expiry())

    def remaining(self) -> list[str]:
        """How many records were not processed."""
        count = sum(reader.remaining() for reader in self._readers.values())
        if not count:
            return []
        return [f"{pluralize(count, 'record')} of {self._mapping.source_name}"]

    def _add_shards(self, start: "Callable[[ShardView], int]") -> None:
        if self._run.simulator.streams.shard_count(self._mapping.source) == len(self._readers):
            return  # a stream never loses one
        for shard in self._run.simulator.streams.shards(self._mapping.source):
            if shard.id not in self._readers:
                reader = ShardReader(self._run, self._mapping, shard, start(shard))
                self._readers[shard.id] = reader

    def _start(self, shard: "ShardView") -> int:
        """The sequence number from which a shard is read that is there when the run begins."""
        match self._mapping.starting_position:
            case "LATEST":
                return self._run.simulator.streams.last_before(self._mapping.id, shard) + 1
            case "AT_TIMESTAMP":
                return _first_since(shard, self._mapping.starting_instant)
        oldest = shard.oldest(shard.first)
        return shard.last + 1 if oldest is None else oldest[0]

    def _is_ready(self, reader: "ShardReader") -> bool:
        """Whether the shards that it was made of are processed."""
        parents = (self._readers.get(each) for each in reader.shard.parents)
        return all(parent is None or parent.is_done for parent in parents)

    def _next_expiry(self) -> datetime | None:
        """Of an item, which Time to Live deletes; items do not expire after the last action."""
        due = self._run.simulator.streams.next_expiry(self._mapping.source, self._run.clock.now)
        ends = self._run.ends_at()
        return None if due is None or (ends is not None and due > ends) else due

    def _expire_items(self) -> None:
        self._run.simulator.streams.expire_items(self._mapping.source, self._run.clock.now)


class ShardReader:
    """Reads one shard from a sequence number on."""

    def __init__(
        self, run: PolledRun, mapping: EventSourceMapping, shard: "ShardView", number: int
    ) -> None:
        self._run = run
        self._clock = run.clock
        self._mapping = mapping
        self.shard = shard
        self._number = number
        """Of the next record to read."""
        self._patterns = [json.loads(pattern) for pattern in mapping.filters]
        self._lanes = [ShardLane(run, mapping, shard) for _ in range(mapping.parallel_batches)]
        self._poll = PlannedPoll(run.clock, self._read)
        self._read_at: datetime | None = None
        self._access = SourceAccess(run, mapping)
        self._faults = SourceFaults(run.matcher, mapping)

    @property
    def is_done(self) -> bool:
        """Whether it is closed, and all its records are processed."""
        return not self.shard.is_open and not self.remaining()

    def remaining(self) -> int:
        """How many records were not processed, with those that the stream has lost unread."""
        return self._unread + sum(lane.count() for lane in self._lanes)

    @property
    def _unread(self) -> int:
        return self.shard.last + 1 - self._number

    def plan(self, is_ready: Callable[[], bool]) -> None:
        """Schedule the next read and the next batches."""
        for lane in self._lanes:
            lane.plan()
        self._poll.plan(self._next_read() if self._unread and is_ready() else None)

    def _next_read(self) -> datetime | None:
        if self._access.is_given_up or not any(lane.has_room for lane in self._lanes):
            return None
        oldest = self.shard.oldest(self._number)
        if oldest is None:  # the stream has lost all of them, which the next read notes
            return self._clock.now
        interval = POLL_INTERVALS[self._mapping.service]
        due = next_poll(oldest[1], interval)
        if self._read_at is not None and due <= self._read_at:  # it arrived after that read
            due = self._read_at + interval
        return self._access.earliest(due)

    def _read(self) -> None:
        self._settle_expired()
        if not self._unread:
            return
        if self._faults.is_stalled(self.shard.id):
            self._access.refused()
            return
        if self._faults.is_trimmed(self.shard.id):
            self._lose_until(self.shard.last + 1)
            return
        try:
            records = list(self._records())
        except ClientError:
            self._access.refused()
            return
        self._access.accepted()
        self._read_at = self._clock.now
        if records:
            self._number = records[-1].number + 1
        self._distribute(records)

    def _settle_expired(self) -> None:
        """Note the records that the stream has lost before they were read."""
        horizon = self._clock.now - self.shard.retention
        number = self._number
        while (oldest := self.shard.oldest(number)) is not None and oldest[1] <= horizon:
            number = oldest[0] + 1
        # some may no longer be in the stream at all
        self._lose_until(self.shard.last + 1 if oldest is None else max(number, oldest[0]))

    def _lose_until(self, number: int) -> None:
        """Read on from this record: those before it are lost."""
        lost = [str(each) for each in range(self._number, number)]
        self._number = number
        self._settle(lost, Settlement.EXPIRED)

    def _records(self) -> Iterator[ShardRecord]:
        """All records from the number on, as the APIs return them to the function's role.

        Raises:
            ClientError: the role may not read, or the stream does not exist.
        """
        service, source = self._mapping.service, self._mapping.source
        clients = self._access.clients()
        role = self._run.simulator.function(self._mapping.function).role
        is_kinesis = service == "kinesis"
        client = clients.kinesis if is_kinesis else clients.dynamodbstreams
        iterator = client.get_shard_iterator(
            ShardId=self.shard.id,
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            **({"StartingSequenceNumber" if is_kinesis else "SequenceNumber": str(self._number)}),
            **({"StreamARN" if is_kinesis else "StreamArn": source}),
        )["ShardIterator"]
        number = self._number
        while iterator is not None and number <= self.shard.last:
            answer = client.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                found = (
                    kinesis_record(record, self.shard.id, source, role)
                    if is_kinesis
                    else table_record(record, source)
                )
                number = found.number + 1
                yield found
            iterator = answer.get("NextShardIterator")

    def _distribute(self, records: Sequence[ShardRecord]) -> None:
        """Give each lane its records.

        Those from before the mapping's starting position, or that no filter matches, are passed
        over.
        """
        since = self._mapping.starting_instant
        read = [each for each in records if since is None or each.arrived >= since]
        matching = [each for each in read if self._matches(each)]
        numbers = {each.number for each in matching}
        filtered = [each.id for each in records if each.number not in numbers]
        self._settle(filtered, Settlement.FILTERED)
        for number, lane in enumerate(self._lanes):
            lane.add(each for each in matching if each.lane(len(self._lanes)) == number)

    def _matches(self, record: ShardRecord) -> bool:
        return matches_filters(record.content, self._patterns)

    def _settle(self, ids: Sequence[str], settlement: Settlement) -> None:
        if ids:
            now, source = self._clock.now, self._mapping.recorded_source
            function = self._mapping.consumer
            self._clock.record(EventSettled(now, "", source, tuple(ids), settlement, function))
            chained = [stream_event(self._mapping.source, int(each)) for each in ids]
            self._run.chains.forget(chained)


def _first_since(shard: "ShardView", instant: datetime | None) -> int:
    """The number of the first record that arrived at the instant or later."""
    number = shard.first
    while (found := shard.oldest(number)) is not None:
        number, arrived = found
        if instant is None or arrived >= instant:
            return number
        number += 1
    return shard.last + 1
