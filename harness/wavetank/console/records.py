"""An object's records as a table, whatever they are: JSON objects have columns, other lines one."""

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RECORDS_SHOWN = 500
COLUMNS_MAX = 20
"""More, and each record is shown as its text."""
BYTES_MAX = 16 * 1024 * 1024
"""More of an object is not looked at."""
GZIP = b"\x1f\x8b"
GZIP_WINDOW = 31
"""zlib's way to say: with gzip's header."""
TEXT = "record"
DECODER = json.JSONDecoder(parse_float=str, parse_int=str)
"""Numbers digit for digit."""


@dataclass(frozen=True, kw_only=True)
class RecordTable:
    """The first records of an object, of `count`; `rows` have a text for each column."""

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
    """What is in it, as far as it is looked at; a body that only looks like gzip as it is."""
    if body.startswith(GZIP):
        try:
            return zlib.decompressobj(GZIP_WINDOW).decompress(body, BYTES_MAX)
        except zlib.error:
            return body[:BYTES_MAX]
    return body[:BYTES_MAX]


def _split(text: str) -> Iterator[str]:
    """JSON values one after the other, with or without ends of line; else line by line."""
    place = 0
    while place < len(text):
        if text[place].isspace():
            place += 1
            continue
        end = _end(text, place)
        yield text[place:end].rstrip()
        place = end


def _end(text: str, place: int) -> int:
    try:
        return DECODER.raw_decode(text, place)[1]
    except (RecursionError, ValueError):
        line = text.find("\n", place)
        return len(text) if line < 0 else line


def _object(text: str) -> dict[str, Any] | None:
    """The record as an object; None where it is something else."""
    try:
        found = DECODER.decode(text)
    except (RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) and found else None


def _cell(entry: dict[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
