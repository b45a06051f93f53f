"""The policy of streams: when shards are read, batches, and what becomes of those that fail."""

from datetime import UTC, datetime, timedelta

import pytest

from wavetank.emulator.lambda_.stream_policy import (
    BatchResult,
    StreamBatch,
    StreamRetryPolicy,
    after_error,
    after_failed_items,
    after_success,
    after_throttle,
    batch_length,
    next_poll,
    retry_delay,
    split_by_age,
)
from wavetank.emulator.lambda_.stream_records import ShardRecord

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMITED, BISECTING = (
    StreamRetryPolicy(retries_max=1),
    StreamRetryPolicy(retries_max=0, bisects=True),
)


def _record(number: int, arrived: datetime = NOON) -> ShardRecord:
    return ShardRecord(number, arrived, "k", {})


def _batch(*numbers: int, retries: int = 0) -> StreamBatch:
    return StreamBatch(tuple(map(_record, numbers)), retries)


def _numbers(result: BatchResult) -> tuple[list[int], list[list[int]], list[int]]:
    """What was processed, is retried, and is discarded."""
    retried = [[each.number for each in part.records] for part in result.retried]
    return (
        [each.number for each in result.processed],
        retried,
        [each.number for each in result.discarded],
    )


@pytest.mark.parametrize(("after", "expected"), [(0.0, 0.0), (0.2, 1.0), (1.0, 1.0), (1.001, 2.0)])
def test_a_shard_is_read_at_whole_intervals(after: float, expected: float) -> None:
    """A record is read at the first of them that is not before its arrival."""
    found = next_poll(NOON + after * SECOND, SECOND)
    assert found == NOON + expected * SECOND


def test_waits_double_up_to_a_minute() -> None:
    """From one second, and a batch that fails for days does not overflow."""
    found = [retry_delay(attempt).total_seconds() for attempt in (1, 2, 3, 6, 7, 10_000)]
    assert found == [1, 2, 4, 32, 60, 60]


def test_a_batch_ends_at_its_size_or_at_the_payload() -> None:
    """But it has one record at least."""
    assert batch_length([1, 1, 1], 2, 100) == 2
    assert batch_length([60, 60, 60], 10, 120) == 2
    assert batch_length([500, 1], 10, 120) == 1
    assert batch_length([], 10, 120) == 0


def test_records_of_the_age_are_old() -> None:
    """Those at the front; without a limit none is."""
    records = tuple(_record(number, NOON + number * SECOND) for number in range(3))
    old, rest = split_by_age(records, 60 * SECOND, NOON + 61 * SECOND)
    assert [each.number for each in old] == [0, 1]
    assert [each.number for each in rest] == [2]
    assert split_by_age(records, None, NOON + timedelta(days=9)) == ((), records)


def test_a_success_processes_the_batch() -> None:
    """All of it."""
    assert _numbers(after_success(_batch(1, 2))) == ([1, 2], [], [])


def test_an_error_is_retried_as_often_as_the_mapping_says() -> None:
    """Then the batch is discarded; without a limit it never is."""
    (retried,) = after_error(_batch(1, 2), LIMITED).retried
    assert retried.retries == 1
    assert _numbers(after_error(retried, LIMITED)) == ([], [], [1, 2])
    assert after_error(_batch(1, retries=10**6), StreamRetryPolicy()).retried


def test_a_throttle_is_no_retry() -> None:
    """The batch is as it was."""
    batch = _batch(1, 2, retries=1)
    assert after_throttle(batch) == BatchResult(retried=(batch,))


def test_a_split_is_no_retry() -> None:
    """A single record cannot be split, and is discarded after its retries."""
    result = after_error(_batch(1, 2, 3), BISECTING)
    assert _numbers(result) == ([], [[1, 2], [3]], [])
    assert [each.retries for each in result.retried] == [0, 0]
    assert _numbers(after_error(_batch(3), BISECTING)) == ([], [], [3])


def test_reported_items_are_retried_from_the_first() -> None:
    """Whatever was reported behind it; what is before it is processed."""
    result = after_failed_items(_batch(1, 2, 3, 4), {"4", "2"}, LIMITED)
    assert _numbers(result) == ([1], [[2, 3, 4]], [])
    assert _numbers(after_failed_items(_batch(2, 3, retries=1), {"3"}, LIMITED)) == ([2], [], [3])
    assert _numbers(after_failed_items(_batch(1, 2), set(), LIMITED)) == ([1, 2], [], [])


def test_all_items_are_as_an_error() -> None:
    """An invalid response counts as that, and the batch is split then."""
    result = after_failed_items(_batch(1, 2), {"1", "2"}, BISECTING)
    assert _numbers(result) == ([], [[1], [2]], [])


def test_a_bisecting_mapping_splits_at_the_first_reported_item() -> None:
    """Which is no retry, as long as the batch gets shorter."""
    (rest,) = after_failed_items(_batch(1, 2, 3), {"2"}, BISECTING).retried
    assert (rest.retries, [each.number for each in rest.records]) == (0, [2, 3])
    result = after_failed_items(rest, {"2"}, BISECTING)
    assert _numbers(result) == ([], [], [2, 3])


def test_records_of_one_key_are_in_one_lane() -> None:
    """Of any number of concurrent batches, and not all keys are in the same."""
    keys = [ShardRecord(1, NOON, str(number), {}) for number in range(50)]
    assert {each.lane(1) for each in keys} == {0}
    assert {each.lane(3) for each in keys} == {0, 1, 2}
    assert [each.lane(3) for each in keys] == [each.lane(3) for each in keys]
