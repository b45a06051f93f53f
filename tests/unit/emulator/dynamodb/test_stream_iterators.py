"""An iterator is a position as text; it expires, and begins with its stream's ARN."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from wavetank.emulator.dynamodb.stream_iterators import (
    InvalidIteratorError,
    ShardIterator,
    decode_iterator,
)

NOW = datetime(2030, 1, 1, tzinfo=UTC)
ARN = "arn:aws:dynamodb:eu-west-1:000000000000:table/t/stream/2030-01-01T00:00:00.000"
ITERATOR = ShardIterator(ARN, "shardId-1", 10**20 + 7, NOW)


def test_an_iterator_survives_its_way_through_a_client() -> None:
    """And permissions see its stream."""
    assert decode_iterator(ITERATOR.encode()) == ITERATOR
    assert ITERATOR.encode().partition("|")[0] == ARN


def test_an_iterator_expires_after_15_minutes() -> None:
    """[DynamoDB Streams API reference: GetShardIterator]."""
    assert not ITERATOR.has_expired(NOW + timedelta(minutes=14, seconds=59))
    assert ITERATOR.has_expired(NOW + timedelta(minutes=15))


@pytest.mark.parametrize(
    "text", ["", "x", f"{ARN}|1|", f"{ARN}|1|!", f"{ARN}|1|{base64.b64encode(b'[1]').decode()}"]
)
def test_other_texts_are_no_iterators(text: str) -> None:
    """Whatever is wrong with them."""
    with pytest.raises(InvalidIteratorError):
        decode_iterator(text)
