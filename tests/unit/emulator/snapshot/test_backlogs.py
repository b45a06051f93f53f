"""Undelivered records survive a restart with their partition, their errors and their limits."""

from datetime import UTC, datetime, timedelta

from wavetank.emulator.firehose.buffer import Backlog, Batch
from wavetank.emulator.firehose.object_name import KeySource
from wavetank.emulator.firehose.records import ArrivedRecord, Group, KinesisPosition
from wavetank.emulator.snapshot.backlogs import restored_backlog, stored_batches

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_a_backlog_is_restored_as_it_was() -> None:
    """Each record by itself, because an HTTP endpoint gets them so."""
    keys = ((KeySource.QUERY, "customer", "ż"), (KeySource.LAMBDA, "day", ""))
    position = KinesisPosition(
        shard="shardId-0", partition_key="ż", sequence_number="1" * 56, subsequence_number=2
    )
    backlog = Backlog(
        batches=(
            Batch(oldest=NOW, records=(b"one", b"", b"two")),
            Batch(oldest=NOW + timedelta(seconds=1), records=(b"three",), group=Group(keys)),
            Batch(oldest=NOW, records=(b"{}\n",), group=Group(error_type="processing-failed")),
        ),
        untransformed=(
            ArrivedRecord(data=b"\xff", arrived=NOW),
            ArrivedRecord(data=b"x", arrived=NOW, position=position, original=b"\x1f\x8b"),
        ),
    )
    assert restored_backlog(stored_batches(backlog)) == backlog
