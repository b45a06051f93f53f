"""The records of Kinesis streams, for code that restores an earlier state.

[moto 5.1.24: kinesis/models.py]
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from moto.core.utils import unix_time
from moto.kinesis.models import Record, Stream, kinesis_backends

from wavetank.emulator.kinesis.shards import (
    first_number,
    last_number,
    set_last_number,
    with_shards_locked,
)

type ShardState = tuple[dict[int, Record], int]
"""The records of a shard by sequence number, and the last sequence number that was given."""


@with_shards_locked
def shard_states(account: str, region: str) -> dict[tuple[str, str], ShardState]:
    """The state of each shard of an account and region, by stream and shard."""
    return {
        (name, shard_id): (dict(shard.records), last_number(shard))
        for name, stream in list(kinesis_backends[account][region].streams.items())
        for shard_id, shard in stream.shards.items()
    }


@with_shards_locked
def restore_shards(account: str, region: str, states: Mapping[tuple[str, str], ShardState]) -> None:
    """Put the shards into these states; those that are not among them are empty."""
    for name, stream in list(kinesis_backends[account][region].streams.items()):
        for shard_id, shard in stream.shards.items():
            records, number = states.get((name, shard_id), ({}, first_number(shard) - 1))
            shard.records = OrderedDict(records)
            set_last_number(shard, number)


@with_shards_locked
def records_to_save(stream: Stream) -> list[dict[str, Any]]:
    """The records of all shards as JSON."""
    return [
        {
            "shard": shard_id,
            "number": number,
            "partition_key": record.partition_key,
            "data": record.data,
            "hash_key": record.explicit_hash_key,
            "created": record.created_at_datetime.isoformat(),
        }
        for shard_id, shard in stream.shards.items()
        for number, record in shard.records.items()
    ]


@with_shards_locked
def restore_records(stream: Stream, rows: Iterable[Mapping[str, Any]]) -> None:
    """Put the records of an earlier stream of that name, each into the shard of its key."""
    for row in rows:
        shard = stream.shards.get(row["shard"]) or stream.get_shard_for_key(
            row["partition_key"], row["hash_key"]
        )
        assert shard is not None  # our own method finds one for each key
        record = Record(row["partition_key"], row["data"], row["number"], row["hash_key"])
        record.created_at_datetime = datetime.fromisoformat(row["created"])
        record.created_at = unix_time(record.created_at_datetime)
        shard.records[row["number"]] = record
        set_last_number(shard, max(last_number(shard), row["number"]))
