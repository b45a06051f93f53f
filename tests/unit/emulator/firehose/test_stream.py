"""What happens to a record on its way: separated, transformed, partitioned, or delivered as error.

[Amazon Data Firehose developer guide: dynamic-partitioning, data-transformation,
data-transformation-failure-handling]
"""

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from wavetank.emulator.firehose.buffer import BACKLOG_BYTES_MAX, Batch
from wavetank.emulator.firehose.partitioning import PARTITIONS_MAX
from wavetank.emulator.firehose.processing_settings import SettingsError
from wavetank.emulator.firehose.records import ArrivedRecord, KinesisPosition, ProcessingFailure
from wavetank.emulator.firehose.stream import Stream
from wavetank.emulator.firehose.stream_id import StreamId
from wavetank.emulator.firehose.stream_settings import s3_stream
from wavetank.emulator.firehose.transform_messages import (
    read_answer,
    record_id,
    transform_event,
)

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ID = StreamId("123456789012", "eu-west-2", "a-stream")
FUNCTION = "arn:aws:lambda:eu-west-2:123456789012:function:f"
PARTITIONED = {
    "DynamicPartitioningConfiguration": {"Enabled": True},
    "BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 60},
    "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
}
BY_QUERY = {**PARTITIONED, "Prefix": "c=!{partitionKeyFromQuery:c}/"}


def _processor(kind: str, **parameters: str) -> dict[str, Any]:
    found = [{"ParameterName": n, "ParameterValue": v} for n, v in parameters.items()]
    return {"Type": kind, "Parameters": found}


EXTRACTION = _processor(
    "MetadataExtraction", MetadataExtractionQuery="{c: .customer}", JsonParsingEngine="JQ-1.6"
)
LAMBDA = _processor("Lambda", LambdaArn=FUNCTION, NumberOfRetries="1")


def _stream(*processors: dict[str, Any], **configuration: Any) -> Stream:
    processing = {"Enabled": True, "Processors": list(processors)}
    return Stream(
        ID,
        s3_stream(
            {
                "BucketARN": "arn:aws:s3:::bucket",
                "RoleARN": "arn:aws:iam::123456789012:role/r",
                "ProcessingConfiguration": processing,
                **configuration,
            }
        ),
    )


def _delivered(stream: Stream) -> dict[str, bytes]:
    """The bodies of all batches, by their partition or type of error."""
    return {_name(batch): batch.body for batch in stream.undelivered()}


def _name(batch: Batch) -> str:
    return batch.group.error_type or ",".join(value for _, _, value in batch.group.keys)


def _errors(stream: Stream) -> list[dict[str, Any]]:
    lines = _delivered(stream).get("processing-failed", b"").splitlines()
    return [json.loads(line) for line in lines]


def _answer(stream: Stream, *entries: dict[str, Any]) -> None:
    """Transform the waiting batch into these, in the order of its records."""
    assert stream.transforms is not None
    (batch,) = stream.transforms.take_due(NOW + 60 * SECOND)
    returned = [
        {"recordId": record_id(record), **entry}
        for record, entry in zip(batch.records, entries, strict=False)
    ]
    payload = json.dumps({"records": returned}).encode()
    stream.transformed(batch, read_answer(batch.records, payload, 1, FUNCTION), NOW)


def _ok(data: bytes, **more: Any) -> dict[str, Any]:
    return {"result": "Ok", "data": base64.b64encode(data).decode(), **more}


def test_records_are_partitioned_by_the_keys_in_them() -> None:
    """Also several JSON objects in one record, once they are separated."""
    deaggregation = _processor("RecordDeAggregation", SubRecordType="JSON")
    delimiter = _processor("AppendDelimiterToRecord", Delimiter="\\n")
    stream = _stream(deaggregation, EXTRACTION, delimiter, **BY_QUERY)
    stream.accept_data([b'{"customer":"a"}{"customer":1}', b'{"customer":"a","x":2}\n'], NOW)
    assert _delivered(stream) == {
        "a": b'{"customer":"a"}\n{"customer":"a","x":2}\n',
        "1": b'{"customer":1}\n',
    }


@pytest.mark.parametrize("data", [b"no json", b'{"customer":null}', b'{"customer":""}', b"{}"])
def test_a_record_without_a_key_is_an_error(data: bytes) -> None:
    """It is delivered under the error prefix, with the reason and its own bytes."""
    stream = _stream(EXTRACTION, **BY_QUERY)
    stream.accept_data([data], NOW)
    (error,) = _errors(stream)
    assert error["errorCode"] == "DynamicPartitioning.MetadataExtractionFailed"
    assert base64.b64decode(error["rawData"]) == data
    assert error["arrivalTimestamp"] == NOW.timestamp() * 1000


