"""A damaged snapshot is recognised wherever the damage is, and never restored as if whole."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wavetank.emulator.snapshot.file import (
    SnapshotContents,
    SnapshotFile,
    SnapshotObject,
    StoredBatch,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
KEYS = [f"2030/01/01/{number:02}" for number in range(24)]
POSITIONS = st.floats(0, 1, exclude_max=True)
"""A place in the file, as a share of its length."""


def _object(_: str, key: str) -> SnapshotObject:
    metadata = {"user": {"made": "here"}, "system": {"ContentType": "text/plain"}}
    return SnapshotObject(key=key, body=key.encode() * 60, modified=NOW, metadata=metadata)


CONTENTS = SnapshotContents(
    items={"prices": [{"Price": {"N": str(number)}} for number in range(30)]},
    batches={"stream": [StoredBatch(oldest=NOW, count=2, body=b"two records" * 30)]},
    buckets={"bucket": dict.fromkeys(KEYS, "first")},
    messages=[{"id": str(number), "text": "Failure: no stream" * 9} for number in range(20)],
    subscriptions=[{"arn": "topic", "endpoint": "reader@example.com"}],
    read=_object,
    records={"dynamodb/prices": [{"number": number, "new": {}} for number in range(20)]},
    tokens=[{"text": "token", "answer": "{}"}],
)


def _restored(file: SnapshotFile) -> list[object]:
    read = (
        file.objects("bucket"),
        file.items("prices"),
        file.batches("stream"),
        file.messages(),
        file.subscriptions(),
        file.records("dynamodb/prices"),
        file.tokens(),
    )
    return [list(part) for part in read]


@pytest.fixture(scope="module")
def whole() -> Iterator[bytes]:
    """The bytes of a snapshot that has everything in it."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.db"
        file = SnapshotFile(path)
        file.prepare(NOW)
        file.save(CONTENTS)
        yield path.read_bytes()


def _after(damaged: bytes) -> tuple[bool, list[object]]:
    """Whether the file was set aside, and what is restored from what is there then."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "snapshot.db"
        path.write_bytes(damaged)
        file = SnapshotFile(path)
        aside = file.prepare(NOW)
        return aside is not None and aside.read_bytes() == damaged, _restored(file)


EMPTY: list[object] = [[], [], [], [], [], [], []]


@settings(max_examples=40)  # each writes and syncs files
@given(position=POSITIONS, bit=st.integers(0, 7))
def test_a_flipped_bit_is_never_restored(whole: bytes, position: float, bit: int) -> None:
    """Either the bit is of no consequence, or the file is set aside and nothing is restored."""
    damaged = bytearray(whole)
    damaged[int(position * len(whole))] ^= 1 << bit
    is_aside, restored = _after(bytes(damaged))
    assert restored == (EMPTY if is_aside else _after(whole)[1])


@settings(max_examples=40)  # each writes and syncs files
@given(position=POSITIONS)
def test_a_truncated_file_is_set_aside(whole: bytes, position: float) -> None:
    """A copy or a volume that ended early is not restored in part."""
    assert _after(whole[: int(position * len(whole))]) == (True, EMPTY)
