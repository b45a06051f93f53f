"""The snapshot's file: one SQLite database, so that a save is atomic.

Objects and messages are written once and not at every save; SQLite's journal undoes a save that is
interrupted (a kill, a full disk). A file that cannot be read is moved aside, never deleted.

SQLite checks the structure of its pages, but not their contents: a flipped bit of an object would
be restored. So every row has a checksum, which SQLite computes when the row is written, and all of
them are compared before anything is restored. [SQLite: gencol.html; pragma.html, integrity_check]
"""

import logging
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from wavetank.core.private_files import private_file, private_folder
from wavetank.emulator.snapshot.serialization import from_json, to_json

LOG = logging.getLogger(__name__)
VERSION = 4
TABLES: Mapping[str, str] = {
    "objects": "bucket TEXT, key TEXT, fingerprint TEXT, modified TEXT, metadata TEXT, body BLOB",
    "items": "name TEXT, item TEXT",
    "batches": "stream TEXT, oldest TEXT, count INTEGER, body BLOB, detail TEXT",
    "messages": "message TEXT",
    "records": "stream TEXT, record TEXT",
    "tokens": "token TEXT",
    "subscriptions": "subscription TEXT",
}
"""The columns of each table, with their types."""


def _columns(table: str) -> str:
    return ", ".join(column.split()[0] for column in TABLES[table].split(", "))


def _create(table: str) -> str:
    checksum = f"checksum INTEGER AS (checksum_of({_columns(table)})) STORED"
    return f"CREATE TABLE {table} ({TABLES[table]}, {checksum});"


SCHEMA = "\n".join(
    (
        *map(_create, TABLES),
        "CREATE UNIQUE INDEX objects_by_key ON objects (bucket, key);",
        "CREATE INDEX items_by_name ON items (name);",
        "CREATE INDEX records_by_stream ON records (stream);",
        f"PRAGMA user_version = {VERSION};",
    )
)

type Item = dict[str, Any]
"""An item in DynamoDB's JSON format."""
type Row = dict[str, Any]
"""A message, an e-mail subscription, a stream's record or a transaction's token, by member."""


@dataclass(frozen=True, kw_only=True)
class SnapshotObject:
    """An object of a bucket in a snapshot; the metadata are S3's `user` and `system` ones."""

    key: str
    body: bytes
    modified: datetime
    metadata: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class StoredBatch:
    """Accepted records of a delivery stream that are not delivered yet.

    `detail` is JSON that only the stream's side reads: the group of the records, and their lengths.
    """

    oldest: datetime
    count: int
    body: bytes
    detail: str = "{}"


@dataclass(frozen=True, kw_only=True)
class SnapshotContents:
    """The data of a sandbox that a save writes to the snapshot.

    `records` are those of table streams and Kinesis streams, `tokens` the completed transactions.
    `buckets` has a fingerprint for each key: an object is read with `read` only if it differs from
    the saved one. Deleted tables and buckets are empty here; saved data of a name that does not
    appear is kept, since the resource may be created again later. So is what is None, which could
    not be read; `errors` say why, and grow while objects are read.
    """

    items: Mapping[str, list[Item]]
    batches: Mapping[str, list[StoredBatch]]
    buckets: Mapping[str, Mapping[str, str]]
    messages: list[Row] | None
    subscriptions: list[Row] | None
    read: Callable[[str, str], SnapshotObject | None]
    records: Mapping[str, list[Row]] = field(default_factory=dict)
    tokens: list[Row] | None = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


class SnapshotFile:
    """The snapshot file at `path`, created on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def prepare(self, now: datetime) -> Path | None:
        """Make the file usable; returns where a damaged one was moved, None if it was not damaged.

        Raises:
            OSError, sqlite3.OperationalError: the folder cannot be written to.
        """
        private_folder(self._path.parent, of_any_user=True)
        aside = None
        if self._path.exists() and (damage := self._damage()):
            aside = self._path.with_name(f"{self._path.stem}-damaged-{now:%Y%m%dT%H%M%SZ}.db")
            self._path.replace(aside)
            LOG.warning(
                "The snapshot was damaged (%s): it was moved to %s, and the sandbox starts empty",
                damage,
                aside,
            )
        is_new = not self._path.exists()
        private_file(self._path)  # SQLite gives its journal the file mode of the database
        if is_new:
            with self._opened() as database:
                database.executescript(SCHEMA)
        return aside

    def save(self, contents: SnapshotContents) -> None:
        """Save all of it, or nothing.

        Raises:
            sqlite3.Error: the disk is full, or the file cannot be written.
        """
        with self._opened() as database, database:
            for table, items in contents.items.items():
                _save_items(database, table, items)
            for stream, batches in contents.batches.items():
                _save_batches(database, stream, batches)
            for bucket, fingerprints in contents.buckets.items():
                _save_objects(database, bucket, fingerprints, contents.read)
            for stream, records in contents.records.items():
                _save_records(database, stream, records)
            if contents.messages is not None:
                _save_messages(database, contents.messages)
            if contents.tokens is not None:
                _save_rows(database, "tokens", contents.tokens)
            if contents.subscriptions is not None:
                _save_rows(database, "subscriptions", contents.subscriptions)

    def objects(self, bucket: str) -> Iterator[SnapshotObject]:
        """The bucket's objects, by key."""
        query = "SELECT key, body, modified, metadata FROM objects WHERE bucket = ? ORDER BY key"
        with self._opened() as database:
            for key, body, modified, metadata in database.execute(query, (bucket,)):
                yield SnapshotObject(
                    key=key,
                    body=body,
                    modified=datetime.fromisoformat(modified),
                    metadata=from_json(metadata),
                )

    def items(self, table: str) -> list[Item]:
        """The table's items."""
        with self._opened() as database:
            rows = database.execute("SELECT item FROM items WHERE name = ?", (table,))
            return [from_json(item) for (item,) in rows]

    def batches(self, stream: str) -> list[StoredBatch]:
        """The undelivered records of the delivery stream, oldest first."""
        query = "SELECT oldest, count, body, detail FROM batches WHERE stream = ? ORDER BY oldest"
        with self._opened() as database:
            return [
                StoredBatch(
                    oldest=datetime.fromisoformat(oldest), count=count, body=body, detail=detail
                )
                for oldest, count, body, detail in database.execute(query, (stream,))
            ]

    def messages(self) -> list[Row]:
        """The mailbox, oldest first."""
        return self._rows("SELECT message FROM messages ORDER BY rowid")

    def subscriptions(self) -> list[Row]:
        """The e-mail subscriptions, confirmed and waiting."""
        return self._rows("SELECT subscription FROM subscriptions")

    def records(self, stream: str) -> list[Row]:
        """The records of a table's stream or of a Kinesis stream, oldest first."""
        query = "SELECT record FROM records WHERE stream = ? ORDER BY rowid"
        with self._opened() as database:
            return [from_json(text) for (text,) in database.execute(query, (stream,))]

    def tokens(self) -> list[Row]:
        """The tokens of transactions that were executed, oldest first."""
        return self._rows("SELECT token FROM tokens ORDER BY rowid")

    def _rows(self, query: str) -> list[Row]:
        with self._opened() as database:
            return [from_json(text) for (text,) in database.execute(query)]

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self._path)) as database:
            database.create_function("checksum_of", -1, _checksum, deterministic=True)
            yield database

    def _damage(self) -> str | None:
        """What is wrong with the file, None if nothing is."""
        try:
            with self._opened() as database:
                version = database.execute("PRAGMA user_version").fetchone()[0]
                if version != VERSION:
                    return f"format {version}, expected {VERSION}"
                found = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
                return _wrong_row(database) if found == "ok" else str(found)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            return str(error)


