"""Shards as on AWS: hash ranges without gaps, records that stay in their shard, and retention.

Moto's ranges leave out single hash keys, which then belong to no shard; a shard that was split or
merged still takes records; and no record ever expires.
[Kinesis Data Streams developer guide: key-concepts, kinesis-using-sdk-java-after-resharding;
moto 5.1.24: kinesis/models.py]
"""

import binascii
import functools
from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import RLock
from typing import Any

from moto.core.utils import utcnow
from moto.kinesis.exceptions import InvalidArgumentError
from moto.kinesis.models import KinesisBackend, Record, Shard, Stream
from moto.kinesis.utils import compose_new_shard_iterator, decompose_shard_iterator
from moto.utilities.utils import md5_hash

from wavetank.emulator.patches import patch_of
from wavetank.emulator.stream_observer import STREAM_OBSERVER

SEQUENCE_KINDS = frozenset({"AFTER_SEQUENCE_NUMBER", "AT_SEQUENCE_NUMBER"})
TIMESTAMP_KIND = "AT_TIMESTAMP"
HASH_KEY_MAX = 2**128 - 1
FIRST_NUMBER = 10**55
"""Sequence numbers have 56 digits."""
SHARD_NUMBERS = 10**40
"""The distance between the sequence numbers of two shards."""
PARTITION_KEY_MAX = 256
RECORD_BYTES_MAX = 1024 * 1024
"""Data and partition key, unless the stream has another MaxRecordSizeInKiB, which moto has not.
[Kinesis Data Streams developer guide: service-sizes-and-limits]"""
SHARDS_LOCK = RLock()
"""Held while shards are read or changed: LocalStack serves each call in a thread of its own."""

INITIALIZE_BY_MOTO = patch_of("moto.kinesis.models:Stream.init_shards").original()
READ_BY_MOTO = patch_of("moto.kinesis.models:KinesisBackend.get_records").original()
PUT_BY_MOTO = patch_of("moto.kinesis.models:Stream.put_record").original()
SCALE_BY_MOTO = patch_of("moto.kinesis.models:Stream.update_shard_count").original()


