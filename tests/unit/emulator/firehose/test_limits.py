"""How much a producer may put at once: what is over a limit is refused, and nothing of it is kept.

[Amazon Data Firehose developer guide, limits; API reference: PutRecord, PutRecordBatch]
"""

from collections.abc import Callable

import pytest
from localstack.aws.api import CommonServiceException, RequestContext, ServiceException
from localstack.aws.api.firehose import InvalidArgumentException
from localstack.http import Request

from tests.passing import Passing
from wavetank.emulator.firehose.provider import WavetankFirehose
from wavetank.emulator.firehose.responses import JSON
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import s3_stream

ACCOUNT, REGION, STREAM = "123456789012", "eu-west-2", "a-stream"
ID = StreamId(ACCOUNT, REGION, STREAM)
RECORD_BYTES = 1000 * 1024
BATCH_BYTES = 4 * 1024 * 1024
CONFIGURATION = {
    "BucketARN": "arn:aws:s3:::bucket",
    "RoleARN": "arn:aws:iam::123456789012:role/role",
    "BufferingHints": {"IntervalInSeconds": 900, "SizeInMBs": 128},
}


class Producer:
    """Puts records into one stream, as LocalStack hands them to its provider."""

    def __init__(self) -> None:
        self._provider = WavetankFirehose(Passing())
        self._provider.deliverer.add(ID, s3_stream(CONFIGURATION))

    def put(self, record: bytes) -> None:
        """By PutRecord."""
        self._provider.put_record(_context(), STREAM, {"Data": record})

    def put_batch(self, *records: bytes) -> None:
        """By PutRecordBatch."""
        self._provider.put_record_batch(_context(), STREAM, [{"Data": data} for data in records])

    def kept(self) -> int:
        """How many records the stream has taken."""
        stream = self._provider.deliverer.find(ID)
        assert stream is not None
        return stream.totals.records_accepted


def _context() -> RequestContext:
    context = RequestContext(Request("POST", "/", headers={"Content-Type": JSON}))
    context.account_id, context.region = ACCOUNT, REGION
    return context


@pytest.fixture
def producer() -> Producer:
    """Of an empty stream."""
    return Producer()


def _refusal(put: Callable[[], None]) -> ServiceException:
    with pytest.raises(ServiceException) as refused:
        put()
    return refused.value


def test_a_record_may_have_a_thousand_kibibytes(producer: Producer) -> None:
    """By itself and in a batch, a record of exactly the limit is taken."""
    producer.put(b"x" * RECORD_BYTES)
    producer.put_batch(b"x" * RECORD_BYTES, b"x")
    assert producer.kept() == 3


def test_a_record_with_a_byte_more_is_refused(producer: Producer) -> None:
    """By itself and in a batch, which is refused whole: its small record is not kept either."""
    large = b"x" * (RECORD_BYTES + 1)
    for put in (lambda: producer.put(large), lambda: producer.put_batch(b"x", large)):
        refusal = _refusal(put)
        assert isinstance(refusal, CommonServiceException)
        assert (refusal.code, refusal.status_code) == ("ValidationException", 400)
        assert "'record.data'" in refusal.message
    assert producer.kept() == 0


def test_a_batch_may_have_five_hundred_records(producer: Producer) -> None:
    """Exactly the limit is taken."""
    producer.put_batch(*[b"x"] * 500)
    assert producer.kept() == 500


def test_a_batch_of_501_records_is_refused(producer: Producer) -> None:
    """The batch is refused whole, and not its last record alone."""
    refusal = _refusal(lambda: producer.put_batch(*[b"x"] * 501))
    assert isinstance(refusal, CommonServiceException)
    assert (refusal.code, refusal.status_code) == ("ValidationException", 400)
    assert "'records'" in refusal.message
    assert producer.kept() == 0


def test_a_batch_may_have_four_mebibytes(producer: Producer) -> None:
    """Its records count together, and exactly the limit is taken."""
    quarter = b"x" * RECORD_BYTES
    producer.put_batch(*[quarter] * 4, b"x" * (BATCH_BYTES - 4 * RECORD_BYTES))
    assert producer.kept() == 5


def test_a_batch_with_a_byte_more_is_refused(producer: Producer) -> None:
    """Though each of its records is within the limit of a record, none is kept."""
    quarter = b"x" * RECORD_BYTES
    records = [*[quarter] * 4, b"x" * (BATCH_BYTES - 4 * RECORD_BYTES + 1)]
    refusal = _refusal(lambda: producer.put_batch(*records))
    assert isinstance(refusal, InvalidArgumentException)
    assert producer.kept() == 0
