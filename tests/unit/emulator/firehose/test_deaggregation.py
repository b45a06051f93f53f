"""Records that are separated, decompressed or reduced to messages, and those that cannot be.

[Amazon Data Firehose developer guide: dynamic-partitioning-multirecord-deaggergation,
writing-with-cloudwatch-logs-decompression, Message-extraction]
"""

import gzip
import json

import pytest

from wavetank.emulator.firehose.deaggregation import (
    DECOMPRESSED_BYTES_MAX,
    ContentError,
    separate,
)
from wavetank.emulator.firehose.processing_settings import ProcessingSettings

DECOMPRESSION = ProcessingSettings(decompresses=True)
EXTRACTION = ProcessingSettings(decompresses=True, extracts_messages=True)
JSON = ProcessingSettings(deaggregates_json=True)
DEPTH = 200_000


def test_json_that_is_nested_too_deeply_is_an_error() -> None:
    """Of a record that is separated, and of one from CloudWatch Logs."""
    deep = b'{"a":' + b"[" * DEPTH + b"]" * DEPTH + b"}"
    with pytest.raises(ContentError, match="not valid JSON"):
        separate(deep, JSON)
    with pytest.raises(ContentError, match="CloudWatch Logs"):
        separate(gzip.compress(deep), EXTRACTION)


def test_decompression_has_a_limit() -> None:
    """A small record cannot fill the memory; one of the limit's size is delivered."""
    largest = b"\0" * DECOMPRESSED_BYTES_MAX
    assert separate(gzip.compress(largest, 1), DECOMPRESSION) == [largest]
    with pytest.raises(ContentError, match="more than"):
        separate(gzip.compress(largest + b"\0", 1), DECOMPRESSION)


def test_members_are_decompressed_as_one() -> None:
    """As RFC 1952 says of a GZIP file; one that is cut off is an error."""
    packed = gzip.compress(b"one") + gzip.compress(b"two")
    assert separate(packed, DECOMPRESSION) == [b"onetwo"]
    for broken in (packed[:-1], packed + b"x", b"", b"plain"):
        with pytest.raises(ContentError, match="cannot be decompressed"):
            separate(broken, DECOMPRESSION)


def test_a_control_message_is_no_record() -> None:
    """CloudWatch Logs tests a subscription by it; not even an empty record is delivered."""
    control = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "check"}]}
    assert separate(gzip.compress(json.dumps(control).encode()), EXTRACTION) == []
