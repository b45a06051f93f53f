"""When records leave the buffer, and what becomes of those that S3 does not take."""

from datetime import UTC, datetime, timedelta

from wavetank.emulator.firehose.buffer import BACKLOG_BYTES_MAX, RETRY_FOR, StreamBuffer
from wavetank.emulator.firehose.settings import MEGABYTE, read_settings

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _buffer(interval: int = 60, size: int = 1) -> StreamBuffer:
    hints = {"IntervalInSeconds": interval, "SizeInMBs": size}
    configuration = {"BucketARN": "arn:aws:s3:::b", "RoleARN": "r", "BufferingHints": hints}
    return StreamBuffer(read_settings(configuration))


def test_the_interval_counts_from_the_oldest_record() -> None:
    """One object for all that came within it, and nothing before it is over."""
    buffer = _buffer()
    buffer.accept([b"one"], NOW)
    buffer.accept([b"two"], NOW + 59 * SECOND)
    assert buffer.next_due() == NOW + 60 * SECOND
    assert buffer.take_due(NOW + 59 * SECOND) == []
    (batch,) = buffer.take_due(NOW + 60 * SECOND)
    assert (batch.body, batch.count, batch.oldest) == (b"onetwo", 2, NOW)
    assert buffer.next_due() is None


def test_the_size_ends_the_buffer_before_the_interval() -> None:
    """As soon as it is reached, and the next record opens a new one."""
    buffer = _buffer()
    half = b"x" * (MEGABYTE // 2)
    buffer.accept([half, half, b"rest"], NOW)
    (batch,) = buffer.take_due(NOW)
    assert (len(batch.body), batch.count) == (MEGABYTE, 2)
    buffer.delivered(batch)
    assert [batch.body for batch in buffer.undelivered()] == [b"rest"]


def test_no_interval_delivers_at_once() -> None:
    """Zero buffering is a hint that AWS takes."""
    buffer = _buffer(interval=0)
    buffer.accept([b"one"], NOW)
    assert len(buffer.take_due(NOW)) == 1


def test_what_fails_is_tried_again_ever_more_slowly_and_lost_after_a_day() -> None:
    """The delay doubles up to five minutes; after 24 hours the records are lost, and counted."""
    buffer, now = _buffer(interval=0), NOW
    buffer.accept([b"one", b"two"], NOW)
    delays = []
    while due := buffer.take_due(now):
        if not buffer.failed(due[0], "SlowDown", now):
            break
        following = buffer.next_due()
        assert following is not None
        delays.append((following - now).total_seconds())
        now = following
    assert delays[:4] == [1, 2, 4, 8]
    assert max(delays) == 300
    assert RETRY_FOR <= now - NOW < RETRY_FOR + timedelta(minutes=5)
    assert (buffer.totals.records_lost, buffer.totals.last_error) == (2, "SlowDown")
    assert buffer.undelivered() == []


def test_in_a_hurry_everything_is_due() -> None:
    """The open buffer and what waits for its next try alike."""
    buffer = _buffer()
    buffer.accept([b"one"], NOW)
    buffer.close_batch()
    (batch,) = buffer.take_due(NOW)
    buffer.failed(batch, "SlowDown", NOW)
    buffer.accept([b"two"], NOW)
    assert buffer.take_due(NOW) == []
    buffer.make_due()
    assert [batch.body for batch in buffer.take_due(NOW)] == [b"one", b"two"]


def test_what_is_on_its_way_is_still_held() -> None:
    """Whoever saves the buffer while S3 is being written to misses nothing."""
    buffer = _buffer(interval=0)
    buffer.accept([b"one"], NOW)
    (batch,) = buffer.take_due(NOW)
    assert buffer.undelivered() == [batch]
    buffer.delivered(batch)
    assert buffer.undelivered() == []


def test_what_is_held_can_be_taken_up_by_another_buffer() -> None:
    """Waiting and open batches alike, none twice."""
    buffer = _buffer()
    buffer.accept([b"one"], NOW)
    buffer.close_batch()
    buffer.accept([b"two"], NOW + SECOND)
    other = _buffer()
    other.restore(buffer.undelivered())
    assert [batch.body for batch in other.take_due(NOW + SECOND)] == [b"one", b"two"]


def test_a_backlog_has_an_end() -> None:
    """An outage of S3 does not fill the memory."""
    buffer = _buffer()
    assert buffer.has_room(BACKLOG_BYTES_MAX)
    buffer.accept([b"x"], NOW)
    assert not buffer.has_room(BACKLOG_BYTES_MAX)
