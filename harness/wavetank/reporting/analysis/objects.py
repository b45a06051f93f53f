"""An object as a bucket stores it, wherever it was read: in S3, in a folder, in a run's history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wavetank.history import Event

OBJECT_BYTES_MAX = 256 * 2**20
"""Firehose buffers 128 MiB at most; a delivery can hardly be larger than twice that."""
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class StoredObject:
    """One object; `problem` says in words why there is no body, and is empty where there is one."""

    key: str
    delivered_at: datetime
    size_bytes: int
    body: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class FunctionActivity:
    """What a source tells of what the functions did, and in words what it cannot tell."""

    events: tuple[Event, ...] = ()
    untold: tuple[str, ...] = ()


class Source(Protocol):
    """Where delivered objects are read, and what was done around them."""

    @property
    def description(self) -> str:
        """In words, for headings and messages."""
        ...

    def objects(self) -> Iterator[StoredObject]:
        """All of them, in the order of their keys or of their arrival."""
        ...

    def activity(self, since: datetime) -> FunctionActivity:
        """What the functions did from about that instant on, and who heard of it."""
        ...


def stored(key: str, delivered_at: datetime, body: bytes) -> StoredObject:
    """The object with this body; one that is no text is described and left unread."""
    if body.startswith(GZIP):
        problem = "compressed by gzip, which the stream should not"
        return StoredObject(key, delivered_at, len(body), problem=problem)
    return StoredObject(key, delivered_at, len(body), body)


def too_large(key: str, delivered_at: datetime, size_bytes: int) -> StoredObject:
    """An object that is not read at all."""
    problem = "too large for a delivery of Firehose's"
    return StoredObject(key, delivered_at, size_bytes, problem=problem)
