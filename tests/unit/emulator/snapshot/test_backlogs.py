"""Undelivered records survive a restart with their partition, their errors and their limits."""

from datetime import UTC, datetime, timedelta

from wavetank.emulator.firehose.buffer import Batch
from wavetank.emulator.firehose.object_name import KeySource
from wavetank.emulator.firehose.records import Group
from wavetank.emulator.firehose.stream import ArrivedRecord, Backlog
from wavetank.emulator.snapshot.backlogs import restored_backlog, stored_batches

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_a_backlog_is_restored_as_it_was() -> None:
    """Each record by itself, because an HTTP endpoint gets them so."""
    keys = ((KeySource.QUERY, "customer", "ż"), (KeySource.LAMBDA, "day", ""))
    backlog = Backlog(
        batches=(
            Batch(oldest=NOW, records=(b"one", b"", b"two")),
            Batch(oldest=NOW + timedelta(seconds=1), records=(b"three",), group=Group(keys)),
            Batch(oldest=NOW, records=(b"{}\n",), group=Group(error_type="processing-failed")),
        ),
        untransformed=(ArrivedRecord(data=b"\xff", arrived=NOW),),
    )
    assert restored_backlog(stored_batches(backlog)) == backlog
