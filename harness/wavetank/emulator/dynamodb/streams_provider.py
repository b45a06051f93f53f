"""DynamoDB Streams in LocalStack's process.

LocalStack's own provider stores the records in Kinesis, for which it downloads a server.
Selected with `PROVIDER_OVERRIDE_DYNAMODBSTREAMS=wavetank`.
[DynamoDB Streams API reference; developer guide: Streams]
"""

import base64
import functools
from collections.abc import Callable, Iterable
from typing import Any

from localstack.aws.api import CommonServiceException, RequestContext
from localstack.aws.api.dynamodbstreams import (
    DynamodbstreamsApi,
    ExpiredIteratorException,
    ResourceNotFoundException,
    TrimmedDataAccessException,
)
from localstack.services.plugins import Service, aws_provider
from moto.dynamodb.models import dynamodb_backends

from wavetank.core.clock import Clock, WallClock
from wavetank.emulator.dynamodb.direct import ONE_AT_A_TIME
from wavetank.emulator.dynamodb.stream_iterators import (
    InvalidIteratorError,
    ShardIterator,
    decode_iterator,
)
from wavetank.emulator.dynamodb.table_stream import (
    FIRST_NUMBER,
    TableStream,
    TableStreamRecord,
    record_as_json,
    streams_of,
)
from wavetank.emulator.dynamodb.time_to_live import delete_expired_items

LIST_MAX = 100
RECORDS_MAX = 1000
ANSWER_BYTES_MAX = 1024 * 1024
BAD_REQUEST = 400


def _one_at_a_time[**P, R](operation: Callable[P, R]) -> Callable[P, R]:
    """The operation, during which no table and no stream changes."""

    @functools.wraps(operation)
    def locked(*args: P.args, **kwargs: P.kwargs) -> R:
        with ONE_AT_A_TIME:
            return operation(*args, **kwargs)

    return locked


