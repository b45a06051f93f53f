"""Answers to producers are those that LocalStack would make of the same, in less time."""

import json
from typing import Any

import pytest
from localstack.aws.api import RequestContext
from localstack.aws.protocol.serializer import create_serializer
from localstack.aws.spec import load_service
from localstack.http import Request

from wavetank.emulator.firehose.answers import JSON, batch_taken, in_json, record_taken

SERVICE = load_service("firehose")


def _context(**headers: str) -> RequestContext:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    context = RequestContext(Request("POST", "/", headers=named))
    context.service = SERVICE
    context.protocol = "json"
    return context


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("PutRecord", record_taken()),
        ("PutRecordBatch", batch_taken(3, {})),
        ("PutRecordBatch", batch_taken(3, {1: "ServiceUnavailableException", 7: "none"})),
    ],
)
def test_an_answer_is_what_localstack_would_make_of_it(operation: str, answer: Any) -> None:
    """Status, headers and content."""
    context = _context(Content_Type=JSON)
    ours = in_json(context, answer)
    theirs = create_serializer(SERVICE, "json").serialize_to_response(
        answer, SERVICE.operation_model(operation), context.request.headers, "any"
    )
    assert json.loads(ours.data) == json.loads(theirs.data)
    assert ours.status == theirs.status
    assert ours.headers["Content-Type"] == theirs.headers["Content-Type"]
    assert ours.headers["x-amzn-RequestId"] == context.request_id
    assert {name.lower() for name, _ in ours.headers} == {
        name.lower() for name, _ in theirs.headers
    }
    assert context.service_response == answer


def test_refused_records_are_counted_and_named() -> None:
    """The entries are in the order of the records."""
    answer = batch_taken(2, {1: "ServiceUnavailableException"})
    first, second = answer["RequestResponses"]
    assert answer["FailedPutCount"] == 1
    assert set(first) == {"RecordId"}
    assert second["ErrorCode"] == "ServiceUnavailableException"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "application/cbor"},
        {"Content_Type": JSON, "Accept": "application/cbor"},
        {},
    ],
)
def test_who_speaks_something_else_is_left_to_localstack(headers: dict[str, str]) -> None:
    """The answer is not put into words yet."""
    answer = record_taken()
    assert in_json(_context(**headers), answer) is answer
