"""Transforms a batch of records by the stream's function, and passes on the results.

Whatever goes wrong is a failure of the invocation: its batch is tried again, or delivered as
errors, and never stays in flight.
"""

import logging
from collections.abc import Callable

from wavetank.emulator.firehose.context import DeliveryContext
from wavetank.emulator.firehose.functions import Invocation, InvocationAnswer
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.observing import StreamError
from wavetank.emulator.firehose.records import ProcessingFailure
from wavetank.emulator.firehose.stream import Stream
from wavetank.emulator.firehose.stream_settings import StreamSettings
from wavetank.emulator.firehose.transform_messages import (
    TransformAnswer,
    read_answer,
    transform_event,
)
from wavetank.emulator.firehose.transformation import TransformBatch

LOG = logging.getLogger(__name__)


class Transformer:
    """Invokes transforming functions, and passes their results to the delivery buffers."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context

    def start(self, stream: Stream, batch: TransformBatch) -> None:
        """Have the stream's function transform the batch, in the background."""
        assert stream.transforms is not None  # the batch is from there
        function = stream.transforms.settings

        def invoke() -> None:
            self._guarded(stream, batch, function.arn, lambda: self._invoke(stream, batch))

        self._guarded(stream, batch, function.arn, lambda: self._context.in_background(invoke))

    def _guarded(
        self, stream: Stream, batch: TransformBatch, function: str, work: Callable[[], None]
    ) -> None:
        try:
            work()
        except Exception as error:
            LOG.exception("%s: an invocation of %s failed", stream.id.label, function)
            self._transformed(stream, batch, InvocationAnswer(error=_shown(error)), function)

    def _invoke(self, stream: Stream, batch: TransformBatch) -> None:
        if stream.transforms is None:
            return  # the function is no longer configured, and the records are routed without it
        function, source = stream.transforms.settings, stream.settings.source
        event = transform_event(
            stream.id,
            batch.records,
            str(self._context.new_id()),
            source.stream_arn if source else "",
        )
        invocation = Invocation(
            stream=stream.id, role_arn=function.role_arn, function=function.arn, event=event
        )
        self._context.invoke(
            invocation, lambda answer: self._transformed(stream, batch, answer, function.arn)
        )

    def _transformed(
        self, stream: Stream, batch: TransformBatch, answer: InvocationAnswer, function: str
    ) -> None:
        content = _content(batch, answer, function)
        with self._context.changed:
            now = self._context.clock.now()
            if isinstance(content, ProcessingFailure):
                failure: ProcessingFailure | None = content
                stream.not_transformed(batch, content, now)
            else:
                failure = content.failed[0][1] if content.failed else None
                stream.transformed(batch, content, now)
            self._context.tell_replacements(stream)
            self._context.changed.notify_all()
        self._context.reporter.transformed(stream, len(batch.records), failure)
        if failure is not None:
            destination = _shown_destination(stream.settings)
            self._context.reporter.failed(
                stream,
                StreamError(
                    code=failure.code,
                    message=failure.message,
                    destination=destination,
                    processor=function,
                ),
            )


def _content(
    batch: TransformBatch, answer: InvocationAnswer, function: str
) -> TransformAnswer | ProcessingFailure:
    """What the function made of the records, or why the invocation has failed."""
    attempts, error = batch.tries.count + 1, answer.error
    if error is None:
        try:
            return read_answer(batch.records, answer.payload, attempts, function)
        except Exception as unexpected:
            LOG.exception("the answer of %s could not be read", function)
            error = _shown(unexpected)
    code, message = error
    return ProcessingFailure(code=code, message=message, attempts=attempts, function=function)


def _shown(error: Exception) -> tuple[str, str]:
    """The code and the message of an error that no one expects."""
    return f"Lambda.{type(error).__name__}", str(error)


def _shown_destination(settings: StreamSettings) -> str:
    if isinstance(settings.destination, HttpSettings):
        return settings.destination.host
    return f"arn:aws:s3:::{settings.bucket}"
