"""What is in the newest objects, read within limits: a bucket may hold anything.

Each object's records become an event as of a run's history, so that the judges of runs judge a
bucket too.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wavetank.aws.clients import AwsClients, ClientError, error_code
from wavetank.aws.observers import DeliveredObject
from wavetank.core.ticker_records import parse_sample, split_records
from wavetank.history import ObjectDelivered
from wavetank.inspection.assess.bucket import told
from wavetank.inspection.assess.deadline import Patience
from wavetank.invariants.completeness import ProblemCounts

OBJECTS_MAX = 400
"""Of a bucket; two hours of one a minute are 120."""
OBJECT_BYTES_MAX = 2**20
"""A minute's records have two kilobytes, and Firehose buffers a quarter of an hour at most."""
BYTES_MAX = 8 * 2**20
"""Of a bucket."""
RECORD_CHARACTERS_MAX = 1000
"""What is longer is none of the ticker's, and is not kept whole."""
UNREADABLE_MAX = 20
"""Of an object; what is behind so many is not looked at: it might be made to take for ever."""
GZIP = b"\x1f\x8b"
MISSING = frozenset({"404", "NoSuchKey"})
REFUSED = frozenset({"403", "AccessDenied", "AllAccessDisabled"})
IN_THE_ARCHIVE = "InvalidObjectState"


@dataclass
class DeliveredContents:
    """What was read, newest object first.

    `wrong` are objects that are no deliveries of texts; `refused` is the answer that ended the
    reading; `left` are the objects that a limit kept from being read.
    """

    deliveries: list[ObjectDelivered] = field(default_factory=list)
    wrong: ProblemCounts = field(default_factory=ProblemCounts)
    refused: ClientError | None = None
    left: int = 0


@dataclass(frozen=True)
class Reader:
    """Reads objects of one bucket."""

    aws: AwsClients
    bucket: str
    patience: Patience

    def read(self, objects: Sequence[DeliveredObject], since: datetime) -> DeliveredContents:
        """Those that were delivered since then, until a limit is reached or one is refused.

        Raises:
            ClientError: S3 answers with neither yes nor no.
            ConditionTimeoutError: it takes too long.
        """
        found, bytes_read = DeliveredContents(), 0
        wanted = [entry for entry in reversed(objects) if entry.modified >= since]
        for number, entry in enumerate(wanted):
            if number == OBJECTS_MAX or bytes_read >= BYTES_MAX:
                found.left = len(wanted) - number
                break
            try:
                bytes_read += self._take(entry, found)
            except ClientError as error:
                if error_code(error) in REFUSED:
                    found.refused = error
                    break
                if error_code(error) != IN_THE_ARCHIVE and error_code(error) not in MISSING:
                    raise
                found.wrong.add(f"cannot be read, {told(error)}", entry.key)
        return found

    def _take(self, entry: DeliveredObject, found: DeliveredContents) -> int:
        """Reads one; how many bytes that was."""
        self.patience.check()
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
    """The records, up to where too many were unreadable."""
    unreadable = 0
    for whole in split_records(text):
        record = whole[:RECORD_CHARACTERS_MAX]
        yield record
        unreadable += parse_sample(record) is None
        if unreadable == UNREADABLE_MAX:
            return


def _stream(key: str) -> str:
    """The stream's name, as Firehose has put it in the object's."""
    return key.rpartition("/")[2].rsplit("-", 12)[0]
