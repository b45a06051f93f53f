"""Separates the user records that the Kinesis Producer Library has aggregated into one record.

An aggregated record is a magic number, a protobuf message (AggregatedRecord) and the message's MD5.
Firehose delivers the user records in it; any other record is delivered as it is.
[Kinesis Data Streams developer guide: kinesis-kpl-consumer-deaggregation; awslabs
amazon-kinesis-producer: aggregation-format; Protocol Buffers: encoding]
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

MAGIC = b"\xf3\x89\x9a\xc2"
DIGEST_BYTES = 16
PARTITION_KEYS, RECORDS = 1, 3
KEY_INDEX, DATA = 1, 3
VARINT, FIXED_64, LENGTH_DELIMITED, FIXED_32 = 0, 1, 2, 5
WIDTHS = {FIXED_64: 8, FIXED_32: 4}
SEVEN_BITS, CONTINUES = 0x7F, 0x80
VARINT_BITS = 64


@dataclass(frozen=True)
class UserRecord:
    """A record that the Kinesis Producer Library aggregated, with its partition key."""

    partition_key: str
    data: bytes


def user_records(data: bytes, partition_key: str) -> list[UserRecord]:
    """The user records in a record of a data stream; one, if it is not aggregated."""
    message, digest = data[len(MAGIC) : -DIGEST_BYTES], data[-DIGEST_BYTES:]
    if not data.startswith(MAGIC) or hashlib.md5(message).digest() != digest:  # noqa: S324 - the format's
        return [UserRecord(partition_key, data)]
    try:
        return _aggregated(message)
    except (IndexError, ValueError):
        return [UserRecord(partition_key, data)]


def _aggregated(message: bytes) -> list[UserRecord]:
    keys: list[str] = []
    records: list[bytes] = []
    for number, value in _fields(message):
        if number == PARTITION_KEYS and isinstance(value, bytes):
            keys.append(value.decode())
        elif number == RECORDS and isinstance(value, bytes):
            records.append(value)
    return [_user_record(record, keys) for record in records]


def _user_record(message: bytes, keys: list[str]) -> UserRecord:
    values = dict(_fields(message))
    index, data = values.get(KEY_INDEX, 0), values.get(DATA, b"")
    if not isinstance(index, int) or not isinstance(data, bytes):
        message_of = "a user record has an index and data"
        raise ValueError(message_of)  # noqa: TRY004 - the data is wrong, not the program
    return UserRecord(keys[index], data)


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: the number and the value of each.

    Raises:
        IndexError, ValueError: it is no protobuf message.
    """
    position = 0
    while position < len(message):
        tag, position = _varint(message, position)
        number, kind = tag >> 3, tag & 0b111
        if kind == VARINT:
            value, position = _varint(message, position)
            yield number, value
            continue
        if kind == LENGTH_DELIMITED:
            width, position = _varint(message, position)
        elif kind in WIDTHS:
            width = WIDTHS[kind]
        else:
            problem = f"wire type {kind}"
            raise ValueError(problem)
        if position + width > len(message):
            raise IndexError(position)
        yield number, message[position : position + width]
        position += width


def _varint(message: bytes, position: int) -> tuple[int, int]:
    """The number at the position, and the position after it.

    Raises:
        IndexError, ValueError: no number of at most 64 bits is there.
    """
    value = shift = 0
    while shift < VARINT_BITS:
        byte = message[position]
        position += 1
        value |= (byte & SEVEN_BITS) << shift
        shift += 7
        if not byte & CONTINUES:
            return value, position
    problem = f"a varint has more than {VARINT_BITS} bits"
    raise ValueError(problem)
