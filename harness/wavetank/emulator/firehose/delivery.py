"""Delivers due batches, has functions transform records, and retries what failed.

`deliver_due` makes one round at a given instant; a thread only calls it often enough. What may take
minutes, a function or an HTTP endpoint, runs in `in_background`, so that it delays no other stream.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

from wavetank.core.clock import Clock
from wavetank.emulator.firehose.buffer import Batch, DeliveryBuffer
from wavetank.emulator.firehose.encoding import compress
from wavetank.emulator.firehose.functions import Invocation, InvocationAnswer, Invoke
from wavetank.emulator.firehose.http_endpoint import (
    EndpointError,
    EndpointRequest,
    endpoint_request,
)
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.kinesis_source import KinesisReaders
from wavetank.emulator.firehose.object_name import ObjectNames
from wavetank.emulator.firehose.observing import (
    DeliveryAttempt,
    DeliveryObserver,
    DeliveryReporter,
    ObjectRefusedError,
    StreamError,
)
from wavetank.emulator.firehose.records import ProcessingFailure
from wavetank.emulator.firehose.settings import DestinationSettings
from wavetank.emulator.firehose.stream import ArrivedRecord, Backlog, Stream
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import StreamSettings
from wavetank.emulator.firehose.transform_messages import read_answer, transform_event
from wavetank.emulator.firehose.transformation import TransformBatch

LOG = logging.getLogger(__name__)
POLL_SECONDS_MAX = 0.5
"""The longest wait: a test may move the clock, and nothing notifies the thread of that."""

type PutObject = Callable[[DestinationSettings, str, bytes], None]
type Post = Callable[[HttpSettings, EndpointRequest], None]
type InBackground = Callable[[Callable[[], None]], None]


def at_once(work: Callable[[], None]) -> None:
    """Do the work in this thread."""
    work()


class Deliverer:
    """All delivery streams of a LocalStack.

    `put_object` and `post` raise if the destination refuses a batch.
    """

    def __init__(
        self,
        clock: Clock,
        put_object: PutObject,
        post: Post,
        invoke: Invoke,
        reporter: DeliveryReporter,
        readers: KinesisReaders,
    ) -> None:
        self._clock = clock
        self._put_object = put_object
        self._post = post
        self._reporter = reporter
        self._readers = readers
        self._streams: dict[StreamId, Stream] = {}
        self._changed = threading.Condition(threading.RLock())
        self._delivering = threading.Lock()
        self.observer: DeliveryObserver | None = None
        self.new_id: Callable[[], object] = uuid.uuid4
        self.invoke = invoke
        self.in_background: InBackground = at_once
        self.reads_by_itself = False
        """Whether sources are read once a second; else they are read whenever `next_due` is asked.

        In virtual time nobody asks a source every second: that would be most of a run.
        """

    def run(self) -> None:
        """Deliver forever; the body of a thread."""
        while True:
            with self._changed:
                self._changed.wait(self._wait_seconds())
            self.deliver_due()

    def add(self, stream: StreamId, settings: StreamSettings) -> None:
        """Add a new, empty stream, and begin to read its source.

        Raises:
            ClientError: the source does not exist, or its role may not read it.
        """
        if settings.source is not None:
            self._readers.add(stream, settings.source, self._clock.now())
        with self._changed:
            self._streams[stream] = Stream(stream, settings)
            self._changed.notify_all()

    def remove(self, stream: StreamId) -> None:
        """Delete the stream and its undelivered records, as on AWS."""
        self._readers.remove(stream)
        with self._changed:
            self._streams.pop(stream, None)

    def find(self, stream: StreamId) -> Stream | None:
        """The stream; None if there is none."""
        return self._streams.get(stream)

    def ids(self) -> list[StreamId]:
        """The ids of all streams."""
        return list(self._streams)

    def streams(self) -> list[Stream]:
        """All streams."""
        return list(self._streams.values())

    def reconfigure(self, stream: StreamId, settings: StreamSettings, version: int) -> None:
        """Close the open batches, and send everything to the new destination."""
        with self._changed:
            self._streams[stream].reconfigure(settings, version)
            self._changed.notify_all()

    def accept(self, stream: StreamId, records: Sequence[bytes]) -> None:
        """Take in records that were put."""
        now = self._clock.now()
        self.take(stream, [ArrivedRecord(data=data, arrived=now) for data in records])

    def take(self, stream: StreamId, records: Sequence[ArrivedRecord]) -> None:
        """Take in records, from whatever source."""
        with self._changed:
            found = self._streams[stream]
            first = found.accept(records, self._clock.now())
            if self.observer is not None:
                self.observer.accepted(stream.label, [r.data for r in records], first)
            self._tell_replacements(found)
            self._changed.notify_all()
        self._reporter.arrived(found, len(records), sum(len(r.data) for r in records))

    def throttled(self, stream: StreamId, records: int) -> None:
        """Report that the stream has refused records."""
        self._reporter.throttled(self._streams[stream], records)

    def restore(self, stream: StreamId, backlog: Backlog) -> None:
        """Add the undelivered records of an earlier stream of the same name."""
        with self._changed:
            if stream in self._streams:
                self._streams[stream].restore(backlog)
                self._changed.notify_all()

    def backlog(self, stream: StreamId) -> Backlog:
        """The stream's undelivered records; none if it does not exist."""
        with self._changed:
            found = self._streams.get(stream)
            return found.backlog() if found else Backlog()

    def undelivered(self, stream: StreamId) -> list[Batch]:
        """The stream's undelivered batches."""
        with self._changed:
            found = self._streams.get(stream)
            return found.undelivered() if found else []

    def drop_all(self) -> None:
        """Discard the undelivered records and the counts of every stream."""
        with self._changed:
            for stream in self._streams.values():
                stream.drop_all()

    def next_due(self) -> datetime | None:
        """When anything of any stream is due next; None if there are no undelivered records."""
        if not self.reads_by_itself:
            self._read_sources(at_once=True)
        with self._changed:
            return self._next_due()

    def flush(self) -> None:
        """Deliver all undelivered records now, whatever the buffering hints and retry delays."""
        self._read_sources(at_once=True)
        with self._changed:
            for stream in self._streams.values():
                if stream.transforms is not None:
                    stream.transforms.make_due()
        self._transform_due()
        self._wait_for(lambda stream: stream.transforms.in_flight if stream.transforms else ())
        with self._changed:
            for buffer in [each for s in self._streams.values() for each in s.buffers()]:
                buffer.make_due()
        self.deliver_due()
        self._wait_for(lambda stream: [b for each in stream.buffers() for b in each.in_flight])

    def deliver_due(self) -> None:
        """One round: everything that is due now is tried once; rounds never overlap."""
        self._read_sources()
        self._transform_due()
        with self._delivering:
            for stream in list(self._streams.values()):
                for buffer in stream.buffers():
                    with self._changed:
                        due = buffer.take_due(self._clock.now())
                    # without the lock, so that puts are accepted while S3 is called
                    for batch in due:
                        self._deliver(stream, buffer, batch)

    def _read_sources(self, *, at_once: bool = False) -> None:
        """Take in what is new in the sources whose read is due, or in all of them."""
        for stream, records in self._readers.read(self._clock.now(), at_once=at_once):
            if stream in self._streams:
                self.take(stream, records)

    def _wait_for(self, in_flight: Callable[[Stream], Sequence[object]]) -> None:
        """Wait until nothing of that kind is in flight."""
        with self._changed:
            self._changed.wait_for(lambda: not any(map(in_flight, self._streams.values())))

    def _transform_due(self) -> None:
        for stream in list(self._streams.values()):
            if stream.transforms is None:
                continue
            with self._changed:
                due = stream.transforms.take_due(self._clock.now())
            for batch in due:
                self.in_background(partial(self._transform, stream, batch))

    def _transform(self, stream: Stream, batch: TransformBatch) -> None:
        """Have the stream's function transform the batch."""
        assert stream.transforms is not None  # the batch is from there
        function, source = stream.transforms.settings, stream.settings.source
        event = transform_event(
            stream.id, batch.records, str(self.new_id()), source.stream_arn if source else ""
        )
        invocation = Invocation(
            stream=stream.id, role_arn=function.role_arn, function=function.arn, event=event
        )
        self.invoke(
            invocation, lambda answer: self._transformed(stream, batch, answer, function.arn)
        )

    def _transformed(
        self, stream: Stream, batch: TransformBatch, answer: InvocationAnswer, function: str
    ) -> None:
        attempts, failure = batch.tries.count + 1, None
        with self._changed:
            now = self._clock.now()
            if answer.error is None:
                content = read_answer(batch.records, answer.payload, attempts, function)
                stream.transformed(batch, content, now)
                failure = content.failed[0][1] if content.failed else None
            else:
                code, message = answer.error
                failure = ProcessingFailure(
                    code=code, message=message, attempts=attempts, function=function
                )
                stream.not_transformed(batch, failure, now)
            self._tell_replacements(stream)
            self._changed.notify_all()
        self._reporter.transformed(stream, len(batch.records), failure)
        if failure is not None:
            destination = _shown_destination(stream.settings)
            self._reporter.failed(
                stream,
                StreamError(
                    code=failure.code,
                    message=failure.message,
                    destination=destination,
                    processor=function,
                ),
            )

    def _tell_replacements(self, stream: Stream) -> None:
        for found in stream.take_replacements():
            if self.observer is not None:
                self.observer.replaced(stream.id.label, found.before, dict(found.after))

    def _deliver(self, stream: Stream, buffer: DeliveryBuffer, batch: Batch) -> None:
        destination = stream.settings.destination
        if buffer is stream.buffer and isinstance(destination, HttpSettings):
            self.in_background(lambda: self._deliver_to_endpoint(stream, destination, batch))
        else:
            self._deliver_to_bucket(stream, buffer, batch)

    def _deliver_to_endpoint(self, stream: Stream, settings: HttpSettings, batch: Batch) -> None:
        """Post the batch; after the last retry its records go to the backup bucket."""
        label = stream.id.label
        try:
            copies = 1 if self.observer is None else self.observer.delivering(label)
            for _ in range(copies):
                request = endpoint_request(settings, stream.id, batch, self._clock.now())
                self._post(settings, request)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the records are tried again
            self._endpoint_failed(stream, settings, batch, error)
            return
        self._delivered(stream, stream.buffer, batch)
        if self.observer is not None:
            self.observer.delivered(label, settings.host, [settings.url] * copies, batch.numbers)

    def _endpoint_failed(
        self, stream: Stream, settings: HttpSettings, batch: Batch, error: Exception
    ) -> None:
        is_final = isinstance(error, EndpointError) and error.is_final
        failure = ProcessingFailure(
            code=getattr(error, "code", type(error).__name__),
            message=str(error),
            attempts=batch.attempts + 1,
        )
        self._attempted(stream, stream.buffer, batch, succeeded=False)
        with self._changed:
            now = self._clock.now()
            stream.totals.last_error = f"{failure.code}: {failure.message}"
            is_kept = stream.buffer.failed(batch, now, is_final=is_final)
            if not is_kept:
                stream.undeliverable(batch, failure, now)
            self._tell_replacements(stream)
            self._changed.notify_all()
        found = StreamError(code=failure.code, message=failure.message, destination=settings.host)
        self._reporter.failed(stream, found)

    def _deliver_to_bucket(self, stream: Stream, buffer: DeliveryBuffer, batch: Batch) -> None:
        settings = stream.bucket_of(buffer)
        is_backup = stream.is_source_backup(buffer, batch)
        observer = None if is_backup else self.observer
        try:
            copies = 1 if observer is None else observer.delivering(stream.id.label)
            keys = [self._write(stream, settings, batch) for _ in range(copies)]
        except ObjectRefusedError as error:
            self._refused(stream, buffer, batch, str(error), error.code)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the records are tried again
            code = type(error).__name__
            self._refused(stream, buffer, batch, f"{code}: {error}", code)
        else:
            self._delivered(stream, buffer, batch)
            if observer is not None:
                observer.delivered(stream.id.label, settings.bucket, keys, batch.numbers)

    def _write(self, stream: Stream, settings: DestinationSettings, batch: Batch) -> str:
        """Put the object, and return its key."""
        error_type = batch.group.error_type
        names = ObjectNames(
            stream=stream.id.name,
            prefix=settings.error_prefix if error_type else settings.prefix,
            extension=settings.extension,
            error_type=error_type,
            keys=batch.group.keys,
            new_id=self.new_id,
        )
        key = names.key(stream.version, batch.oldest.astimezone(settings.zone))
        self._put_object(settings, key, compress(settings.compression, key, batch.body))
        return key

    def _delivered(self, stream: Stream, buffer: DeliveryBuffer, batch: Batch) -> None:
        with self._changed:
            buffer.delivered(batch)
            if not stream.is_source_backup(buffer, batch):
                stream.totals.records_delivered += batch.count
                stream.totals.objects_delivered += 1
            self._changed.notify_all()
        self._attempted(stream, buffer, batch, succeeded=True)

    def _refused(
        self, stream: Stream, buffer: DeliveryBuffer, batch: Batch, error: str, code: str
    ) -> None:
        self._attempted(stream, buffer, batch, succeeded=False)
        with self._changed:
            stream.totals.last_error = error
            again = buffer.failed(batch, self._clock.now())
            if not again:
                stream.totals.records_lost += batch.count
            self._changed.notify_all()
        label = stream.id.label
        if not again:
            LOG.error("%s lost %d records after 24 h of retries: %s", label, batch.count, error)
            if self.observer is not None and not stream.is_source_backup(buffer, batch):
                self.observer.lost(label, batch.numbers, error)
        elif batch.attempts == 0:
            LOG.warning("%s could not deliver, and retries for 24 h: %s", label, error)
        bucket = f"arn:aws:s3:::{stream.bucket_of(buffer).bucket}"
        self._reporter.failed(
            stream, StreamError(code=f"S3.{code}", message=error, destination=bucket)
        )

    def _attempted(
        self, stream: Stream, buffer: DeliveryBuffer, batch: Batch, *, succeeded: bool
    ) -> None:
        is_destination = buffer is stream.buffer
        is_http = isinstance(stream.settings.destination, HttpSettings)
        self._reporter.attempted(
            stream,
            DeliveryAttempt(
                to_http=is_destination and is_http,
                is_backup=not is_destination,
                records=batch.count,
                size_bytes=batch.size_bytes,
                age_seconds=max(0.0, (self._clock.now() - batch.oldest).total_seconds()),
                succeeded=succeeded,
            ),
        )

    def _next_due(self) -> datetime | None:
        instants = [stream.next_due() for stream in self._streams.values()]
        if self.reads_by_itself:
            instants.append(self._readers.next_due())
        return min((instant for instant in instants if instant is not None), default=None)

    def _wait_seconds(self) -> float | None:
        """Seconds to wait at most; None until something is put."""
        due = self._next_due()
        if due is None:
            return None
        until_due = (due.astimezone(UTC) - self._clock.now()).total_seconds()
        return min(max(0.0, until_due), POLL_SECONDS_MAX)


def _shown_destination(settings: StreamSettings) -> str:
    if isinstance(settings.destination, HttpSettings):
        return settings.destination.host
    return f"arn:aws:s3:::{settings.bucket}"
