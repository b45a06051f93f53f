"""Interfaces that observe delivery streams, for faults, the simulation, metrics and logs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from wavetank.emulator.firehose.records import ProcessingFailure
from wavetank.emulator.firehose.stream import Stream


class ObjectRefusedError(Exception):
    """S3 refused to store an object; the text is S3's error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


class DeliveryObserver(Protocol):
    """Interface that observes a delivery stream's records, by their numbers in the stream.

    A stream is named by its label: its name, or its ARN outside the sandbox's account and region.
    """

    def accepted(self, stream: str, records: Sequence[bytes], first: int) -> None:
        """Called when the stream has accepted these records, numbered from `first` on."""
        ...

    def replaced(
        self, stream: str, before: Sequence[int], after: Mapping[int, bytes], *, is_failed: bool
    ) -> None:
        """Called when processing has replaced records by others, by number; by none if dropped.

        `is_failed` is whether it failed, and the others are what the error output gets of them.
        """
        ...

    def delivering(self, stream: str) -> int:
        """Called before an object is written; returns how many to write of the same records.

        Raises:
            Exception: the object cannot be written; the records are retried.
        """
        ...

    def delivered(
        self, stream: str, bucket: str, keys: Sequence[str], numbers: Sequence[int]
    ) -> None:
        """Called when these records are stored, as one object or copies of it."""
        ...

    def lost(self, stream: str, numbers: Sequence[int], reason: str) -> None:
        """Called when these records were discarded."""
        ...


@dataclass(frozen=True, kw_only=True)
class DeliveryAttempt:
    """An attempt to deliver a batch: to the stream's destination, or as a backup to S3."""

    to_http: bool
    is_backup: bool
    records: int
    size_bytes: int
    age_seconds: float
    succeeded: bool


@dataclass(frozen=True, kw_only=True)
class StreamError:
    """An error that is written to the stream's log group.

    `processor` is the ARN of the function at fault.
    """

    code: str
    message: str
    destination: str
    processor: str = ""


class DeliveryReporter(Protocol):
    """Interface for the metrics and the error log of delivery streams."""

    def arrived(self, stream: Stream, records: int, size_bytes: int) -> None:
        """Called when records were accepted, in one request."""
        ...

    def throttled(self, stream: Stream, records: int) -> None:
        """Called when records were refused, because the stream has too many."""
        ...

    def attempted(self, stream: Stream, attempt: DeliveryAttempt) -> None:
        """Called after each attempt to deliver."""
        ...

    def transformed(self, stream: Stream, records: int, failure: ProcessingFailure | None) -> None:
        """Called after each invocation of the stream's function."""
        ...

    def failed(self, stream: Stream, error: StreamError) -> None:
        """Called after each failed attempt."""
        ...
