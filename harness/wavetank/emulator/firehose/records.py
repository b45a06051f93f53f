"""Records from their arrival to their batch, and the JSON of those that cannot be processed.

[Amazon Data Firehose developer guide: data-transformation-failure-handling,
dynamic-partitioning-error-handling, retry]
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime

from wavetank.emulator.firehose.object_name import PartitionKeys

PROCESSING_FAILED = "processing-failed"
DECOMPRESSION_FAILED = "decompression-failed"
HTTP_ENDPOINT_FAILED = "http-endpoint-failed"


@dataclass(frozen=True, kw_only=True)
class KinesisPosition:
    """The position of a record in its Kinesis data stream.

    `subsequence_number` counts the user records in one that a producer has aggregated.
    """

    shard: str
    partition_key: str
    sequence_number: str
    subsequence_number: int = 0


@dataclass(frozen=True, kw_only=True)
class StreamRecord:
    """A record in a delivery stream, identified by `number`.

    `original` is the record before it was decompressed, which an error reports.
    """

    number: int
    data: bytes
    arrived: datetime
    position: KinesisPosition | None = None
    lambda_keys: tuple[tuple[str, str], ...] = ()
    original: bytes | None = None

    def unnumbered(self) -> "ArrivedRecord":
        """The record for another stream, which numbers its records anew."""
        return ArrivedRecord(
            data=self.data, arrived=self.arrived, position=self.position, original=self.original
        )


@dataclass(frozen=True, kw_only=True)
class ArrivedRecord:
    """A record as it arrives at a delivery stream, before it has a number.

    `position` is where it was in a Kinesis data stream, `original` as above.
    """

    data: bytes
    arrived: datetime
    position: KinesisPosition | None = None
    original: bytes | None = None

    def numbered(self, number: int) -> StreamRecord:
        """The record in a stream, under this number."""
        return StreamRecord(
            number=number,
            data=self.data,
            arrived=self.arrived,
            position=self.position,
            original=self.original,
        )


@dataclass(frozen=True)
class Replacement:
    """Records that processing replaced: the numbers `before`, and `after` with new numbers.

    `is_failed` is whether it failed, and `after` reports that.
    """

    before: tuple[int, ...]
    after: tuple[tuple[int, bytes], ...]
    is_failed: bool = False


@dataclass(frozen=True)
class Group:
    """Identifies records that are delivered together: one partition, or one type of error.

    `error_type` is set for records that are delivered to the error output prefix.
    """

    keys: PartitionKeys = ()
    error_type: str = ""


@dataclass(frozen=True, kw_only=True)
class ProcessingFailure:
    """The reason why a record could not be processed or delivered.

    `function` is the ARN of the processor.
    """

    code: str
    message: str
    attempts: int = 1
    function: str = ""


def failure_line(record: StreamRecord, failure: ProcessingFailure, now: datetime) -> bytes:
    """The JSON line with which Firehose delivers a record that failed; times in milliseconds."""
    content: dict[str, object] = {
        "attemptsMade": failure.attempts,
        "arrivalTimestamp": _milliseconds(record.arrived),
        "errorCode": failure.code,
        "errorMessage": failure.message,
        "attemptEndingTimestamp": _milliseconds(now),
        "rawData": base64.b64encode(
            record.data if record.original is None else record.original
        ).decode(),
    }
    if failure.function:
        content["lambdaArn"] = failure.function
    return json.dumps(content, separators=(",", ":")).encode() + b"\n"


def _milliseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
