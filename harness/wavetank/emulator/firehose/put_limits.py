"""Limits of the records that a producer may put at once.

[Amazon Data Firehose API reference: PutRecord, PutRecordBatch; developer guide: limits]
"""

from collections.abc import Sequence
from typing import Any

from localstack.aws.api import CommonServiceException
from localstack.aws.api.firehose import InvalidArgumentException

RECORD_BYTES_MAX = 1000 * 1024
BATCH_RECORDS_MAX = 500
BATCH_BYTES_MAX = 4 * 1024 * 1024


def data_of(record: Any) -> bytes:
    """The data of a record.

    Raises:
        CommonServiceException: it is too long.
    """
    data = bytes(record["Data"])
    _require(
        len(data) <= RECORD_BYTES_MAX,
        f"length less than or equal to {RECORD_BYTES_MAX}",
        "record.data",
    )
    return data


def data_of_batch(records: Sequence[Any]) -> list[bytes]:
    """The data of each record of a batch.

    Raises:
        CommonServiceException: there are too many records, or one is too long.
        InvalidArgumentException: together they are too long.
    """
    _require(len(records) <= BATCH_RECORDS_MAX, f"at most {BATCH_RECORDS_MAX} records", "records")
    data = [data_of(record) for record in records]
    if sum(map(len, data)) > BATCH_BYTES_MAX:
        raise InvalidArgumentException("Records size exceeds 4 MB limit")
    return data


def _require(condition: object, constraint: str, member: str) -> None:
    if not condition:
        raise CommonServiceException(
            "ValidationException",
            f"1 validation error detected: Value at '{member}' failed to satisfy constraint: "
            f"Member must have {constraint}",
            400,
            sender_fault=True,
        )
