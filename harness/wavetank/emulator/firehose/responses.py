"""Responses to producers, serialized directly as JSON.

LocalStack consults the service's model about each part of a response, which takes longer than
accepting the record. Strings, numbers and lists have the same JSON form without it.
[LocalStack 4.14: aws/skeleton.py, where an answer that is a response already goes out as it is]
"""

import json
from collections.abc import Mapping
from typing import Any

from localstack.aws.api import RequestContext
from localstack.aws.api.firehose import (
    PutRecordBatchOutput,
    PutRecordBatchResponseEntry,
    PutRecordOutput,
)
from localstack.http import Response

from wavetank.emulator.service_ids import IDS

JSON = "application/x-amz-json-1.1"


def record_accepted() -> PutRecordOutput:
    """The response for one accepted record."""
    return PutRecordOutput(RecordId=_record_id(_new_hex(), 0), Encrypted=False)


def batch_accepted(count: int, refused: Mapping[int, str]) -> PutRecordBatchOutput:
    """The response for `count` records, of which `refused` were not accepted, with codes."""
    batch = _new_hex()
    entries = [_entry(batch, number, refused.get(number)) for number in range(count)]
    return PutRecordBatchOutput(
        FailedPutCount=sum(number in refused for number in range(count)),
        Encrypted=False,
        RequestResponses=entries,
    )


def in_json(context: RequestContext, answer: Any) -> Any:
    """The answer as a JSON response; unchanged for callers of other protocols, such as CBOR."""
    headers = context.request.headers
    if headers.get("Content-Type") != JSON or headers.get("Accept", JSON) not in {JSON, "*/*"}:
        return answer
    context.service_response = answer
    sent = {"Content-Type": JSON, "x-amzn-RequestId": str(context.request_id)}
    return Response(json.dumps(answer), 200, sent)


def _entry(batch: str, number: int, code: str | None) -> PutRecordBatchResponseEntry:
    if code:
        return PutRecordBatchResponseEntry(ErrorCode=code, ErrorMessage="Slow down.")
    return PutRecordBatchResponseEntry(RecordId=_record_id(batch, number))


def _new_hex() -> str:
    return IDS.new().replace("-", "")


def _record_id(batch: str, number: int) -> str:
    """As long as AWS's ids; a random one for each record would cost more than the record."""
    return f"{batch * 4}{number:032x}"
