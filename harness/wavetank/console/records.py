"""An object's records as a table: JSON objects have columns, other lines a single one."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RECORDS_SHOWN = 500
COLUMNS_MAX = 20
"""The maximum number of columns; with more, each record is shown as text."""
BYTES_MAX = 16 * 1024 * 1024
"""The part of an object that is shown."""
GZIP = b"\x1f\x8b"
GZIP_WINDOW = 31
"""zlib's window size for data with gzip's header."""
TEXT = "record"
DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
"""Decodes numbers digit for digit."""


@dataclass(frozen=True, kw_only=True)
class RecordTable:
    """The first records of an object as a table: `rows` have a text for each column.

    `count` is the number of records in the object.
    """

    count: int
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def record_table(body: bytes) -> RecordTable:
    """The records of the body, which may be compressed by gzip."""
    texts = list(_split(plain_body(body).decode(errors="replace")))
    shown = texts[:RECORDS_SHOWN]
    parsed = [_object(text) for text in shown]
    columns = tuple(dict.fromkeys(key for entry in parsed if entry for key in entry))
    if not columns or len(columns) > COLUMNS_MAX or None in parsed:
        alone = tuple((text,) for text in shown)
        return RecordTable(count=len(texts), columns=(TEXT,), rows=alone)
    rows = tuple(tuple(_cell(entry, name) for name in columns) for entry in parsed if entry)
    return RecordTable(count=len(texts), columns=columns, rows=rows)


def plain_body(body: bytes) -> bytes:
    """The decompressed part of the body that is shown; invalid gzip is returned unchanged."""
    if body.startswith(GZIP):
        try:
            return zlib.decompressobj(GZIP_WINDOW).decompress(body, BYTES_MAX)
        except zlib.error:
            return body[:BYTES_MAX]
    return body[:BYTES_MAX]


def _split(text: str) -> Iterator[str]:
    """Split into JSON values, with or without line ends between them; otherwise by lines."""
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        end = _end(text, position)
        yield text[position:end].rstrip()
        position = end


def _end(text: str, position: int) -> int:
    try:
        return DECODER.raw_decode(text, position)[1]
    except (RecursionError, ValueError):
        line = text.find("\n", position)
        return len(text) if line < 0 else line


def _object(text: str) -> dict[str, Any] | None:
    """The record as an object; None if it is not one."""
    try:
        found = DECODER.decode(text)
    except (RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) and found else None


def _cell(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
