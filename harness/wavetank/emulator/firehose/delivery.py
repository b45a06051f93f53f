"""Delivers due batches, transforms records by functions, and retries failures.

`deliver_due` makes one round at a given instant; a thread only calls it often enough. What may take
minutes, a function or an HTTP endpoint, runs in `in_background`, so that it delays no other stream.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from wavetank.emulator.firehose.buffer import Backlog, Batch
from wavetank.emulator.firehose.context import DeliveryContext
from wavetank.emulator.firehose.kinesis_source import KinesisReaders
from wavetank.emulator.firehose.records import ArrivedRecord
from wavetank.emulator.firehose.senders import BatchSender
from wavetank.emulator.firehose.stream import Stream
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import StreamSettings
from wavetank.emulator.firehose.transformer import Transformer

LOG = logging.getLogger(__name__)
POLL_SECONDS_MAX = 0.5
"""The longest wait: a test may move the clock, and nothing notifies the thread of that."""
FLUSH_SECONDS_MAX = 300
"""The longest wait of a flush, for functions and for each round of requests to endpoints."""
READ_BYTES_MAX = 10 * 1024 * 1024
"""The most that GetRecords returns at once. [Kinesis Data Streams API reference: GetRecords]"""


class Deliverer:
    """Delivers the records of all delivery streams in a LocalStack.

    With `reads_by_itself` sources are read once a second; else they are read whenever `next_due` is
    asked: in virtual time, a read every second would be most of the actions of a run.

    An error of one stream or source is logged, and affects no other one.
    """

    def __init__(
        self,
        context: DeliveryContext,
        sender: BatchSender,
        readers: KinesisReaders,
        *,
        reads_by_itself: bool = False,
    ) -> None:
        self.context = context
        self._sender = sender
        self._transformer = Transformer(context)
        self._readers = readers
        self._reads_by_itself = reads_by_itself
        self._streams: dict[StreamId, Stream] = {}
        self._delivering = threading.Lock()

    def run(self) -> None:
        """Deliver forever; the body of a thread."""
        while True:
            with _logged("a round of deliveries"):
                with self.context.changed:
                    self.context.changed.wait(self._wait_seconds())
                self.deliver_due()

    def add(self, stream: StreamId, settings: StreamSettings) -> None:
        """Add a new, empty stream, and begin to read its source.

        Raises:
            ClientError: the source does not exist, or its role may not read it.
        """
        source, now = settings.source, self.context.clock.now()
        reader = self._readers.started(stream, source, now) if source is not None else None
        with self.context.changed:
            self._streams[stream] = Stream(stream, settings)
            if reader is not None:
                self._readers.add(stream, reader)
            self.context.changed.notify_all()

    def remove(self, stream: StreamId) -> None:
        """Delete the stream and its undelivered records, as on AWS."""
        with self.context.changed:
            self._readers.remove(stream)
            self._streams.pop(stream, None)

    def find(self, stream: StreamId) -> Stream | None:
        """The stream; None if there is none."""
        return self._streams.get(stream)

    def ids(self) -> list[StreamId]:
        """The ids of all streams."""
        with self.context.changed:
            return list(self._streams)

    def oldest_records(self) -> list[tuple[Stream, datetime]]:
        """Each stream with undelivered records, and when the oldest of them arrived."""
        with self.context.changed:
            return [
                (stream, min(batch.oldest for batch in batches))
                for stream in self._streams.values()
                if (batches := stream.undelivered())
            ]

    def reconfigure(self, stream: StreamId, settings: StreamSettings, version: int) -> None:
        """Close the open batches, and send everything to the new destination."""
        with self.context.changed:
            self._streams[stream].reconfigure(settings, version)
            self.context.changed.notify_all()

    def accept(self, stream: StreamId, records: Sequence[bytes]) -> None:
        """Take in records that were put.

        Raises:
            KeyError: the stream does not exist.
        """
        with self.context.changed:
            found = self._streams[stream]
            first = found.accept_data(records, self.context.clock.now())
            self._accepted(found, records, first)

    def take(self, stream: StreamId, records: Sequence[ArrivedRecord]) -> None:
        """Take in records that were read from a source; nothing if the stream was just deleted."""
        with self.context.changed:
            found = self._streams.get(stream)
            if found is None:
                return
            first = found.accept(records, self.context.clock.now())
            self._accepted(found, [record.data for record in records], first)

    def _accepted(self, stream: Stream, records: Sequence[bytes], first: int) -> None:
        if self.context.observer is not None:
            self.context.observer.accepted(stream.id.label, records, first)
        self.context.tell_replacements(stream)
        self.context.changed.notify_all()
        self.context.reporter.arrived(stream, len(records), sum(map(len, records)))

    def throttled(self, stream: StreamId, records: int) -> None:
        """Report that the stream has refused records."""
        found = self.find(stream)
        if found is not None:
            self.context.reporter.throttled(found, records)

    def restore(self, stream: StreamId, backlog: Backlog) -> None:
        """Add the undelivered records of an earlier stream of the same name."""
        with self.context.changed:
            if stream in self._streams:
                self._streams[stream].restore(backlog)
                self.context.changed.notify_all()

    def backlog(self, stream: StreamId) -> Backlog:
        """The stream's undelivered records; none if it does not exist."""
        with self.context.changed:
            found = self._streams.get(stream)
            return found.backlog() if found else Backlog()

    def undelivered(self, stream: StreamId) -> list[Batch]:
        """The stream's undelivered batches."""
        with self.context.changed:
            found = self._streams.get(stream)
            return found.undelivered() if found else []

    def drop_all(self) -> None:
        """Discard the undelivered records and the counts of every stream.

        Sources are read from their latest record on: their records may have been restored, too.
        """
        with self.context.changed:
            for stream in self._streams.values():
                stream.drop_all()
        self._readers.restart(self.context.clock.now())

    def next_due(self) -> datetime | None:
        """When anything of any stream is due next; None if there are no undelivered records."""
        if not self._reads_by_itself:
            self._read_sources(at_once=True)
        with self.context.changed:
            return self._next_due()

    def flush(self) -> None:
        """Deliver all undelivered records now, whatever the buffering hints and retry delays.

        It returns after `FLUSH_SECONDS_MAX` even if a function or an endpoint has not answered.
        """
        self._read_sources(at_once=True)
        with self.context.changed:
            for stream in self._streams.values():
                if stream.transforms is not None:
                    stream.transforms.make_due()
        self._transform_due()
        self._wait_for(lambda stream: stream.transforms.in_flight if stream.transforms else ())
        with self.context.changed:
            buffers = [each for s in self._streams.values() for each in s.buffers()]
            for buffer in buffers:
                buffer.make_due()
            rounds = max((len(each.waiting) for each in buffers), default=0)
        started = self.context.clock.now()
        # an endpoint gets only some batches at once; new ones that arrive meanwhile are not awaited
        for _ in range(max(1, rounds)):
            self.deliver_due()
            if not self._wait_for(_in_flight) or not self._is_due(started):
                return

    def deliver_due(self) -> None:
        """One round: everything that is due now is tried once; rounds never overlap."""
        self._read_sources()
        self._transform_due()
        with self._delivering:
            for stream in self._all():
                with _logged(f"{stream.id.label}: deliver"):
                    self._deliver(stream)

    def _deliver(self, stream: Stream) -> None:
        for buffer in stream.buffers():
            with self.context.changed:
                due = buffer.take_due(self.context.clock.now())
            # without the lock, so that puts are accepted while S3 is called
            for batch in due:
                self._sender.deliver(stream, buffer, batch)

    def _read_sources(self, *, at_once: bool = False) -> None:
        """Take in what is new in the sources whose read is due, or in all of them."""
        for stream in self._readers.streams():
            with _logged(f"{stream.label}: read the source"):
                self._read_source(stream, at_once=at_once)

    def _read_source(self, identity: StreamId, *, at_once: bool) -> None:
        now, stream = self.context.clock.now(), self.find(identity)
        with self.context.changed:
            has_room = stream is not None and stream.has_room(READ_BYTES_MAX)
        if not has_room:
            self._readers.pause(identity, now)
            return
        records = self._readers.read(identity, now, at_once=at_once)
        if records:
            self.take(identity, records)

    def _wait_for(self, in_flight: Callable[[Stream], Sequence[object]]) -> bool:
        """Wait until nothing of that kind is in flight; False if that takes too long."""
        with self.context.changed:
            return self.context.changed.wait_for(
                lambda: not any(map(in_flight, self._streams.values())), FLUSH_SECONDS_MAX
            )

    def _is_due(self, now: datetime) -> bool:
        """Whether a batch waits that was due then."""
        with self.context.changed:
            buffers = [each for stream in self._streams.values() for each in stream.buffers()]
            return any(batch.tries.is_due(now) for each in buffers for batch in each.waiting)

    def _transform_due(self) -> None:
        for stream in self._all():
            with _logged(f"{stream.id.label}: transform"):
                self._transform(stream)

    def _transform(self, stream: Stream) -> None:
        with self.context.changed:
            if stream.transforms is None:
                return
            due = stream.transforms.take_due(self.context.clock.now())
        for batch in due:
            self._transformer.start(stream, batch)

    def _all(self) -> list[Stream]:
        with self.context.changed:
            return list(self._streams.values())

    def _next_due(self) -> datetime | None:
        instants = [stream.next_due() for stream in self._streams.values()]
        if self._reads_by_itself:
            instants.append(self._readers.next_due())
        return min((instant for instant in instants if instant is not None), default=None)

    def _wait_seconds(self) -> float | None:
        """Seconds to wait at most; None until something is put."""
        due = self._next_due()
        if due is None:
            return None
        until_due = (due.astimezone(UTC) - self.context.clock.now()).total_seconds()
        return min(max(0.0, until_due), POLL_SECONDS_MAX)


def _in_flight(stream: Stream) -> list[Batch]:
    return [batch for buffer in stream.buffers() for batch in buffer.in_flight]


@contextmanager
def _logged(what: str) -> Iterator[None]:
    """Log an error of the body, so that the work for other streams goes on."""
    try:
        yield
    except Exception:  # any error: the thread serves all other streams too
        LOG.exception("%s failed, and is tried again", what)
