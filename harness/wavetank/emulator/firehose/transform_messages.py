"""The event for a function that transforms records, and the meaning of its response.

[Amazon Data Firehose developer guide: data-transformation-status-model,
dynamic-partitioning-partitioning-keys; Lambda developer guide: services-kinesisfirehose]
"""

import base64
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from wavetank.emulator.firehose.records import ProcessingFailure, StreamRecord
from wavetank.emulator.firehose.stream_id import StreamId

OK = "Ok"
RECORD_ID_DIGITS = 56
INVALID_ANSWER = (
    "Lambda.JsonProcessingException",
    (
        "There was an error parsing the returned records. Ensure that the Lambda function returns "
        "records with recordId, result and base64-encoded data."
    ),
)
MISSING = (
    "Lambda.MissingRecordId",
    (
        "One or more record Ids were not returned. Ensure that the Lambda function returns all "
        "received record Ids."
    ),
)
DUPLICATED = (
    "Lambda.DuplicatedRecordId",
    (
        "Multiple records were returned with the same record ID. Ensure that the Lambda function "
        "returns unique record IDs for each record."
    ),
)
FAILED = "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"


@dataclass(frozen=True)
class TransformAnswer:
    """The records in a transforming function's response: transformed and failed ones.

    Dropped records are in neither.
    """

    transformed: tuple[StreamRecord, ...]
    failed: tuple[tuple[StreamRecord, ProcessingFailure], ...]


def record_id(record: StreamRecord) -> str:
    """The record's id for the function."""
    return f"{record.number:0{RECORD_ID_DIGITS}d}"


def transform_event(
    stream: StreamId, records: Sequence[StreamRecord], invocation: str, source: str = ""
) -> bytes:
    """The event of one invocation; `source` is the ARN of a Kinesis data stream."""
    of_source = {"sourceKinesisStreamArn": source} if source else {}
    event = {
        "invocationId": invocation,
        **of_source,
        "deliveryStreamArn": stream.arn,
        "region": stream.region,
        "records": [_event_record(record) for record in records],
    }
    return json.dumps(event).encode()


def _event_record(record: StreamRecord) -> dict[str, Any]:
    arrived = round(record.arrived.timestamp() * 1000)
    content: dict[str, Any] = {
        "recordId": record_id(record),
        "approximateArrivalTimestamp": arrived,
        "data": base64.b64encode(record.data).decode(),
    }
    if record.position is not None:
        content["kinesisRecordMetadata"] = {
            "shardId": record.position.shard,
            "partitionKey": record.position.partition_key,
            "approximateArrivalTimestamp": arrived,
            "sequenceNumber": record.position.sequence_number,
            "subsequenceNumber": record.position.subsequence_number,
        }
    return content


def read_answer(
    records: Sequence[StreamRecord], payload: bytes, attempts: int, function: str
) -> TransformAnswer:
    """What the function's answer says of each of its records."""
    returned = _returned(payload)
    counts = Counter(str(entry.get("recordId")) for entry in returned)
    by_id = {str(entry.get("recordId")): entry for entry in returned}
    transformed: list[StreamRecord] = []
    failed: list[tuple[StreamRecord, ProcessingFailure]] = []
    for record in records:
        entry = by_id.get(record_id(record), {})
        problem = _problem(entry, counts[record_id(record)], is_readable=bool(returned))
        if problem is not None:
            code, message = problem
            failure = ProcessingFailure(
                code=code, message=message, attempts=attempts, function=function
            )
            failed.append((record, failure))
        elif entry["result"] == OK:
            transformed.append(_transformed(record, entry))
    return TransformAnswer(tuple(transformed), tuple(failed))


def _returned(payload: bytes) -> list[Mapping[str, Any]]:
    """The records in the answer; none if it has another form."""
    try:
        content = json.loads(payload)
    except (ValueError, RecursionError):
        return []
    found = content.get("records") if isinstance(content, dict) else None
    return [entry for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []


def _problem(entry: Mapping[str, Any], count: int, *, is_readable: bool) -> tuple[str, str] | None:
    """The code and the message of what is wrong with a returned record; None if nothing is."""
    if not is_readable:
        return INVALID_ANSWER
    if count != 1:
        return DUPLICATED if count else MISSING
    match entry.get("result"):
        case "Ok":
            return None if _data(entry) is not None else INVALID_ANSWER
        case "Dropped":
            return None
        case "ProcessingFailed":
            return FAILED
        case _:
            return INVALID_ANSWER


def _data(entry: Mapping[str, Any]) -> bytes | None:
    try:
        return base64.b64decode(str(entry["data"]), validate=True)
    except (KeyError, ValueError):
        return None  # ValueError: also of characters outside of ASCII


def _transformed(record: StreamRecord, entry: Mapping[str, Any]) -> StreamRecord:
    data, metadata = _data(entry), entry.get("metadata")
    assert data is not None  # `_problem` has looked
    keys = metadata.get("partitionKeys") if isinstance(metadata, dict) else None
    found = keys.items() if isinstance(keys, dict) else ()
    lambda_keys = tuple((str(name), "" if value is None else str(value)) for name, value in found)
    return replace(record, data=data, lambda_keys=lambda_keys)
