"""What AWS exports becomes events: each with its time, and how it can be sent again."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any

import pytest

from wavetank.core.errors import UsageError
from wavetank.incidents.events import ExportedEvent, instant_of
from wavetank.incidents.exported import Exported, read_text

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)
MILLIS = int(AT.timestamp() * 1000)
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:shop-Orders-1AB2"
FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:charge:$LATEST"
EVENT = {
    "version": "0",
    "id": "1",
    "source": "shop",
    "detail-type": "paid",
    "time": "2026-11-24T10:00:00Z",
    "resources": ["x"],
    "detail": {"n": 1},
}
RECORD = {
    "version": "1.0",
    "timestamp": "2026-11-24T10:00:00.000Z",
    "requestContext": {
        "functionArn": FUNCTION,
        "condition": "RetriesExhausted",
    },
    "requestPayload": {"n": 1},
    "responsePayload": {"errorMessage": "on purpose"},
}


def read(value: Any, *, any_object: bool = False) -> Exported:
    """The events of a file with that value in JSON."""
    return read_text(json.dumps(value), "x.json", any_object=any_object)


def only(value: Any) -> ExportedEvent:
    """The only event of it."""
    (event,) = read(value).events
    return event


def message(body: str, attributes: dict[str, str] | None = None, *own: str) -> dict[str, Any]:
    """The output of receive-message with that body, and attributes of the sender's own."""
    sender = {name: {"StringValue": "x", "DataType": "String"} for name in own}
    system = {"SentTimestamp": str(MILLIS)} | (attributes or {})
    one = {"MessageId": "1", "Body": body, "Attributes": system, "MessageAttributes": sender}
    return {"Messages": [one]}


def lines(*messages: str) -> dict[str, Any]:
    """The output of filter-log-events."""
    return {"events": [{"timestamp": MILLIS, "message": each} for each in messages]}


def summary(event: ExportedEvent) -> tuple[str, str | None, Any]:
    """How the event is preferably sent again."""
    way = event.ways[0]
    return way.kind, way.resource, way.body.decode()


def test_a_dead_letter_goes_to_the_queue_that_it_is_of() -> None:
    """With its body to the last byte, its group and its time."""
    body = '{ "n" :1, '
    attributes = {"DeadLetterQueueSourceArn": QUEUE, "MessageGroupId": "a"}
    event = only(message(body, attributes, "own"))
    assert summary(event) == ("send-message", QUEUE, body)
    assert event.ways[0].fields == {"key": "a"}
    assert event.at == AT
    assert event.left_out == ("message attributes",)


@pytest.mark.parametrize(
    ("exported", "expected"),
    [
        (RECORD, ("invoke", FUNCTION, '{"n": 1}')),
        (
            message(json.dumps(RECORD)),
            ("invoke", FUNCTION, '{"n": 1}'),
        ),
        (message('{"n": 1}', None, "RequestID", "ErrorCode"), ("invoke", None, '{"n": 1}')),
        (EVENT, ("put-events", "default", '{"n": 1}')),
        (message(json.dumps(EVENT)), ("put-events", "default", '{"n": 1}')),
        (lines(json.dumps(EVENT)), ("put-events", "default", '{"n": 1}')),
        (
            lines(f"[INFO]\t2026-11-24T10:00:00Z\tid\t{json.dumps(EVENT)}"),
            ("put-events", "default", '{"n": 1}'),
        ),
        (
            lines(json.dumps({"level": "INFO", "message": EVENT})),
            ("put-events", "default", '{"n": 1}'),
        ),
        (
            lines(json.dumps({"level": "INFO", "message": json.dumps(EVENT)})),
            ("put-events", "default", '{"n": 1}'),
        ),
        (
            {"Type": "Notification", "TopicArn": "arn:aws:sns:x:1:News", "Message": "hi"},
            ("publish", "arn:aws:sns:x:1:News", "hi"),
        ),
        (
            {
                "Records": [
                    {
                        "eventSource": "aws:sqs",
                        "body": "hi",
                        "eventSourceARN": QUEUE,
                        "attributes": {"SentTimestamp": str(MILLIS)},
                    }
                ]
            },
            ("send-message", QUEUE, "hi"),
        ),
        (
            {
                "Records": [
                    {
                        "eventSource": "aws:kinesis",
                        "eventSourceARN": "arn:aws:kinesis:x:1:stream/Readings",
                        "kinesis": {
                            "data": b64encode(b"hi").decode(),
                            "partitionKey": "a",
                            "approximateArrivalTimestamp": MILLIS / 1000,
                        },
                    }
                ]
            },
            ("put-record", "arn:aws:kinesis:x:1:stream/Readings", "hi"),
        ),
        (
            {
                "Records": [
                    {
                        "EventSource": "aws:sns",
                        "Sns": {"TopicArn": "arn:aws:sns:x:1:News", "Message": "hi"},
                    }
                ]
            },
            ("publish", "arn:aws:sns:x:1:News", "hi"),
        ),
    ],
)
def test_each_form_is_sent_again_as_it_was_sent(
    exported: Any, expected: tuple[str, str | None, str]
) -> None:
    """What a message or a line holds is not the queue's or the log's own."""
    assert summary(only(exported)) == expected


