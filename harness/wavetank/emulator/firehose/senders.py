"""Sends batches to their buckets and endpoints, and keeps those that are refused for a retry."""

import logging
from collections.abc import Callable
from functools import partial

from wavetank.emulator.firehose.buffer import Batch, DeliveryBuffer
from wavetank.emulator.firehose.context import DeliveryContext
from wavetank.emulator.firehose.encoding import compress
from wavetank.emulator.firehose.http_endpoint import (
    EndpointError,
    EndpointRequest,
    endpoint_request,
)
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.object_name import ObjectNames
from wavetank.emulator.firehose.observing import DeliveryAttempt, ObjectRefusedError, StreamError
from wavetank.emulator.firehose.records import ProcessingFailure
from wavetank.emulator.firehose.settings import DestinationSettings
from wavetank.emulator.firehose.stream import Stream

LOG = logging.getLogger(__name__)

type PutObject = Callable[[DestinationSettings, str, bytes], None]
type Post = Callable[[HttpSettings, EndpointRequest], None]


class BatchSender:
    """Sends batches of all delivery streams to buckets and HTTP endpoints.

    `put_object` and `post` raise if the destination refuses a batch.
    """

    def __init__(self, context: DeliveryContext, put_object: PutObject, post: Post) -> None:
        self._context = context
        self._put_object = put_object
        self._post = post

    def deliver(self, stream: Stream, buffer: DeliveryBuffer, batch: Batch) -> None:
        """Send a batch of the buffer; one for an endpoint is sent in the background."""
        destination = stream.settings.destination
        guarded = partial(self._guarded, stream, buffer, batch)
        if buffer is stream.buffer and isinstance(destination, HttpSettings):
            send = partial(self._deliver_to_endpoint, stream, destination, batch)
            guarded(lambda: self._context.in_background(lambda: guarded(send)))
        else:
            guarded(lambda: self._deliver_to_bucket(stream, buffer, batch))

    def _guarded(
        self, stream: Stream, buffer: DeliveryBuffer, batch: Batch, send: Callable[[], None]
    ) -> None:
        """Keep the batch for a retry if it cannot be sent, or what comes of it not be reported."""
        try:
            send()
        except Exception:  # any error: the batch must not stay in flight for ever
            LOG.exception("%s: deliver failed", stream.id.label)
            with self._context.changed:
                if buffer.is_in_flight(batch):
                    buffer.failed(batch, self._context.clock.now())
                    self._context.changed.notify_all()

    def _deliver_to_endpoint(self, stream: Stream, settings: HttpSettings, batch: Batch) -> None:
        """Post the batch; after the last retry its records go to the backup bucket."""
        label, observer = stream.id.label, self._context.observer
        try:
            copies = 1 if observer is None else observer.delivering(label)
            for _ in range(copies):
                request = endpoint_request(settings, stream.id, batch, self._context.clock.now())
                self._post(settings, request)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the records are tried again
            self._endpoint_failed(stream, settings, batch, error)
            return
        self._delivered(stream, stream.buffer, batch)
        if observer is not None:
            observer.delivered(label, settings.host, [settings.url] * copies, batch.numbers)

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
        with self._context.changed:
            now = self._context.clock.now()
            stream.totals.last_error = f"{failure.code}: {failure.message}"
            is_kept = stream.buffer.failed(batch, now, is_final=is_final)
            if not is_kept:
                stream.undeliverable(batch, failure, now)
            self._context.tell_replacements(stream)
            self._context.changed.notify_all()
        found = StreamError(code=failure.code, message=failure.message, destination=settings.host)
        self._context.reporter.failed(stream, found)

    def _deliver_to_bucket(self, stream: Stream, buffer: DeliveryBuffer, batch: Batch) -> None:
        settings = stream.bucket_of(buffer)
        is_backup = stream.is_source_backup(buffer, batch)
        observer = None if is_backup else self._context.observer
        try:
            copies = 1 if observer is None else observer.delivering(stream.id.label)
            keys = [self._write(stream, settings, batch) for _ in range(copies)]
        except ObjectRefusedError as error:
            self._refused(stream, buffer, batch, str(error), error.code)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the records are tried again
            name = type(error).__name__
            code = str(getattr(error, "code", name))
            self._refused(stream, buffer, batch, f"{name}: {error}", code)
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
            new_id=self._context.new_id,
        )
        key = names.key(stream.version, batch.oldest.astimezone(settings.zone))
        self._put_object(settings, key, compress(settings.compression, key, batch.body))
        return key

    def _delivered(self, stream: Stream, buffer: DeliveryBuffer, batch: Batch) -> None:
        with self._context.changed:
            buffer.delivered(batch)
            if not stream.is_source_backup(buffer, batch):
                stream.totals.records_delivered += batch.count
                stream.totals.objects_delivered += 1
            self._context.changed.notify_all()
        self._attempted(stream, buffer, batch, succeeded=True)

    def _refused(
        self, stream: Stream, buffer: DeliveryBuffer, batch: Batch, error: str, code: str
    ) -> None:
        self._attempted(stream, buffer, batch, succeeded=False)
        with self._context.changed:
            stream.totals.last_error = error
            again = buffer.failed(batch, self._context.clock.now())
            if not again:
                stream.totals.records_lost += batch.count
            self._context.changed.notify_all()
        label = stream.id.label
        if not again:
            LOG.error("%s lost %d records after 24 h of retries: %s", label, batch.count, error)
            if self._context.observer is not None and not stream.is_source_backup(buffer, batch):
                self._context.observer.lost(label, batch.numbers, error)
        elif batch.attempts == 0:
            LOG.warning("%s could not deliver, and retries for 24 h: %s", label, error)
        if again and batch.attempts:
            return  # AWS does not document that each of a day's retries is logged
        bucket = f"arn:aws:s3:::{stream.bucket_of(buffer).bucket}"
        self._context.reporter.failed(
            stream, StreamError(code=f"S3.{code}", message=error, destination=bucket)
        )

    def _attempted(
        self, stream: Stream, buffer: DeliveryBuffer, batch: Batch, *, succeeded: bool
    ) -> None:
        is_destination = buffer is stream.buffer
        is_http = isinstance(stream.settings.destination, HttpSettings)
        self._context.reporter.attempted(
            stream,
            DeliveryAttempt(
                to_http=is_destination and is_http,
                is_backup=not is_destination,
                records=batch.count,
                size_bytes=batch.size_bytes,
                age_seconds=max(0.0, (self._context.clock.now() - batch.oldest).total_seconds()),
                succeeded=succeeded,
            ),
        )
