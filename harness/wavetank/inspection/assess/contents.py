"""Reads the newest objects of a bucket within limits, since a bucket may contain anything.

Each object's records become an event of a run's history, so that the invariants of runs apply to a
bucket too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import DeliveredObject
from wavetank.history import ObjectDelivered
from wavetank.inspection.assess.bucket import describe_error
from wavetank.inspection.assess.deadline import Deadline
from wavetank.invariants.history_completeness import ProblemCounts
from wavetank.ticker.records import parse_sample, split_records

OBJECTS_MAX = 400
"""Objects of a bucket; two hours of one a minute are 120."""
OBJECT_BYTES_MAX = 2**20
"""A minute's records have two kilobytes, and Firehose buffers for at most 15 minutes."""
BYTES_MAX = 8 * 2**20
"""Bytes of a bucket."""
RECORD_CHARACTERS_MAX = 1000
"""A longer record is not the ticker's, and is truncated."""
UNREADABLE_MAX = 20
"""Unreadable records of an object, after which the rest is skipped: it could take very long."""
GZIP = b"\x1f\x8b"
MISSING = frozenset({"404", "NoSuchKey"})
REFUSED = frozenset({"403", "AccessDenied", "AllAccessDisabled"})
IN_THE_ARCHIVE = "InvalidObjectState"


@dataclass
class DeliveredContents:
    """The objects that `assess` read from a bucket, newest first.

    `wrong` are objects that are no deliveries of text; `refused` is the error that ended the
    reading; `skipped` counts the objects that were not read because of a limit.
    """

    deliveries: list[ObjectDelivered] = field(default_factory=list)
    wrong: ProblemCounts = field(default_factory=ProblemCounts)
    refused: ClientError | None = None
    skipped: int = 0


@dataclass(frozen=True)
class Reader:
    """Reads delivered objects of one bucket, within limits of number and size."""

    aws: AwsClients
    bucket: str
    deadline: Deadline

    def read(self, objects: Sequence[DeliveredObject], since: datetime) -> DeliveredContents:
        """Reads the objects delivered since then, until a limit is reached or one is refused.

        Raises:
            ClientError: S3 answers with neither yes nor no.
            ConditionTimeoutError: it takes too long.
        """
        found, bytes_read = DeliveredContents(), 0
        wanted = [entry for entry in reversed(objects) if entry.modified >= since]
        for number, entry in enumerate(wanted):
            if number == OBJECTS_MAX or bytes_read >= BYTES_MAX:
                found.skipped = len(wanted) - number
                break
            try:
                bytes_read += self._take(entry, found)
            except ClientError as error:
                if error_code(error) in REFUSED:
                    found.refused = error
                    break
                if error_code(error) != IN_THE_ARCHIVE and error_code(error) not in MISSING:
                    raise
                found.wrong.add(f"cannot be read, {describe_error(error)}", entry.key)
        return found

    def _take(self, entry: DeliveredObject, found: DeliveredContents) -> int:
        """Reads one object; returns its number of bytes."""
        self.deadline.check()
        if entry.size_bytes > OBJECT_BYTES_MAX:
            found.wrong.add("too large for records", f"{entry.size_bytes} bytes in {entry.key}")
            return 0
        with self.aws.s3.get_object(Bucket=self.bucket, Key=entry.key)["Body"] as body:
            content = body.read(OBJECT_BYTES_MAX)
        if content.startswith(GZIP):
            found.wrong.add("compressed by gzip, which the stream should not", entry.key)
            return len(content)
        records = tuple(_records(content.decode(errors="replace")))
        found.deliveries.append(
            ObjectDelivered(entry.modified, _stream(entry.key), self.bucket, entry.key, records)
        )
        return len(content)


def _records(text: str) -> Iterator[str]:
    """The records, up to the limit of unreadable ones."""
    unreadable = 0
    for whole in split_records(text):
        record = whole[:RECORD_CHARACTERS_MAX]
        yield record
        unreadable += parse_sample(record) is None
        if unreadable == UNREADABLE_MAX:
            return


def _stream(key: str) -> str:
    """The stream's name, which Firehose puts into the object's key."""
    return key.rpartition("/")[2].rsplit("-", 12)[0]
