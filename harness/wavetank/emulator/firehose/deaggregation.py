"""Separates the records that a producer packed into one, before anything else is done to them.

[Amazon Data Firehose developer guide: dynamic-partitioning-multirecord-deaggergation,
writing-with-cloudwatch-logs-decompression, Message-extraction]
"""

import json
import zlib
from collections.abc import Iterator
from itertools import islice

from wavetank.emulator.firehose.processing_settings import ProcessingSettings
from wavetank.emulator.firehose.records import DECOMPRESSION_FAILED, PROCESSING_FAILED

RECORDS_MAX = 500
"""How many records one may be separated into."""
WHITESPACE = " \t\r\n"
DECOMPRESSED_BYTES_MAX = 64 * 1024 * 1024
"""The limit of a record's size once it is decompressed; AWS's own limit is not documented."""
GZIP_FORMAT = 16 + zlib.MAX_WBITS
DATA_MESSAGE = "DATA_MESSAGE"
DECOMPRESSION_CODE = "Decompression failed."


class ContentError(ValueError):
    """A record is not in the configured format; `code` and `error_type` are Firehose's."""

    def __init__(self, code: str, message: str, error_type: str = PROCESSING_FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.error_type = error_type


def separate(data: bytes, processing: ProcessingSettings) -> list[bytes]:
    """The records in one: decompressed, and separated, as the stream's processors say.

    Raises:
        ContentError: the record does not have the configured format.
    """
    parts = [_decompressed(data)] if processing.decompresses else [data]
    if processing.extracts_messages:
        parts = [found for part in parts if (found := _messages(part))]
    if processing.deaggregates_json:
        return [found for part in parts for found in _json_objects(part)]
    if processing.deaggregation_delimiter:
        return [found for part in parts for found in _split(part, processing)]
    return parts


def _decompressed(data: bytes) -> bytes:
    """The content of one or more GZIP members, as one."""
    found = b""
    try:
        while True:
            member = zlib.decompressobj(GZIP_FORMAT)
            found += member.decompress(data, DECOMPRESSED_BYTES_MAX + 1 - len(found))
            if len(found) > DECOMPRESSED_BYTES_MAX:
                raise _not_decompressed(f"it has more than {DECOMPRESSED_BYTES_MAX} bytes")
            if not member.eof:
                raise _not_decompressed("it ends before its last byte")
            data = member.unused_data.lstrip(b"\0")
            if not data:
                return found
    except zlib.error as error:
        raise _not_decompressed(str(error)) from error


def _not_decompressed(reason: str) -> ContentError:
    message = f"The record cannot be decompressed: {reason}"
    return ContentError(DECOMPRESSION_CODE, message, DECOMPRESSION_FAILED)


def _messages(data: bytes) -> bytes:
    """The lines of the log events in a record of a CloudWatch Logs subscription.

    Control messages, by which CloudWatch Logs tests a subscription, have none.
    """
    try:
        content = json.loads(data)
        if content["messageType"] != DATA_MESSAGE:
            return b""
        return b"".join(f"{event['message']}\n".encode() for event in content["logEvents"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"The record is not from a CloudWatch Logs subscription: {error!r}"
        raise ContentError(DECOMPRESSION_CODE, message, DECOMPRESSION_FAILED) from error


def _json_objects(data: bytes) -> list[bytes]:
    """The JSON objects that follow one another, with or without white space between them."""
    try:
        text = data.decode()
        found = list(islice(_decoded_objects(text), RECORDS_MAX + 1))
    except (ValueError, RecursionError) as error:
        raise ContentError(
            "DynamicPartitioning.DeaggregationFailed", f"The record is not valid JSON: {error}"
        ) from error
    return _limited([text.encode() for text in found])


def _decoded_objects(text: str) -> Iterator[str]:
    decoder, position = json.JSONDecoder(), 0
    while (position := _skipped(text, position)) < len(text):
        found, end = decoder.raw_decode(text, position)
        if not isinstance(found, dict):
            message = "a JSON object was expected"
            raise ValueError(message)  # noqa: TRY004 - the data is wrong, not the program
        yield text[position:end]
        position = end


def _skipped(text: str, position: int) -> int:
    while position < len(text) and text[position] in WHITESPACE:
        position += 1
    return position


def _split(data: bytes, processing: ProcessingSettings) -> list[bytes]:
    parts = data.split(processing.deaggregation_delimiter)
    return _limited([part for part in parts if part])


def _limited(found: list[bytes]) -> list[bytes]:
    if len(found) > RECORDS_MAX:
        raise ContentError(
            "DynamicPartitioning.DeaggregationFailed",
            f"The record has more than {RECORDS_MAX} records in it.",
        )
    return found