def test_partitions_are_limited() -> None:
    """A record of one more partition is an error; the others still take records."""
    stream = _stream(EXTRACTION, **BY_QUERY)
    stream.accept_data([b'{"customer":%d}' % n for n in range(PARTITIONS_MAX + 1)], NOW)
    stream.accept_data([b'{"customer":0}'], NOW)
    (error,) = _errors(stream)
    assert error["errorCode"] == "DynamicPartitioning.ActivePartitionLimitExceeded"
    assert _delivered(stream)["0"] == b'{"customer":0}' * 2


def test_records_are_separated_by_a_delimiter() -> None:
    """Which is configured in base64."""
    delimiter = base64.b64encode(b"####").decode()
    stream = _stream(
        _processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter=delimiter)
    )
    stream.accept_data([b"one####two", b"three"], NOW)
    assert [batch.count for batch in stream.undelivered()] == [3]


def test_a_delimiter_must_be_base64() -> None:
    """Characters outside of ASCII are none."""
    with pytest.raises(SettingsError, match="base64 Delimiter"):
        _stream(_processor("RecordDeAggregation", SubRecordType="DELIMITED", Delimiter="é"))


@pytest.mark.parametrize("data", [b'[{"a":1},{"a":2}]', b'{"a":1', b"\xff"])
def test_a_record_that_cannot_be_separated_is_an_error(data: bytes) -> None:
    """An array of objects is none of the forms that AWS documents."""
    stream = _stream(_processor("RecordDeAggregation", SubRecordType="JSON"))
    stream.accept_data([data], NOW)
    assert [error["rawData"] for error in _errors(stream)] == [base64.b64encode(data).decode()]


def test_subscriptions_of_cloudwatch_logs_are_decompressed_and_reduced_to_messages() -> None:
    """A control message has none; what is not compressed is an error, with its own bytes."""
    decompression = _processor("Decompression", CompressionFormat="GZIP")
    extraction = _processor("CloudWatchLogProcessing", DataMessageExtraction="true")
    stream = _stream(decompression, extraction)
    events = {"messageType": "DATA_MESSAGE", "logEvents": [{"message": "a"}, {"message": "b"}]}
    control = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "check"}]}
    packed = [gzip.compress(json.dumps(each).encode()) for each in (events, control)]
    stream.accept_data([*packed, b"plain"], NOW)
    assert _delivered(stream)[""] == b"a\nb\n"
    assert stream.buffer.undelivered()[0].count == 1
    error = json.loads(_delivered(stream)["decompression-failed"])
    assert base64.b64decode(error["rawData"]) == b"plain"


def test_an_error_reports_a_record_as_it_was_before_its_decompression() -> None:
    """Also if a function fails it later."""
    stream = _stream(_processor("Decompression", CompressionFormat="GZIP"), LAMBDA)
    packed = gzip.compress(b"content")
    stream.accept_data([packed], NOW)
    _answer(stream, {"result": "ProcessingFailed"})
    (error,) = _errors(stream)
    assert base64.b64decode(error["rawData"]) == packed


def test_only_one_function_may_process() -> None:
    """A second one is refused when the stream is created."""
    with pytest.raises(SettingsError, match="one Lambda processor"):
        _stream(LAMBDA, LAMBDA)


def test_a_function_gets_batches_and_decides_about_each_record() -> None:
    """Ok replaces, Dropped drops, ProcessingFailed is an error; then the delimiter is appended."""
    stream = _stream(LAMBDA, _processor("AppendDelimiterToRecord", Delimiter="\\n"))
    stream.accept_data([b"one", b"two", b"three"], NOW)
    assert stream.next_due() == NOW + 60 * SECOND
    _answer(stream, _ok(b"ONE"), {"result": "Dropped"}, {"result": "ProcessingFailed"})
    assert _delivered(stream)[""] == b"ONE\n"
    (error,) = _errors(stream)
    assert (error["errorCode"], error["lambdaArn"]) == ("Lambda.ProcessingFailedStatus", FUNCTION)
    assert base64.b64decode(error["rawData"]) == b"three"


