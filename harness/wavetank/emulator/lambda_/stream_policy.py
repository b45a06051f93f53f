"""Streams and Lambda: when a shard is read, what is one batch, and what becomes of one that fails.

A shard's batches are processed one after another: one that fails is retried before the next. AWS
documents neither the waits between retries nor their growth; here they double from one second to a
minute. Being throttled does not count as a retry, nor does splitting a batch.
[Lambda developer guide: with-kinesis, with-ddb, kinesis-on-failure-destination,
services-kinesis-batchfailurereporting; Lambda API reference: CreateEventSourceMapping]
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from wavetank.emulator.lambda_.stream_records import ShardRecord

POLL_INTERVALS = {"kinesis": timedelta(seconds=1), "dynamodb": timedelta(milliseconds=250)}
"""How often Lambda reads a shard, by service."""
RETRY_DELAY, RETRY_DELAY_MAX = timedelta(seconds=1), timedelta(minutes=1)
EPOCH = datetime.fromtimestamp(0, UTC)

type Records = tuple[ShardRecord, ...]


class DiscardCondition(StrEnum):
    """Why records are discarded, as the record for the on-failure destination says."""

    RETRIES = "RetryAttemptsExhausted"
    AGE = "RecordAgeExceeded"


@dataclass(frozen=True, kw_only=True)
class StreamRetryPolicy:
    """What a mapping says about batches that fail; None is no limit."""

    retries_max: int | None = None
    record_age_max: timedelta | None = None
    bisects: bool = False


@dataclass(frozen=True)
class StreamBatch:
    """Records that are offered together: `invocations` times already, of which `retries` count."""

    records: Records
    retries: int = 0
    invocations: int = 0

    def offered(self) -> "StreamBatch":
        """The batch with one more invocation."""
        return replace(self, invocations=self.invocations + 1)


@dataclass(frozen=True, kw_only=True)
class BatchResult:
    """What becomes of the records of a batch; what is `retried` comes before any other batch."""

    processed: Records = ()
    retried: tuple[StreamBatch, ...] = ()
    discarded: Records = ()


def next_poll(arrived: datetime, interval: timedelta) -> datetime:
    """The first instant at which Lambda reads a record that arrived then."""
    return EPOCH + -(-(arrived - EPOCH) // interval) * interval


def retry_delay(attempt: int) -> timedelta:
    """How long Lambda waits after the attempt of that number, counted from 1."""
    return min(RETRY_DELAY * (1 << min(attempt - 1, 10)), RETRY_DELAY_MAX)


def split_by_age(
    records: Records, age_max: timedelta | None, now: datetime
) -> tuple[Records, Records]:
    """The records at the front that are as old as that or older, and the others."""
    if age_max is None:
        return (), records
    old = next((n for n, each in enumerate(records) if now - each.arrived < age_max), len(records))
    return records[:old], records[old:]


def batch_length(sizes: Sequence[int], count_max: int, bytes_max: int) -> int:
    """How many of the records, of these sizes, make a batch; at least one."""
    total = 0
    for number, size in enumerate(sizes[:count_max]):
        total += size
        if number and total > bytes_max:
            return number
    return min(len(sizes), count_max)


def after_success(batch: StreamBatch) -> BatchResult:
    """The function processed the whole batch."""
    return BatchResult(processed=batch.records)


def after_throttle(batch: StreamBatch) -> BatchResult:
    """The function was not invoked: the batch is retried until its records are too old."""
    return BatchResult(retried=(batch,))


def after_error(batch: StreamBatch, policy: StreamRetryPolicy) -> BatchResult:
    """The function failed: the batch is split into two if the mapping says so, or is retried."""
    records = batch.records
    if policy.bisects and len(records) > 1:
        middle = (len(records) + 1) // 2
        halves = (records[:middle], records[middle:])
        return BatchResult(retried=tuple(StreamBatch(half, batch.retries) for half in halves))
    return _retried(batch, records, policy)


def after_failed_items(
    batch: StreamBatch, failed: Collection[str], policy: StreamRetryPolicy
) -> BatchResult:
    """The function reported items as failed: all from the first of them on are retried.

    Without one the batch is processed. If it is all of them, that is no different from an error.
    """
    ids = [record.id for record in batch.records]
    first = next((number for number, each in enumerate(ids) if each in failed), len(ids))
    if len(failed) == len(ids):
        return after_error(batch, policy)
    processed, rest = batch.records[:first], batch.records[first:]
    if not rest:
        return BatchResult(processed=processed)
    if policy.bisects and processed:
        split = replace(batch, records=rest)
        return BatchResult(processed=processed, retried=(split,))
    return replace(_retried(batch, rest, policy), processed=processed)


def _retried(batch: StreamBatch, records: Records, policy: StreamRetryPolicy) -> BatchResult:
    if policy.retries_max is not None and batch.retries >= policy.retries_max:
        return BatchResult(discarded=records)
    return BatchResult(retried=(replace(batch, records=records, retries=batch.retries + 1),))