def with_shards_locked[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """The function, during which no other one reads or changes shards."""

    @functools.wraps(function)
    def locked(*args: P.args, **kwargs: P.kwargs) -> R:
        with SHARDS_LOCK:
            return function(*args, **kwargs)

    return locked


def init_shards(stream: Stream, shard_count: int) -> None:
    """`Stream.init_shards`: the shards cover all hash keys, each from its first to its last one."""
    INITIALIZE_BY_MOTO(stream, shard_count)
    list(stream.shards.values())[-1].ending_hash = HASH_KEY_MAX


def get_shard_for_key(stream: Stream, partition_key: str, explicit_hash_key: str) -> Shard:
    """`Stream.get_shard_for_key`: the open shard whose hash range has the key.

    Raises:
        InvalidArgumentError: the partition key is too long, or the hash key out of range.
    """
    if len(partition_key) > PARTITION_KEY_MAX:
        raise InvalidArgumentError("partition_key")
    key = int(
        explicit_hash_key or md5_hash(partition_key.encode()).hexdigest(), _base(explicit_hash_key)
    )
    for shard in stream.shards.values():
        if shard.is_open and shard.starting_hash <= key <= shard.ending_hash:
            return shard
    raise InvalidArgumentError("explicit_hash_key")


def _base(explicit_hash_key: str) -> int:
    return 10 if explicit_hash_key else 16


@with_shards_locked
def put_stream_record(
    stream: Stream, partition_key: str, explicit_hash_key: str, data: str
) -> tuple[str, str]:
    """`Stream.put_record`: returns the sequence number, and the shard, which is open until then.

    Raises:
        InvalidArgumentError: the record is too long.
    """
    padding = data[-2:].count("=")
    size = len(data) * 3 // 4 - padding + len(partition_key.encode())  # of the decoded data
    if size > RECORD_BYTES_MAX:
        raise InvalidArgumentError(
            f"Record size of {size} bytes, with its partition key, exceeds the limit of "
            f"{RECORD_BYTES_MAX} bytes."
        )
    number, shard = PUT_BY_MOTO(stream, partition_key, explicit_hash_key, data)
    key = f"{explicit_hash_key} {partition_key}" if explicit_hash_key else partition_key
    STREAM_OBSERVER.accepted(stream.arn, int(number), key)
    return number, shard


@with_shards_locked
def put_record(shard: Shard, partition_key: str, data: str, explicit_hash_key: str) -> str:
    """`Shard.put_record`: returns the record's sequence number, which no other record has."""
    number = last_number(shard) + 1
    shard.records[number] = Record(partition_key, data, number, explicit_hash_key)
    set_last_number(shard, number)
    return str(number)


def last_number(shard: Shard) -> int:
    """The sequence number of the shard's last record, even if that has expired."""
    return int(getattr(shard, "last_number", first_number(shard) - 1))


def set_last_number(shard: Any, number: int) -> None:
    """Set the sequence number that the next record's follows."""
    shard.last_number = number


def first_number(shard: Shard) -> int:
    """The sequence number of a shard's first record."""
    return FIRST_NUMBER + shard._shard_id * SHARD_NUMBERS  # noqa: SLF001 - moto has no public name for it


def min_sequence_number(shard: Shard) -> int:
    """`Shard.get_min_sequence_number`: that of the first record, which may have expired."""
    return first_number(shard)


@with_shards_locked
def split_shard(stream: Stream, shard_to_split: str, new_starting_hash_key: str) -> None:
    """`Stream.split_shard`: two new shards, and a closed one that keeps its records.

    Raises:
        InvalidArgumentError: the shard is closed, or the hash key not inside it.
    """
    parent, start = stream.shards[shard_to_split], int(new_starting_hash_key)
    if not parent.is_open or not parent.starting_hash < start <= parent.ending_hash:
        raise InvalidArgumentError(
            f"NewStartingHashKey {start} used in SplitShard() on shard {shard_to_split} in stream "
            f"{stream.stream_name} under account {stream.account_id} is not both greater than one "
            f"plus the shard's StartingHashKey {parent.starting_hash} and less than the shard's "
            f"EndingHashKey {parent.ending_hash - 1}, or the shard is closed."
        )
    _add_shard(stream, (parent.starting_hash, start - 1), parent.shard_id)
    _add_shard(stream, (start, parent.ending_hash), parent.shard_id)
    parent.is_open = False


@with_shards_locked
def merge_shards(stream: Stream, shard_to_merge: str, adjacent_shard_to_merge: str) -> None:
    """`Stream.merge_shards`: one new shard, and two closed ones that keep their records.

    Raises:
        InvalidArgumentError: one is closed, or they are not adjacent.
    """
    one, other = stream.shards[shard_to_merge], stream.shards[adjacent_shard_to_merge]
    low, high = sorted((one, other), key=lambda shard: shard.starting_hash)
    if not (one.is_open and other.is_open) or low.ending_hash + 1 != high.starting_hash:
        raise InvalidArgumentError(adjacent_shard_to_merge)
    _add_shard(stream, (low.starting_hash, high.ending_hash), one.shard_id, other.shard_id)
    one.is_open = other.is_open = False


@with_shards_locked
def update_shard_count(stream: Stream, target_shard_count: int) -> None:
    """`Stream.update_shard_count`: at most to the double, and at least to the half.

    Raises:
        InvalidArgumentError: the target is beyond that; moto would double the shards.
    """
    count = sum(shard.is_open for shard in stream.shards.values())
    counts = f"Current open shard count: {count} Target shard count: {target_shard_count}"
    if target_shard_count > 2 * count:
        raise InvalidArgumentError(
            f"UpdateShardCount cannot scale up over double your current open shard count. {counts}"
        )
    if 2 * target_shard_count < count:
        raise InvalidArgumentError(
            f"UpdateShardCount cannot scale down below half your current open shard count. {counts}"
        )
    SCALE_BY_MOTO(stream, target_shard_count)


def _add_shard(stream: Stream, hashes: tuple[int, int], *parents: str) -> None:
    made = Shard(len(stream.shards), *hashes, *parents)
    stream.shards = {**stream.shards, made.shard_id: made}  # moto's calls iterate it without a lock


@with_shards_locked
def get_shard_iterator(
    backend: KinesisBackend,
    stream_arn: str | None,
    stream_name: str | None,
    shard_id: str,
    kind: str,
    *position: Any,
) -> str:
    """`KinesisBackend.get_shard_iterator`: names the stream, also if it was given by its ARN.

    Raises:
        ResourceNotFoundError: there is no such stream or shard.
        InvalidArgumentError: the kind of iterator needs a position, and there is none.
    """
    number, timestamp = position
    if (kind in SEQUENCE_KINDS and not number) or (kind == TIMESTAMP_KIND and timestamp is None):
        missing = "Timestamp" if kind == TIMESTAMP_KIND else "StartingSequenceNumber"
        raise InvalidArgumentError(f"{missing} must be specified for an iterator of type {kind}.")
    stream = backend.describe_stream(stream_arn, stream_name)
    _trim(stream)
    shard = stream.get_shard(shard_id)
    iterator: str = compose_new_shard_iterator(stream.stream_name, shard, kind, number, timestamp)
    return iterator


@with_shards_locked
def get_records(
    backend: KinesisBackend, stream_arn: str | None, shard_iterator: str, limit: int | None
) -> Any:
    """`KinesisBackend.get_records`: no next iterator once a closed shard is read to its end.

    Raises:
        ResourceNotFoundError: the stream does not exist.
        InvalidArgumentError: it is no iterator, or one of another stream than that of the ARN.
    """
    try:
        name, shard_id, _ = decompose_shard_iterator(shard_iterator)
    except (ValueError, binascii.Error) as error:
        raise InvalidArgumentError("Invalid ShardIterator.") from error
    stream = backend.describe_stream(None, name)
    if stream_arn and stream.arn != stream_arn:
        raise InvalidArgumentError("The ShardIterator is not one of the stream of the StreamARN.")
    _trim(stream)
    following, records, behind = READ_BY_MOTO(backend, stream_arn, shard_iterator, limit)
    shard = stream.get_shard(shard_id)
    last = records[-1].sequence_number if records else int(decompose_shard_iterator(following)[2])
    is_read = not shard.is_open and last >= max(shard.records, default=0)
    return None if is_read else following, records, behind


def _trim(stream: Stream) -> None:
    """Remove the records that are older than the stream's retention period."""
    horizon = utcnow() - timedelta(hours=stream.retention_period_hours)
    for shard in stream.shards.values():
        for number, record in list(shard.records.items()):
            if record.created_at_datetime > horizon:
                break
            del shard.records[number]


CORRECTIONS: Mapping[str, Any] = {
    "moto.kinesis.models:KinesisBackend.get_records": get_records,
    "moto.kinesis.models:KinesisBackend.get_shard_iterator": get_shard_iterator,
    "moto.kinesis.models:Shard.get_min_sequence_number": min_sequence_number,
    "moto.kinesis.models:Shard.put_record": put_record,
    "moto.kinesis.models:Stream.get_shard_for_key": get_shard_for_key,
    "moto.kinesis.models:Stream.init_shards": init_shards,
    "moto.kinesis.models:Stream.merge_shards": merge_shards,
    "moto.kinesis.models:Stream.put_record": put_stream_record,
    "moto.kinesis.models:Stream.split_shard": split_shard,
    "moto.kinesis.models:Stream.update_shard_count": update_shard_count,
}
"""Moto's attributes, and their replacements."""