def _checksum(*values: str | bytes | int | None) -> int:
    """The CRC-32 of a row's values and their types, so that 1 and "1" differ."""
    checksum = 0
    for value in values:
        content = value if isinstance(value, bytes) else str(value).encode()
        checksum = zlib.crc32(type(value).__name__.encode(), checksum)
        checksum = zlib.crc32(content, zlib.crc32(b"%d " % len(content), checksum))
    return checksum


def _wrong_row(database: sqlite3.Connection) -> str | None:
    """A table with a row that was changed, or with other columns."""
    for table in TABLES:
        wrong = f"checksum IS NOT checksum_of({_columns(table)})"
        query = f"SELECT count(*) FROM {table} WHERE {wrong}"  # noqa: S608 - names of the schema
        if count := database.execute(query).fetchone()[0]:
            return f"{count} rows of {table} are not what was saved"
    return None


def _save_rows(database: sqlite3.Connection, table: str, rows: list[Row]) -> None:
    database.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of the schema, never input
    texts = [(to_json(row),) for row in rows]
    database.executemany(f"INSERT INTO {table} VALUES (?)", texts)  # noqa: S608 - as above


def _save_messages(database: sqlite3.Connection, messages: list[Row]) -> None:
    """Remove deleted messages and add new ones at the end, which keeps the order."""
    query = "SELECT rowid, json_extract(message, '$.id') FROM messages"
    saved = {name: number for number, name in database.execute(query)}
    current = {message["id"] for message in messages}
    gone = [(number,) for name, number in saved.items() if name not in current]
    database.executemany("DELETE FROM messages WHERE rowid = ?", gone)
    new = [(to_json(message),) for message in messages if message["id"] not in saved]
    database.executemany("INSERT INTO messages VALUES (?)", new)


def _save_items(database: sqlite3.Connection, table: str, items: list[Item]) -> None:
    database.execute("DELETE FROM items WHERE name = ?", (table,))
    rows = [(table, to_json(item)) for item in items]
    database.executemany("INSERT INTO items VALUES (?, ?)", rows)


def _save_batches(database: sqlite3.Connection, stream: str, batches: list[StoredBatch]) -> None:
    database.execute("DELETE FROM batches WHERE stream = ?", (stream,))
    rows = [
        (stream, batch.oldest.isoformat(), batch.count, batch.body, batch.detail)
        for batch in batches
    ]
    database.executemany("INSERT INTO batches VALUES (?, ?, ?, ?, ?)", rows)


def _save_records(database: sqlite3.Connection, stream: str, records: list[Row]) -> None:
    database.execute("DELETE FROM records WHERE stream = ?", (stream,))
    rows = [(stream, to_json(record)) for record in records]
    database.executemany("INSERT INTO records VALUES (?, ?)", rows)


def _save_objects(
    database: sqlite3.Connection,
    bucket: str,
    fingerprints: Mapping[str, str],
    read: Callable[[str, str], SnapshotObject | None],
) -> None:
    query = "SELECT key, fingerprint FROM objects WHERE bucket = ?"
    saved = dict(database.execute(query, (bucket,)).fetchall())
    vanished = [(bucket, key) for key in saved.keys() - fingerprints.keys()]
    database.executemany("DELETE FROM objects WHERE bucket = ? AND key = ?", vanished)
    for key, fingerprint in fingerprints.items():
        if saved.get(key) != fingerprint and (stored := read(bucket, key)) is not None:
            modified, metadata = stored.modified.isoformat(), to_json(stored.metadata)
            row = (bucket, key, fingerprint, modified, metadata, stored.body)
            database.execute("REPLACE INTO objects VALUES (?, ?, ?, ?, ?, ?)", row)