def test_an_event_of_a_service_is_the_functions_as_a_whole() -> None:
    """The object that it names need not be there."""
    event = {"Records": [{"eventSource": "aws:s3", "eventTime": "2026-11-24T10:00:00Z", "s3": {}}]}
    found = only(event)
    assert summary(found) == ("invoke", None, json.dumps(event))
    assert found.at == AT


def test_each_record_of_a_batch_is_an_event() -> None:
    """Each says in errors which it is."""
    records = [{"eventSource": "aws:sqs", "body": each} for each in "ab"]
    found = read({"Records": records}).events
    assert [each.where for each in found] == ["x.json, record 1", "x.json, record 2"]


def test_lines_without_an_event_are_left_out() -> None:
    """They are counted; an object of an unknown form is an event where a target is named."""
    log = lines("START RequestId: 1", '{"order": 1}', json.dumps(EVENT), "{not json")
    assert (len(read(log).events), read(log).lines_left_out) == (1, 3)
    found = read(log, any_object=True)
    assert [each.content for each in found.events][:1] == [b'{"order": 1}']
    assert found.lines_left_out == 2
    platform = lines('{"time": "x", "type": "platform.start", "record": {}}')
    assert read(platform, any_object=True).events == ()


def test_documents_are_in_a_list_or_on_lines() -> None:
    """As records are in an archive."""
    assert len(read([EVENT, EVENT]).events) == 2
    text = "\n".join(json.dumps(EVENT) for _ in range(3))
    assert len(read_text(text, "x", any_object=False).events) == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("hello", "found no JSON .* in x.json; correct it, or name the bucket"),
        ('{"order": 1}', "found order in x.json"),
        ("{}", "found an empty object in x.json"),
        ("[1]", "found int in x.json: entry 1"),
        ('{"Messages": [{"MessageId": "1"}]}', "a message with its Body; found none in x.json"),
        ('{"events": [1]}', "a log event with its message; found none in x.json: line 1"),
        (
            json.dumps({k: v for k, v in RECORD.items() if k != "requestPayload"}),
            "found x.json without requestPayload; a failed batch",
        ),
    ],
)
def test_an_unknown_form_is_refused(text: str, message: str) -> None:
    """With the forms that there are."""
    with pytest.raises(UsageError, match=message):
        read_text(text, "x.json", any_object=False)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-11-24T10:00:00.000Z", AT),
        ("2026-11-24T11:00:00+01:00", AT),
        ("2026-11-24T10:00:00", AT),
        (str(MILLIS), AT),
        (MILLIS, AT),
        (MILLIS / 1000, AT),
        (None, None),
        ("soon", None),
        (1e300, None),
    ],
)
def test_instants_are_read(written: Any, expected: datetime | None) -> None:
    """As each service writes them."""
    assert instant_of(written) == expected
