"""Records that the Kinesis Producer Library has aggregated.

[awslabs amazon-kinesis-producer: aggregation-format]
"""

import hashlib

import pytest

from wavetank.emulator.firehose.kpl import MAGIC, UserRecord, user_records


def _field(number: int, value: bytes) -> bytes:
    """A protobuf field of bytes, of fewer than 16,384."""
    length = len(value)
    size = bytes([length]) if length < 128 else bytes([length & 0x7F | 0x80, length >> 7])
    return bytes([number << 3 | 2]) + size + value


def _record(index: int, data: bytes) -> bytes:
    return _field(3, bytes([1 << 3, index]) + _field(3, data))


def _aggregated(message: bytes) -> bytes:
    return MAGIC + message + hashlib.md5(message).digest()  # noqa: S324 - the format's


def test_user_records_have_their_own_data_and_keys() -> None:
    """Longer than a byte's length, and with a field that is not needed."""
    keys = _field(1, b"one") + _field(1, b"two") + _field(2, b"hash")
    message = keys + _record(1, b"x" * 300) + _record(0, b"")
    found = user_records(_aggregated(message), "outer")
    assert found == [UserRecord("two", b"x" * 300), UserRecord("one", b"")]


@pytest.mark.parametrize(
    "data",
    [
        b"plain",
        b"",
        MAGIC + b"short",
        MAGIC + _record(0, b"a") + b"0" * 16,
        _aggregated(_record(0, b"no keys")),
        _aggregated(b"\xff" * 5),
        _aggregated(b"\x1a\x7f"),
        _aggregated(b"\x1b\x00"),
        _aggregated(b"\x08" + b"\x80" * 10 + b"\x01" + _field(1, b"k") + _record(0, b"a")),
    ],
)
def test_any_other_record_is_as_it_is(data: bytes) -> None:
    """Without the magic number or the digest, or with another message."""
    assert user_records(data, "key") == [UserRecord("key", data)]
