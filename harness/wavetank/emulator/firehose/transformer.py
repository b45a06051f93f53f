"""Has a stream's function transform a batch of records, and passes on what it made of them."""

from wavetank.emulator.firehose.context import DeliveryContext
from wavetank.emulator.firehose.functions import Invocation, InvocationAnswer
from wavetank.emulator.firehose.http_settings import HttpSettings
from wavetank.emulator.firehose.observing import StreamError
from wavetank.emulator.firehose.records import ProcessingFailure
from wavetank.emulator.firehose.stream import Stream
from wavetank.emulator.firehose.stream_settings import StreamSettings
from wavetank.emulator.firehose.transform_messages import read_answer, transform_event
from wavetank.emulator.firehose.transformation import TransformBatch


class Transformer:
    """Invokes the functions of all streams."""

    def __init__(self, context: DeliveryContext) -> None:
        self._context = context

    def transform(self, stream: Stream, batch: TransformBatch) -> None:
        """Have the stream's function transform the batch."""
        assert stream.transforms is not None  # the batch is from there
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
        attempts, failure = batch.tries.count + 1, None
        with self._context.changed:
            now = self._context.clock.now()
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


def _shown_destination(settings: StreamSettings) -> str:
    if isinstance(settings.destination, HttpSettings):
        return settings.destination.host
    return f"arn:aws:s3:::{settings.bucket}"
