"""Shard iterators: a position in a stream, as text that expires after 15 minutes.

An iterator begins with the ARN of its stream, by which permissions are checked.
[DynamoDB Streams API reference: GetShardIterator]
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(minutes=15)
SEPARATOR = "|1|"


class InvalidIteratorError(ValueError):
    """A shard iterator that this emulator did not issue."""


@dataclass(frozen=True)
class ShardIterator:
    """A position in a stream's shard: the number of the next record, and when it was issued."""

    stream_arn: str
    shard_id: str
    number: int
    issued: datetime

    def encode(self) -> str:
        """The iterator as clients see it."""
        content = json.dumps([self.shard_id, self.number, self.issued.timestamp()])
        return self.stream_arn + SEPARATOR + base64.b64encode(content.encode()).decode()

    def has_expired(self, now: datetime) -> bool:
        """Whether it can no longer be used."""
        return now - self.issued >= LIFETIME


def decode_iterator(text: str) -> ShardIterator:
    """The iterator that was encoded as the text.

    Raises:
        InvalidIteratorError: the text is no iterator.
    """
    arn, separator, encoded = text.partition(SEPARATOR)
    try:
        shard_id, number, issued = json.loads(base64.b64decode(encoded, validate=True))
        instant = datetime.fromtimestamp(issued, UTC)
    except (binascii.Error, ValueError, TypeError) as error:
        raise InvalidIteratorError(text) from error
    if not separator:
        raise InvalidIteratorError(text)
    return ShardIterator(arn, shard_id, number, instant)
