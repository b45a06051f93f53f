"""A delivered object, whether read from S3, from a folder or from a run's history."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wavetank.history import Event

OBJECT_BYTES_MAX = 256 * 2**20
"""Firehose buffers 128 MiB at most; a delivery can hardly exceed twice that."""
GZIP = b"\x1f\x8b"


@dataclass(frozen=True)
class StoredObject:
    """A delivered object; `problem` says why it has no body, and is empty if it has one."""

    key: str
    delivered_at: datetime
    size_bytes: int
    body: bytes = b""
    problem: str = ""


@dataclass(frozen=True)
class FunctionActivity:
    """Events of the functions, and notes on what a source cannot provide."""

    events: tuple[Event, ...] = ()
    not_available: tuple[str, ...] = ()


class Source(Protocol):
    """Interface of a source of delivered objects and of the functions' events."""

    @property
    def description(self) -> str:
        """The source in words, for headings and messages."""
        ...

    def objects(self) -> Iterator[StoredObject]:
        """All objects, in the order of their keys or of their arrival."""
        ...

    def activity(self, since: datetime) -> FunctionActivity:
        """The functions' activity from about `since` on, and who was alerted."""
        ...


def stored_object(key: str, delivered_at: datetime, body: bytes) -> StoredObject:
    """The object with this body; a compressed one is described and not read."""
    if body.startswith(GZIP):
        problem = "compressed by gzip, which the stream should not"
        return StoredObject(key, delivered_at, len(body), problem=problem)
    return StoredObject(key, delivered_at, len(body), body)


def too_large(key: str, delivered_at: datetime, size_bytes: int) -> StoredObject:
    """An object that is not read at all."""
    problem = "too large for a delivery of Firehose's"
    return StoredObject(key, delivered_at, size_bytes, problem=problem)
