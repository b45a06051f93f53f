"""When records leave the buffer, and what happens to those that a destination refuses."""

from datetime import UTC, datetime, timedelta

from wavetank.emulator.firehose.buffer import BufferLimits, DeliveryBuffer
from wavetank.emulator.firehose.object_name import KeySource
from wavetank.emulator.firehose.processing_settings import MEGABYTE
from wavetank.emulator.firehose.records import Group
from wavetank.emulator.firehose.retries import S3_RETRIES_FOR

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _buffer(interval: int = 60, retry_for: timedelta = S3_RETRIES_FOR) -> DeliveryBuffer:
    interval_seconds = timedelta(seconds=interval)
    return DeliveryBuffer(
        BufferLimits(size_bytes=MEGABYTE, interval=interval_seconds, retry_for=retry_for)
    )


def _add(buffer: DeliveryBuffer, *records: bytes, now: datetime = NOW) -> None:
    for record in records:
        buffer.add(record, 0, now, now)


def test_the_interval_counts_from_the_first_record() -> None:
    """One object for all that came within it, and nothing before it is over."""
    buffer = _buffer()
    _add(buffer, b"one")
    _add(buffer, b"two", now=NOW + 59 * SECOND)
    assert buffer.next_due() == NOW + 60 * SECOND
    assert buffer.take_due(NOW + 59 * SECOND) == []
    (batch,) = buffer.take_due(NOW + 60 * SECOND)
    assert (batch.body, batch.count, batch.oldest) == (b"onetwo", 2, NOW)
    assert buffer.next_due() is None


def test_an_object_is_named_by_the_arrival_and_due_by_the_buffering() -> None:
    """A function may have held a record for a minute before it is buffered."""
    buffer = _buffer()
    buffer.add(b"one", 0, NOW, NOW + 60 * SECOND)
    assert buffer.next_due() == NOW + 120 * SECOND
    (batch,) = buffer.take_due(NOW + 120 * SECOND)
    assert batch.oldest == NOW


def test_the_size_ends_the_buffer_before_the_interval() -> None:
    """As soon as it is reached, and the next record opens a new one."""
    buffer = _buffer()
    half = b"x" * (MEGABYTE // 2)
    _add(buffer, half, half, b"rest")
    (batch,) = buffer.take_due(NOW)
    assert (len(batch.body), batch.count) == (MEGABYTE, 2)
    buffer.delivered(batch)
    assert [batch.body for batch in buffer.undelivered()] == [b"rest"]


def test_each_partition_has_its_own_size_and_interval() -> None:
    """So that a busy partition does not make small objects of the others."""
    buffer = _buffer()
    one = Group(((KeySource.QUERY, "customer", "1"),))
    other = Group(((KeySource.QUERY, "customer", "2"),))
    buffer.add(b"x" * MEGABYTE, 0, NOW, NOW, one)
    buffer.add(b"two", 1, NOW, NOW + SECOND, other)
    assert [batch.group for batch in buffer.take_due(NOW + SECOND)] == [one]
    assert buffer.open_groups == 1
    assert [batch.group for batch in buffer.take_due(NOW + 61 * SECOND)] == [other]


def test_no_interval_delivers_at_once() -> None:
    """Zero buffering is a hint that AWS takes."""
    buffer = _buffer(interval=0)
    _add(buffer, b"one")
    assert len(buffer.take_due(NOW)) == 1


def test_what_fails_is_tried_again_ever_more_slowly_and_dropped_after_a_day() -> None:
    """The delay doubles up to five minutes; after 24 hours the batch is dropped."""
    buffer, now = _buffer(interval=0), NOW
    _add(buffer, b"one", b"two")
    delays = []
    while due := buffer.take_due(now):
        if not buffer.failed(due[0], now):
            break
        following = buffer.next_due()
        assert following is not None
        delays.append((following - now).total_seconds())
        now = following
    assert delays[:4] == [1, 2, 4, 8]
    assert max(delays) == 300
    assert S3_RETRIES_FOR <= now - NOW < S3_RETRIES_FOR + timedelta(minutes=5)
    assert buffer.undelivered() == []


def test_without_a_retry_duration_the_first_failure_is_the_last() -> None:
    """An HTTP endpoint may be configured so; and it may refuse a batch for good."""
    for buffer, is_final in ((_buffer(0, timedelta()), False), (_buffer(0), True)):
        _add(buffer, b"one")
        (batch,) = buffer.take_due(NOW)
        assert not buffer.failed(batch, NOW, is_final=is_final)
        assert buffer.undelivered() == []


def test_in_a_hurry_everything_is_due() -> None:
    """The open buffer and what waits for its next try alike."""
    buffer = _buffer()
    _add(buffer, b"one")
    buffer.close_batches()
    (batch,) = buffer.take_due(NOW)
    buffer.failed(batch, NOW)
    _add(buffer, b"two")
    assert buffer.take_due(NOW) == []
    buffer.make_due()
    assert [batch.body for batch in buffer.take_due(NOW)] == [b"one", b"two"]


def test_what_is_in_flight_is_still_held() -> None:
    """A save of the buffer while S3 is being written to misses nothing."""
    buffer = _buffer(interval=0)
    _add(buffer, b"one")
    (batch,) = buffer.take_due(NOW)
    assert buffer.undelivered() == [batch]
    buffer.delivered(batch)
    assert buffer.undelivered() == []


def test_what_is_held_can_be_taken_up_by_another_buffer() -> None:
    """Waiting and open batches alike, none twice."""
    buffer = _buffer()
    _add(buffer, b"one")
    buffer.close_batches()
    _add(buffer, b"two", now=NOW + SECOND)
    other = _buffer()
    other.restore(buffer.undelivered())
    assert [batch.body for batch in other.take_due(NOW + SECOND)] == [b"one", b"two"]
