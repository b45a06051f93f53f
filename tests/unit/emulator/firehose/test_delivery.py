"""Rounds of deliveries: what fails for one stream or source affects no other one.

[Amazon Data Firehose developer guide: retry, data-transformation-failure-handling]
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.passing import Passing
from wavetank.emulator.firehose.buffer import BACKLOG_BYTES_MAX
from wavetank.emulator.firehose.context import DeliveryContext, at_once
from wavetank.emulator.firehose.delivery import Deliverer
from wavetank.emulator.firehose.functions import Invocation, InvocationAnswer, OnAnswer
from wavetank.emulator.firehose.http_settings import REQUESTS_MAX
from wavetank.emulator.firehose.kinesis_source import KinesisReader, KinesisReaders
from wavetank.emulator.firehose.observing import DeliveryAttempt
from wavetank.emulator.firehose.role_sessions import RoleSessions
from wavetank.emulator.firehose.senders import BatchSender
from wavetank.emulator.firehose.stream import Stream
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import (
    KinesisSource,
    StreamSettings,
    http_stream,
    s3_stream,
)

ACCOUNT, REGION = "123456789012", "eu-west-2"
BAD, GOOD = StreamId(ACCOUNT, REGION, "bad"), StreamId(ACCOUNT, REGION, "good")
SOURCE = KinesisSource("arn:aws:kinesis:eu-west-2:123456789012:stream/s", "role")
BUCKET: dict[str, Any] = {
    "BucketARN": "arn:aws:s3:::bucket",
    "RoleARN": "arn:aws:iam::123456789012:role/r",
    "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 0},
}
FUNCTION = {
    "Enabled": True,
    "Processors": [
        {
            "Type": "Lambda",
            "Parameters": [
                {"ParameterName": "LambdaArn", "ParameterValue": "arn"},
                {"ParameterName": "NumberOfRetries", "ParameterValue": "0"},
            ],
        }
    ],
}


class _Reporter:
    """Reports nothing, and raises an error for one stream."""

    def arrived(self, *_: object) -> None:
        """As a reporter."""

    throttled = transformed = failed = arrived

    def attempted(self, stream: Stream, _: DeliveryAttempt) -> None:
        """Fail for the stream `bad`."""
        if stream.id == BAD:
            raise RuntimeError("on purpose")


class _Delivery:
    """A deliverer whose objects and background work are lists."""

    def __init__(
        self,
        in_background: Callable[[Callable[[], None]], None] = at_once,
        answer: Callable[[], InvocationAnswer] = InvocationAnswer,
    ) -> None:
        clock = Passing()
        self.clock, self.objects, self.posts = clock, list[bytes](), list[str]()

        def invoke(_: Invocation, on_answer: OnAnswer) -> None:
            on_answer(answer())

        context = DeliveryContext(clock, _Reporter(), invoke, in_background)
        self.readers = KinesisReaders(RoleSessions(clock))
        sender = BatchSender(
            context,
            lambda _settings, _key, body: self.objects.append(body),
            lambda _settings, request: self.posts.append(request.id),
        )
        self.deliverer = Deliverer(context, sender, self.readers)

    def put(self, stream: StreamId, *records: bytes, settings: StreamSettings) -> Stream:
        """A new stream with the records."""
        self.deliverer.add(stream, settings)
        self.deliverer.accept(stream, records)
        found = self.deliverer.find(stream)
        assert found is not None
        return found


def test_an_error_of_one_stream_delays_no_other() -> None:
    """It is logged, and its batch does not stay in flight."""
    delivery = _Delivery()
    bad = delivery.put(BAD, b"one", settings=s3_stream(BUCKET))
    delivery.put(GOOD, b"two", settings=s3_stream(BUCKET))
    delivery.deliverer.flush()
    assert delivery.objects == [b"one", b"two"]
    assert bad.buffer.in_flight == []


def test_an_error_of_one_source_delays_no_stream() -> None:
    """Not even one that no one expects; nor does a source whose stream was deleted."""
    delivery = _Delivery()

    def broken() -> Any:
        raise RuntimeError("on purpose")

    delivery.put(BAD, settings=s3_stream(BUCKET))
    delivery.readers.add(BAD, KinesisReader(SOURCE, broken))
    delivery.put(GOOD, b"two", settings=s3_stream(BUCKET))
    delivery.deliverer.take(StreamId(ACCOUNT, REGION, "deleted"), [])
    delivery.deliverer.flush()
    assert delivery.objects == [b"two"]


def test_a_function_that_fails_unexpectedly_fails_its_invocation() -> None:
    """A flush does not wait for it, and the records are delivered as errors."""

    def broken() -> InvocationAnswer:
        raise RuntimeError("on purpose")

    delivery = _Delivery(answer=broken)
    settings = s3_stream({**BUCKET, "ProcessingConfiguration": FUNCTION})
    stream = delivery.put(GOOD, b"one", settings=settings)
    delivery.deliverer.flush()
    assert stream.undelivered() == []
    assert b"Lambda.RuntimeError" in delivery.objects[0]


def test_requests_of_a_stream_are_limited() -> None:
    """The next one is sent when another one has been answered."""
    sent: list[Callable[[], None]] = []
    delivery = _Delivery(sent.append)
    endpoint = {"Url": "http://localhost:1/"}
    settings = http_stream(
        {
            "EndpointConfiguration": endpoint,
            "BufferingHints": BUCKET["BufferingHints"],
            "S3Configuration": BUCKET,
        }
    )
    batches = REQUESTS_MAX + 2
    stream = delivery.put(GOOD, *[b"x" * 2**20] * batches, settings=settings)
    delivery.deliverer.deliver_due()
    assert len(sent) == REQUESTS_MAX
    assert stream.next_due() is None
    sent.pop()()
    assert stream.next_due() is not None
    delivery.deliverer.deliver_due()
    assert len(sent) == REQUESTS_MAX
    assert len(stream.undelivered()) == batches - 1


def test_a_source_is_not_read_without_room() -> None:
    """An outage of the destination does not fill the memory; reading is due a second later."""
    delivery, reads = _Delivery(), list[datetime]()

    def kinesis() -> Any:
        reads.append(delivery.clock.now())
        raise AssertionError("it is not read")

    stream = delivery.put(GOOD, *[b"\0" * 2**25] * 16, settings=s3_stream(BUCKET))
    assert stream.buffer.size_bytes == BACKLOG_BYTES_MAX
    delivery.readers.add(GOOD, KinesisReader(SOURCE, kinesis))
    before = delivery.clock.now()
    delivery.deliverer.next_due()
    assert reads == []
    assert (delivery.readers.next_due() or datetime.min.replace(tzinfo=UTC)) > before


def test_a_stream_exists_before_its_source_is_read() -> None:
    """Otherwise records that are read at once would be discarded."""
    delivery, existed = _Delivery(), list[bool]()

    class Readers(KinesisReaders):
        """Without a data stream."""

        def started(self, stream: StreamId, source: KinesisSource, _: datetime) -> KinesisReader:
            """A reader that was not started."""
            assert not existed
            return KinesisReader(source, lambda: stream)

        def add(self, stream: StreamId, _: KinesisReader) -> None:
            """Look for the stream."""
            existed.append(delivery.deliverer.find(stream) is not None)

    delivery.deliverer._readers = Readers(RoleSessions(delivery.clock))  # noqa: SLF001 - has no name
    delivery.deliverer.add(GOOD, s3_stream(BUCKET, SOURCE))
    assert existed == [True]


def test_a_flush_delivers_more_batches_than_are_sent_at_once() -> None:
    """Round by round."""
    delivery = _Delivery()
    settings = http_stream(
        {
            "EndpointConfiguration": {"Url": "http://localhost:1/"},
            "BufferingHints": BUCKET["BufferingHints"],
            "S3Configuration": BUCKET,
        }
    )
    batches = 2 * REQUESTS_MAX + 1
    stream = delivery.put(GOOD, *[b"x" * 2**20] * batches, settings=settings)
    delivery.deliverer.flush()
    assert (len(delivery.posts), stream.undelivered()) == (batches, [])
