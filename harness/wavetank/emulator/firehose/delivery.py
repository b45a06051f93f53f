"""Delivers due batches in a thread of its own, and retries failed ones.

`deliver_due` makes one round at a given instant; the thread only calls it often enough.
"""

import logging
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from wavetank.core.clock import Clock
from wavetank.emulator.firehose.buffer import Batch, StreamBuffer
from wavetank.emulator.firehose.encoding import compress
from wavetank.emulator.firehose.object_name import ObjectNames
from wavetank.emulator.firehose.settings import DestinationSettings

LOG = logging.getLogger(__name__)
POLL_SECONDS_MAX = 0.5
"""The longest wait: a test may move the clock, and nothing notifies the thread of that."""

type PutObject = Callable[[DestinationSettings, str, bytes], None]


class ObjectRefusedError(Exception):
    """S3 refused an object; the message is the code and the text of its answer."""


class DeliveryObserver(Protocol):
    """Observes a stream's records, by their numbers in the stream."""

    def accepted(self, stream: str, records: Sequence[bytes]) -> None:
        """Called when the stream has accepted these records, in this order."""
        ...

    def delivering(self, stream: str) -> int:
        """Called before an object is written; returns how many to write of the same records.

        Raises:
            Exception: the object cannot be written; the records are retried.
        """
        ...

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], first: int, count: int
    ) -> None:
        """Called when `count` records from `first` on are stored, as one object or copies of it."""
        ...

    def lost(self, stream: str, first: int, count: int, reason: str) -> None:
        """Called when `count` records from `first` on were discarded."""
        ...


@dataclass
class Stream:
    """One delivery stream: its buffer, and the version of its configuration."""

    name: str
    buffer: StreamBuffer
    version: int = 1


class Deliverer:
    """All delivery streams of a LocalStack. `put_object` raises if S3 refuses an object."""

    def __init__(self, clock: Clock, put_object: PutObject) -> None:
        self._clock = clock
        self._put_object = put_object
        self._streams: dict[str, Stream] = {}
        self._changed = threading.Condition()
        self._delivering = threading.Lock()
        self.observer: DeliveryObserver | None = None
        self.new_id: Callable[[], object] = uuid.uuid4

    def run(self) -> None:
        """Deliver forever; the body of a thread."""
        while True:
            with self._changed:
                self._changed.wait(self._wait_seconds())
            self.deliver_due()

    def add(self, name: str, settings: DestinationSettings) -> None:
        """Add a new, empty stream."""
        with self._changed:
            self._streams[name] = Stream(name, StreamBuffer(settings))

    def remove(self, name: str) -> None:
        """Delete the stream and its undelivered records, as on AWS."""
        with self._changed:
            self._streams.pop(name, None)

    def find(self, name: str) -> Stream | None:
        """The stream; None if it delivers to another destination than S3."""
        return self._streams.get(name)

    def names(self) -> list[str]:
        """The streams that deliver to S3."""
        return list(self._streams)

    def reconfigure(self, name: str, settings: DestinationSettings, version: int) -> None:
        """Close the open batch, and send everything to the new destination."""
        with self._changed:
            stream = self._streams[name]
            stream.buffer.close_batch()
            stream.buffer.settings, stream.version = settings, version
            self._changed.notify()

    def accept(self, name: str, records: Sequence[bytes]) -> None:
        """Buffer the records."""
        with self._changed:
            self._streams[name].buffer.accept(records, self._clock.now())
            if self.observer is not None:
                self.observer.accepted(name, records)
            self._changed.notify()

    def restore(self, name: str, batches: Iterable[Batch]) -> None:
        """Add the undelivered records of an earlier stream of the same name."""
        with self._changed:
            if name in self._streams:
                self._streams[name].buffer.restore(batches)
                self._changed.notify()

    def undelivered(self, name: str) -> list[Batch]:
        """The stream's undelivered batches."""
        with self._changed:
            stream = self._streams.get(name)
            return stream.buffer.undelivered() if stream else []

    def drop_all(self) -> None:
        """Discard the undelivered records and the counts of every stream."""
        with self._changed:
            for stream in self._streams.values():
                stream.buffer = StreamBuffer(stream.buffer.settings)

    def next_due(self) -> datetime | None:
        """When the next batch of any stream is due; None if there are no undelivered records."""
        with self._changed:
            return self._next_due()

    def flush(self) -> None:
        """Deliver all undelivered records now, whatever the buffering hints and retry delays."""
        with self._changed:
            for stream in self._streams.values():
                stream.buffer.make_due()
        self.deliver_due()

    def deliver_due(self) -> None:
        """One round: everything that is due now is tried once; rounds never overlap."""
        with self._delivering:
            for stream in list(self._streams.values()):
                with self._changed:
                    due = stream.buffer.take_due(self._clock.now())
                # without the lock, so that puts are accepted while S3 is called
                for batch in due:
                    self._deliver(stream, batch)

    def _deliver(self, stream: Stream, batch: Batch) -> None:
        bucket = stream.buffer.settings.bucket
        try:
            copies = 1 if self.observer is None else self.observer.delivering(stream.name)
            keys = [self._write(stream, batch) for _ in range(copies)]
        except ObjectRefusedError as error:
            self._failed(stream, batch, str(error))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the records are tried again
            self._failed(stream, batch, f"{type(error).__name__}: {error}")
        else:
            with self._changed:
                stream.buffer.delivered(batch)
            if self.observer is not None:
                self.observer.delivered(stream.name, bucket, keys, batch.first, batch.count)

    def _write(self, stream: Stream, batch: Batch) -> str:
        """Put the object, and return its key."""
        settings = stream.buffer.settings
        names = ObjectNames(
            stream=stream.name,
            prefix=settings.prefix,
            extension=settings.extension,
            new_id=self.new_id,
        )
        key = names.key(stream.version, batch.oldest.astimezone(settings.zone))
        self._put_object(settings, key, compress(settings.compression, key, batch.body))
        return key

    def _failed(self, stream: Stream, batch: Batch, error: str) -> None:
        with self._changed:
            again = stream.buffer.failed(batch, error, self._clock.now())
        if not again:
            LOG.error(
                "%s lost %d records after 24 h of retries: %s", stream.name, batch.count, error
            )
            if self.observer is not None:
                self.observer.lost(stream.name, batch.first, batch.count, error)
        elif batch.attempts == 0:
            LOG.warning("%s could not deliver, and retries for 24 h: %s", stream.name, error)

    def _next_due(self) -> datetime | None:
        instants = [stream.buffer.next_due() for stream in self._streams.values()]
        return min((instant for instant in instants if instant is not None), default=None)

    def _wait_seconds(self) -> float | None:
        """Seconds to wait at most; None until something is put."""
        due = self._next_due()
        if due is None:
            return None
        until_due = (due.astimezone(UTC) - self._clock.now()).total_seconds()
        return min(max(0.0, until_due), POLL_SECONDS_MAX)
