"""The snapshot's file: whole or not at all, objects written once, damage set aside."""

import hashlib
import random
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wavetank.emulator.snapshot.file import (
    Item,
    SnapshotContents,
    SnapshotFile,
    SnapshotObject,
    StoredBatch,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
ITEM: Item = {"TickerName": {"S": "SP500"}, "Price": {"N": "100.25"}}


def _stored(key: str) -> SnapshotObject:
    metadata = {"user": {}, "system": {"ContentType": "text/plain"}}
    return SnapshotObject(key=key, body=f"body of {key}".encode(), modified=NOW, metadata=metadata)


def _contents(
    buckets: Mapping[str, Mapping[str, str]] | None = None,
    items: Mapping[str, list[Item]] | None = None,
    batches: Mapping[str, list[StoredBatch]] | None = None,
) -> SnapshotContents:
    return SnapshotContents(
        items=items or {},
        batches=batches or {},
        buckets=buckets or {},
        messages=[{"id": "1"}],
        subscriptions=[{"arn": "2"}],
        read=lambda _, key: _stored(key),
        records={"dynamodb/table": [{"number": 1}, {"number": 2}]},
        tokens=[{"text": "token"}],
    )


@pytest.fixture
def file(tmp_path: Path) -> SnapshotFile:
    """A new file, in a folder that it makes."""
    file = SnapshotFile(tmp_path / "volume" / "snapshot.db")
    assert file.prepare(NOW) is None
    return file


def test_what_is_saved_comes_back(file: SnapshotFile) -> None:
    """Objects with body, time and metadata; items; undelivered records; messages."""
    batch = StoredBatch(oldest=NOW, count=2, body=b"two records")
    file.save(_contents({"bucket": {"one": "1"}}, {"table": [ITEM]}, {"stream": [batch]}))
    assert list(file.objects("bucket")) == [_stored("one")]
    assert file.items("table") == [ITEM]
    assert file.batches("stream") == [batch]
    assert file.records("dynamodb/table") == [{"number": 1}, {"number": 2}]
    assert file.tokens() == [{"text": "token"}]
    assert file.messages() == [{"id": "1"}]
    assert file.subscriptions() == [{"arn": "2"}]


def test_binary_values_come_back(file: SnapshotFile) -> None:
    """A binary attribute is saved, in items and in the records of a table's stream alike."""
    image = {
        "one": {"B": b"\x00\xff"},
        "set": {"BS": [b"", b"\x80"]},
        "map": {"M": {"B": {"S": "a"}}},
    }
    contents = _contents(items={"table": [image]})
    file.save(replace(contents, records={"dynamodb/table": [{"number": 1, "new": image}]}))
    assert file.items("table") == [image]
    assert file.records("dynamodb/table") == [{"number": 1, "new": image}]


def test_an_object_is_written_once_and_again_when_it_changed(file: SnapshotFile) -> None:
    """A bucket of a month costs as much to save as its last minute."""
    read: list[str] = []

    def note(_: str, key: str) -> SnapshotObject:
        read.append(key)
        return _stored(key)

    for fingerprints in ({"one": "1"}, {"one": "1", "two": "1"}, {"one": "2", "two": "1"}):
        file.save(replace(_contents({"bucket": fingerprints}), read=note))
    assert read == ["one", "two", "one"]


def test_a_message_is_written_once_and_deleted_ones_are_removed(
    file: SnapshotFile, tmp_path: Path
) -> None:
    """A mailbox of thousands costs as much to save as its last minute; its order stays."""
    place = tmp_path / "volume" / "snapshot.db"
    for names in ("ab", "abc", "bcd", "cde"):
        messages = [{"id": name, "text": f"text of {name}"} for name in names]
        file.save(replace(_contents(), messages=messages))
    with closing(sqlite3.connect(place)) as database:
        rows = database.execute("SELECT rowid, message FROM messages ORDER BY rowid").fetchall()
    assert [number for number, _ in rows] == [3, 4, 5]
    assert file.messages() == messages


def test_what_is_deleted_is_dropped_and_what_is_not_there_yet_stays(file: SnapshotFile) -> None:
    """An emptied bucket is empty; one that was not created since the start keeps its data."""
    file.save(_contents({"bucket": {"one": "1"}, "other": {"one": "1"}}, {"table": [ITEM]}))
    file.save(_contents({"bucket": {}}))
    assert list(file.objects("bucket")) == []
    assert list(file.objects("other")) == [_stored("one")]
    assert file.items("table") == [ITEM]


def test_a_save_that_fails_half_way_leaves_the_one_before(file: SnapshotFile) -> None:
    """As when the volume is full: items and objects of different minutes are never mixed."""
    file.save(_contents({"bucket": {"one": "1"}}, {"table": [ITEM]}))

    def fail(_: str, __: str) -> SnapshotObject:
        raise sqlite3.OperationalError("database or disk is full")

    contents = _contents({"bucket": {"one": "1", "two": "1"}}, {"table": []})
    broken = replace(contents, messages=[], read=fail)
    with pytest.raises(sqlite3.OperationalError, match="full"):
        file.save(broken)
    assert file.items("table") == [ITEM]
    assert file.messages() == [{"id": "1"}]


def test_an_object_deleted_during_the_save_is_omitted(file: SnapshotFile) -> None:
    """Between the listing and the reading anything may happen."""
    file.save(replace(_contents({"bucket": {"one": "1"}}), read=lambda *_: None))
    assert list(file.objects("bucket")) == []


@pytest.mark.parametrize("damage", [b"", b"no database at all" * 100, b"SQLite format 3\0garbage"])
def test_a_damaged_file_is_set_aside_and_all_starts_empty(tmp_path: Path, damage: bytes) -> None:
    """It is there to look at under a name that says what it is, and nothing refuses to start."""
    path = tmp_path / "snapshot.db"
    path.write_bytes(damage)
    file = SnapshotFile(path)
    aside = file.prepare(NOW)
    assert aside == tmp_path / "snapshot-damaged-20261124T100000Z.db"
    assert aside.read_bytes() == damage
    assert file.messages() == []


def test_a_damaged_page_is_found(tmp_path: Path) -> None:
    """Damage in the middle of a real snapshot counts as much as at its beginning."""
    path = tmp_path / "snapshot.db"
    file = SnapshotFile(path)
    file.prepare(NOW)
    file.save(_contents({"bucket": {f"key {n}": "1" for n in range(500)}}))
    content = bytearray(path.read_bytes())
    content[8192:24576] = b"\xff" * 16384
    path.write_bytes(content)
    assert file.prepare(NOW) is not None


def test_a_file_of_a_later_version_is_not_misread(tmp_path: Path) -> None:
    """An older Wavetank keeps the newer one's file."""
    path = tmp_path / "snapshot.db"
    SnapshotFile(path).prepare(NOW)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert SnapshotFile(path).prepare(NOW) is not None


def _read(file: SnapshotFile) -> None:
    """All that a start reads."""
    list(file.objects("bucket"))
    file.items("table")
    file.batches("stream")
    file.messages()
    file.subscriptions()


@pytest.mark.parametrize(
    "seed", [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, 20))]
)
def test_a_file_with_flipped_bytes_is_readable_or_set_aside(seed: int, tmp_path: Path) -> None:
    """Wherever they are: in SQLite's own pages, or in a row, whose structure is still sound."""
    path = tmp_path / "snapshot.db"
    file = SnapshotFile(path)
    file.prepare(NOW)
    batch = StoredBatch(oldest=NOW, count=2, body=b"two records")
    body_md5 = hashlib.md5(_stored("one").body, usedforsecurity=False).hexdigest()
    contents = _contents({"bucket": {"one": body_md5}}, {"table": [ITEM]}, {"stream": [batch]})
    file.save(contents)
    content, chance = path.read_bytes(), random.Random(seed)  # noqa: S311 - the same bytes each time
    used = [position for position, value in enumerate(content) if value]
    for position in chance.sample(used, 30):
        damaged = bytearray(content)
        damaged[position] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        aside = file.prepare(NOW)
        _read(file)
        assert aside is None or aside.read_bytes() == damaged


@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_readable_or_set_aside(part: float, tmp_path: Path) -> None:
    """An empty one is set aside too: it has no tables."""
    path = tmp_path / "snapshot.db"
    file = SnapshotFile(path)
    file.prepare(NOW)
    file.save(_contents({"bucket": {str(n): "1" for n in range(200)}}))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])
    assert file.prepare(NOW) is not None
    _read(file)
