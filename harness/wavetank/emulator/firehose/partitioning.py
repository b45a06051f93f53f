"""The partition of a record: keys that a jq program finds in it, or that a function returned.

[Amazon Data Firehose developer guide: dynamic-partitioning-partitioning-keys,
dynamic-partitioning-error-handling]
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from wavetank.emulator.firehose.jq_process import PROCESSES, JqError
from wavetank.emulator.firehose.object_name import KeySource, PartitionKeys
from wavetank.emulator.firehose.processing_settings import SettingsError
from wavetank.emulator.firehose.records import StreamRecord

PARTITIONS_MAX = 500
"""The default quota of active partitions. [developer guide: limits]"""
EXTRACTION_FAILED = "DynamicPartitioning.MetadataExtractionFailed"
TOO_MANY = "DynamicPartitioning.ActivePartitionLimitExceeded"


class PartitionError(ValueError):
    """No partition could be determined for a record; `code` is Firehose's."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_query(query: str) -> None:
    """Raises an error if the jq program is invalid.

    Raises:
        SettingsError: it is.
    """
    try:
        PROCESSES.check(query)
    except JqError as error:
        raise SettingsError(f"MetadataExtractionQuery is invalid: {error}") from error


def keys_of(
    record: StreamRecord, wanted: Sequence[tuple[KeySource, str]], query: str
) -> PartitionKeys:
    """The partition keys of a record.

    Raises:
        PartitionError: a key is missing, null or empty, or the record is not JSON.
    """
    sources = {source for source, _ in wanted}
    values: dict[KeySource, Mapping[str, Any]] = {KeySource.LAMBDA: dict(record.lambda_keys)}
    values[KeySource.QUERY] = _extracted(record.data, query) if KeySource.QUERY in sources else {}
    return tuple((source, name, _text(values[source].get(name), name)) for source, name in wanted)


def _extracted(data: bytes, query: str) -> Mapping[str, Any]:
    try:
        found = PROCESSES.first(query, data.decode())
    except ValueError as error:
        raise PartitionError(EXTRACTION_FAILED, f"The jq expression failed: {error}") from error
    if not isinstance(found, dict):
        raise PartitionError(EXTRACTION_FAILED, "The jq expression returned no JSON object")
    return found


def _text(value: Any, name: str) -> str:
    if value is None or value == "":
        message = f"partitionKeys values must not be null or empty: {name}"
        raise PartitionError(EXTRACTION_FAILED, message)
    return value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
