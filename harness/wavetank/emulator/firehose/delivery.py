"""Delivers what is due, on a thread of its own, and tries again what failed.

`deliver_due` does one round at a given instant; the thread only asks for it often enough.
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
LOOK_SECONDS_MAX = 0.5
"""How long the thread trusts its clock: a test may move it, and nothing tells of that."""

type PutObject = Callable[[DestinationSettings, str, bytes], None]


class ObjectRefusedError(Exception):
    """S3 did not take an object; the message is the code and the text of its answer."""


class DeliveryObserver(Protocol):
    """Whoever keeps a history of what becomes of records, by their numbers in the stream."""

    def accepted(self, stream: str, records: Sequence[bytes]) -> None:
        """The stream has taken these, in this order."""
        ...

    def delivering(self, stream: str) -> int:
        """It is about to write an object; returns how many to write of the same records.

        Raises:
            Exception: it cannot; the records are tried again.
        """
        ...

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], first: int, count: int
    ) -> None:
        """So many records, from that one on, are an object now, or several alike."""
        ...

    def lost(self, stream: str, first: int, count: int, reason: str) -> None:
        """So many records, from that one on, will never be one."""
        ...


@dataclass
class Stream:
    """One delivery stream: what it holds, and the version of its configuration."""

    name: str
    buffer: StreamBuffer
    version: int = 1


class Deliverer:
    """All delivery streams of a LocalStack. `put_object` raises where S3 does not take it."""

    def __init__(self, clock: Clock, put_object: PutObject) -> None:
        self._clock = clock
        self._put_object = put_object
        self._streams: dict[str, Stream] = {}
        self._changed = threading.Condition()
        self._delivering = threading.Lock()
        self.observer: DeliveryObserver | None = None
        self.new_id: Callable[[], object] = uuid.uuid4

    def run(self) -> None:
        """Delivers for ever; the body of a thread."""
        while True:
            with self._changed:
                self._changed.wait(self._patience())
            self.deliver_due()

    def add(self, name: str, settings: DestinationSettings) -> None:
        """A new stream, empty."""
        with self._changed:
            self._streams[name] = Stream(name, StreamBuffer(settings))

    def remove(self, name: str) -> None:
        """The stream is deleted, and with it what it holds, as on AWS."""
        with self._changed:
            self._streams.pop(name, None)

    def find(self, name: str) -> Stream | None:
        """The stream; None where it delivers to something else than S3."""
        return self._streams.get(name)

    def names(self) -> list[str]:
        """The streams that deliver to S3."""
        return list(self._streams)

    def reconfigure(self, name: str, settings: DestinationSettings, version: int) -> None:
        """What is held becomes an object of its own; all goes to the new destination."""
        with self._changed:
            stream = self._streams[name]
            stream.buffer.cut()
            stream.buffer.settings, stream.version = settings, version
            self._changed.notify()

    def accept(self, name: str, records: Sequence[bytes]) -> None:
        """Buffers the records."""
        with self._changed:
            self._streams[name].buffer.accept(records, self._clock.now())
            if self.observer is not None:
                self.observer.accepted(name, records)
            self._changed.notify()

    def restore(self, name: str, batches: Iterable[Batch]) -> None:
        """Takes up what an earlier stream of the name held."""
        with self._changed:
            if name in self._streams:
                self._streams[name].buffer.restore(batches)
                self._changed.notify()

    def held(self, name: str) -> list[Batch]:
        """All that the stream has not yet delivered."""
        with self._changed:
            stream = self._streams.get(name)
            return stream.buffer.held() if stream else []

    def drop_all(self) -> None:
        """Forgets what every stream holds, and what became of its records before."""
        with self._changed:
            for stream in self._streams.values():
                stream.buffer = StreamBuffer(stream.buffer.settings)

    def next_due(self) -> datetime | None:
        """When a stream will have something to deliver; None while none holds anything."""
        with self._changed:
            return self._next_due()

    def flush(self) -> None:
        """Delivers all that is held now, whatever the hints and the delays say."""
        with self._changed:
            for stream in self._streams.values():
                stream.buffer.hurry()
        self.deliver_due()

    def deliver_due(self) -> None:
        """One round: whatever is due now is tried once; rounds never overlap."""
        with self._delivering:
            for stream in list(self._streams.values()):
                with self._changed:
                    due = stream.buffer.take_due(self._clock.now())
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
        """Puts the object, and returns its key."""
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
            LOG.error("%s lost %d records for ever: %s", stream.name, batch.count, error)
            if self.observer is not None:
                self.observer.lost(stream.name, batch.first, batch.count, error)
        elif batch.attempts == 0:
            LOG.warning("%s could not deliver, and tries on for 24 h: %s", stream.name, error)

    def _next_due(self) -> datetime | None:
        instants = [stream.buffer.next_due() for stream in self._streams.values()]
        return min((instant for instant in instants if instant is not None), default=None)

    def _patience(self) -> float | None:
        """Seconds to wait at most; None until something is put."""
        due = self._next_due()
        if due is None:
            return None
        until_due = (due.astimezone(UTC) - self._clock.now()).total_seconds()
        return min(max(0.0, until_due), LOOK_SECONDS_MAX)
