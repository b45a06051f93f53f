"""Undelivered records of a delivery stream, as the snapshot's file stores them."""

import base64
import json
from collections.abc import Iterable
from dataclasses import asdict
from itertools import accumulate, pairwise
from typing import Any

from wavetank.emulator.firehose.buffer import Backlog, Batch
from wavetank.emulator.firehose.object_name import KeySource
from wavetank.emulator.firehose.records import ArrivedRecord, Group, KinesisPosition
from wavetank.emulator.snapshot.file import StoredBatch

UNTRANSFORMED, POSITION, ORIGINAL = "untransformed", "position", "original"


def stored_batches(backlog: Backlog) -> list[StoredBatch]:
    """The rows for the file: one for each batch, and for each record that no function has seen."""
    return [*map(_stored_record, backlog.untransformed), *map(_stored, backlog.batches)]


def restored_backlog(rows: Iterable[StoredBatch]) -> Backlog:
    """The undelivered records in the rows."""
    batches: list[Batch] = []
    untransformed: list[ArrivedRecord] = []
    for row in rows:
        detail = json.loads(row.detail)
        if detail.get(UNTRANSFORMED):
            untransformed.append(_restored_record(row, detail))
        else:
            batches.append(_restored(row, detail))
    return Backlog(tuple(batches), tuple(untransformed))


def _stored_record(record: ArrivedRecord) -> StoredBatch:
    detail: dict[str, Any] = {UNTRANSFORMED: True}
    if record.position is not None:
        detail[POSITION] = asdict(record.position)
    if record.original is not None:
        detail[ORIGINAL] = base64.b64encode(record.original).decode()
    return StoredBatch(oldest=record.arrived, count=1, body=record.data, detail=json.dumps(detail))


def _restored_record(row: StoredBatch, detail: dict[str, Any]) -> ArrivedRecord:
    position, original = detail.get(POSITION), detail.get(ORIGINAL)
    return ArrivedRecord(
        data=row.body,
        arrived=row.oldest,
        position=None if position is None else KinesisPosition(**position),
        original=None if original is None else base64.b64decode(original),
    )


def _stored(batch: Batch) -> StoredBatch:
    detail = {
        "lengths": [len(record) for record in batch.records],
        "keys": batch.group.keys,
        "error_type": batch.group.error_type,
    }
    return StoredBatch(
        oldest=batch.oldest, count=batch.count, body=batch.body, detail=json.dumps(detail)
    )


def _restored(row: StoredBatch, detail: dict[str, Any]) -> Batch:
    ends = accumulate(detail["lengths"], initial=0)
    records = tuple(row.body[start:end] for start, end in pairwise(ends))
    keys = tuple((KeySource(source), name, value) for source, name, value in detail["keys"])
    group = Group(keys, detail["error_type"])
    return Batch(oldest=row.oldest, records=records, group=group)