class WavetankDynamoDbStreams(DynamodbstreamsApi):
    """DynamoDB Streams provider for tables of Wavetank's DynamoDB provider."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    @_one_at_a_time
    def list_streams(
        self,
        context: RequestContext,
        table_name: str | None = None,
        limit: int | None = None,
        exclusive_start_stream_arn: str | None = None,
        **_: Any,
    ) -> Any:
        """The streams in the order of their ARNs."""
        found = sorted(
            (
                stream.description
                for stream in self._streams(context)
                if table_name in {None, stream.description.table}
            ),
            key=lambda each: each.arn,
        )
        rest = [each for each in found if each.arn > (exclusive_start_stream_arn or "")]
        page = rest[: limit or LIST_MAX]
        answer: dict[str, Any] = {
            "Streams": [
                {"StreamArn": each.arn, "TableName": each.table, "StreamLabel": each.label}
                for each in page
            ]
        }
        return answer | ({"LastEvaluatedStreamArn": page[-1].arn} if len(rest) > len(page) else {})

    @_one_at_a_time
    def describe_stream(
        self,
        context: RequestContext,
        stream_arn: str,
        limit: int | None = None,  # noqa: ARG002 - LocalStack names the parameters
        exclusive_start_shard_id: str | None = None,
        shard_filter: Any = None,  # noqa: ARG002 - as above; there is only one shard
        **_: Any,
    ) -> Any:
        """The stream and its shard.

        Raises:
            ResourceNotFoundException: there is no such stream.
        """
        stream = self._stream(context, stream_arn)
        described = stream.description
        shards = [] if exclusive_start_shard_id == stream.shard_id else [_shard(stream)]
        return {
            "StreamDescription": {
                "StreamArn": described.arn,
                "StreamLabel": described.label,
                "StreamStatus": "ENABLED" if stream.is_open else "DISABLED",
                "StreamViewType": described.view_type,
                "CreationRequestDateTime": described.created,
                "TableName": described.table,
                "KeySchema": [
                    {"AttributeName": name, "KeyType": kind} for name, kind in described.key_schema
                ],
                "Shards": shards,
            }
        }

    @_one_at_a_time
    def get_shard_iterator(
        self,
        context: RequestContext,
        stream_arn: str,
        shard_id: str,
        shard_iterator_type: str,
        sequence_number: str | None = None,
        **_: Any,
    ) -> Any:
        """An iterator at the position.

        Raises:
            ResourceNotFoundException: there is no such stream or shard.
            TrimmedDataAccessException: the position is more than 24 hours old.
            CommonServiceException: the position is not in the shard.
        """
        stream = self._stream(context, stream_arn)
        if shard_id != stream.shard_id:
            raise ResourceNotFoundException(
                f"Requested resource not found: Shard: {shard_id} in Stream: {stream_arn} not found"
            )
        match shard_iterator_type:
            case "TRIM_HORIZON":
                number = stream.trim_horizon()
            case "LATEST":
                number = stream.next_number
            case _:
                after = shard_iterator_type == "AFTER_SEQUENCE_NUMBER"
                number = _position(stream, sequence_number) + after
        found = ShardIterator(stream_arn, shard_id, number, self._clock.now())
        return {"ShardIterator": found.encode()}

    @_one_at_a_time
    def get_records(
        self, context: RequestContext, shard_iterator: str, limit: int | None = None, **_: Any
    ) -> Any:
        """The records from the position on, at most 1 MB.

        Raises:
            ExpiredIteratorException: the iterator is more than 15 minutes old.
            ResourceNotFoundException: its stream no longer exists.
            TrimmedDataAccessException: the position is more than 24 hours old.
            CommonServiceException: it is not an iterator.
        """
        try:
            iterator = decode_iterator(shard_iterator)
        except InvalidIteratorError as error:
            raise _invalid("Invalid ShardIterator") from error
        if iterator.has_expired(self._clock.now()):
            raise ExpiredIteratorException("Iterator expired")
        stream = self._stream(context, iterator.stream_arn)
        if iterator.number < stream.trim_horizon() and stream.items:
            raise TrimmedDataAccessException("The iterator is beyond the trim horizon")
        records = stream.records_from(iterator.number, limit or RECORDS_MAX)
        shown = _within_size(record_as_json(stream, record) for record in records)
        answer: dict[str, Any] = {"Records": [_with_bytes(each) for each in shown]}
        return answer | self._next(stream, iterator, records[: len(shown)])

    def _next(
        self, stream: TableStream, iterator: ShardIterator, read: list[TableStreamRecord]
    ) -> dict[str, str]:
        """The next iterator; none once a closed shard is read to its end."""
        number = read[-1].number + 1 if read else max(iterator.number, stream.trim_horizon())
        if not stream.is_open and number >= stream.next_number:
            return {}
        later = ShardIterator(iterator.stream_arn, iterator.shard_id, number, self._clock.now())
        return {"NextShardIterator": later.encode()}

    def _streams(self, context: RequestContext) -> list[TableStream]:
        now = self._clock.now()
        delete_expired_items(dynamodb_backends[context.account_id][context.region], now)
        return list(streams_of(context.account_id, context.region, now))

    def _stream(self, context: RequestContext, arn: str) -> TableStream:
        for stream in self._streams(context):
            if stream.description.arn == arn:
                return stream
        raise ResourceNotFoundException(f"Requested resource not found: Stream: {arn} not found")


def _shard(stream: TableStream) -> dict[str, Any]:
    numbers = {"StartingSequenceNumber": str(FIRST_NUMBER)}
    if not stream.is_open:
        numbers["EndingSequenceNumber"] = str(stream.next_number - 1)
    return {"ShardId": stream.shard_id, "SequenceNumberRange": numbers}


def _position(stream: TableStream, text: str | None) -> int:
    if text is None or not text.isdigit():
        raise _invalid("Invalid SequenceNumber")
    number = int(text)
    if number < stream.trim_horizon():
        raise TrimmedDataAccessException("The sequence number is beyond the trim horizon")
    if number >= stream.next_number:
        raise _invalid("Invalid SequenceNumber")
    return number


def _within_size(records: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The records up to 1 MB, at least one."""
    found: list[dict[str, Any]] = []
    total = 0
    for record in records:
        total += record["dynamodb"]["SizeBytes"]
        if found and total > ANSWER_BYTES_MAX:
            break
        found.append(record)
    return found


def _with_bytes(part: Any) -> Any:
    """The record with bytes in place of base64 texts, which LocalStack's serializer encodes."""
    if isinstance(part, list):
        return [_with_bytes(each) for each in part]
    if not isinstance(part, dict):
        return part
    match list(part.items()):
        case [("B", str(text))]:
            return {"B": base64.b64decode(text)}
        case [("BS", list(texts))]:
            return {"BS": [base64.b64decode(text) for text in texts]}
    return {name: _with_bytes(each) for name, each in part.items()}


def _invalid(message: str) -> CommonServiceException:
    return CommonServiceException("ValidationException", message, BAD_REQUEST, sender_fault=True)


@aws_provider(api="dynamodbstreams", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_dynamodbstreams() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    return Service.for_provider(WavetankDynamoDbStreams(WallClock()))