def test_the_event_has_each_record_with_its_id_and_arrival() -> None:
    """In the form that Lambda's event sources document."""
    stream = _stream(LAMBDA)
    stream.accept_data([b"one"], NOW)
    assert stream.transforms is not None
    (batch,) = stream.transforms.take_due(NOW + 60 * SECOND)
    event = json.loads(transform_event(ID, batch.records, "invocation"))
    (record,) = event.pop("records")
    assert event == {
        "invocationId": "invocation",
        "deliveryStreamArn": ID.arn,
        "region": "eu-west-2",
    }
    assert base64.b64decode(record["data"]) == b"one"
    assert record["approximateArrivalTimestamp"] == NOW.timestamp() * 1000


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"not json", "Lambda.JsonProcessingException"),
        (b'{"records": 1}', "Lambda.JsonProcessingException"),
        (b"[" * 200_000, "Lambda.JsonProcessingException"),
        ('{"records": [{"recordId": "%s", "result": "Ok", "data": "é"}]}'.encode(), "Lambda.Json"),
        (b'{"records": [{"recordId": "other"}]}', "Lambda.MissingRecordId"),
        (b'{"records": [{"recordId": "%s"}]}', "Lambda.JsonProcessingException"),
        (b'{"records": [{"recordId": "%s", "result": "Ok", "data": "?"}]}', "Lambda.JsonProcess"),
        (
            b'{"records": [%s]}' % b",".join([b'{"recordId": "%s", "result": "Dropped"}'] * 2),
            "Lambda.DuplicatedRecordId",
        ),
    ],
)
def test_an_answer_in_another_form_makes_its_records_errors(payload: bytes, code: str) -> None:
    """With a code that says what is wrong."""
    stream = _stream(LAMBDA)
    stream.accept_data([b"one"], NOW)
    assert stream.transforms is not None
    (batch,) = stream.transforms.take_due(NOW + 60 * SECOND)
    payload = payload.replace(b"%s", record_id(batch.records[0]).encode())
    stream.transformed(batch, read_answer(batch.records, payload, 1, FUNCTION), NOW)
    (error,) = _errors(stream)
    assert error["errorCode"].startswith(code)


def test_an_invocation_that_fails_is_repeated_as_often_as_configured() -> None:
    """Then the records of the batch are errors, with the number of attempts."""
    stream, now = _stream(LAMBDA), NOW + 60 * SECOND
    stream.accept_data([b"one", b"two"], NOW)
    assert stream.transforms is not None
    for attempt, is_kept in ((1, True), (2, False)):
        (batch,) = stream.transforms.take_due(now)
        failure = ProcessingFailure(code="Lambda.FunctionError", message="", attempts=attempt)
        assert stream.not_transformed(batch, failure, now) is is_kept
        now += SECOND
    assert [error["attemptsMade"] for error in _errors(stream)] == [2, 2]
    assert stream.transforms.next_due() is None


def test_a_function_may_return_the_partition_keys() -> None:
    """As text; a key that the prefix needs and the function does not return is an error."""
    stream = _stream(LAMBDA, **PARTITIONED, Prefix="c=!{partitionKeyFromLambda:c}/")
    stream.accept_data([b"one", b"two"], NOW)
    metadata = {"partitionKeys": {"c": 7}}
    _answer(stream, _ok(b"ONE", metadata=metadata), _ok(b"TWO"))
    assert _delivered(stream)["7"] == b"ONE"
    assert len(_errors(stream)) == 1


def test_every_record_can_be_followed_by_its_number() -> None:
    """Processed records get new numbers, and batches report those."""
    stream = _stream(LAMBDA)
    first = stream.accept_data([b"one", b"two"], NOW)
    _answer(stream, _ok(b"ONE"), {"result": "Dropped"})
    replaced = {found.before: dict(found.after) for found in stream.take_replacements()}
    (batch,) = stream.undelivered()
    assert replaced == {(first,): {batch.numbers[0]: b"ONE"}, (first + 1,): {}}


def test_discarded_records_stay_discarded() -> None:
    """Even those that a function returns afterwards."""
    stream = _stream(LAMBDA)
    stream.accept_data([b"one"], NOW)
    assert stream.transforms is not None
    (batch,) = stream.transforms.take_due(NOW + 60 * SECOND)
    stream.drop_all()
    stream.transformed(batch, read_answer(batch.records, b"{}", 1, FUNCTION), NOW)
    assert stream.undelivered() == []


def test_source_records_are_backed_up_as_they_came() -> None:
    """Into a bucket of their own."""
    backup = {"BucketARN": "arn:aws:s3:::backup", "RoleARN": "arn:aws:iam::123456789012:role/r"}
    stream = _stream(LAMBDA, S3BackupMode="Enabled", S3BackupConfiguration=backup)
    stream.accept_data([b"one"], NOW)
    assert stream.backup is not None
    (batch,) = stream.backup.undelivered()
    assert batch.body == b"one"
    assert stream.bucket_of(stream.backup).bucket == "backup"


def test_a_backlog_has_an_end_and_can_be_restored() -> None:
    """An outage does not fill the memory; what waits for a function counts, and is saved."""
    stream = _stream(LAMBDA)
    assert stream.has_room(BACKLOG_BYTES_MAX)
    stream.accept_data([b"x"], NOW)
    assert not stream.has_room(BACKLOG_BYTES_MAX)
    position = KinesisPosition(shard="s", partition_key="k", sequence_number="1")
    stream.accept([ArrivedRecord(data=b"y", arrived=NOW, position=position)], NOW)
    other = _stream(LAMBDA)
    other.restore(stream.backlog())
    assert other.backlog() == stream.backlog()
    assert other.backlog().untransformed[1].position == position
    assert other.next_due() == NOW + 60 * SECOND
