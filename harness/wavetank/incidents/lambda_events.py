"""Events as functions get them, and Lambda's records of failed invocations.

[Lambda developer guide: with-sqs, with-sns, with-kinesis, invocation-async-retain-records;
EventBridge user guide: eb-events-structure]
"""

from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.incidents.events import ExportedEvent, Resending, instant_of, json_bytes

PAYLOAD = "requestPayload"
ATTRIBUTES = "message attributes"


def events_of(value: Any, where: str) -> Iterator[ExportedEvent]:
    """The events of a record or an event; none if its form is not known.

    Raises:
        UsageError: it is a record of a failure without the event.
    """
    match value:
        case {"requestContext": dict(), **others} if others.keys() >= {"version", "timestamp"}:
            yield _of_destination(value, where)
        case {"detail-type": str(), "source": str(), "detail": _}:
            yield _of_eventbridge(value, where)
        case {"Type": "Notification", "TopicArn": str(), "Message": str()}:
            yield _published(value, where)
        case {"Records": [dict(), *_] as records}:
            yield from _of_records(value, records, where)


def sent_message(
    body: str, queue: str | None, group: str | None, attributes: Mapping[str, Any]
) -> tuple[Resending, tuple[str, ...]]:
    """How a message of a queue is sent again, and what is left out of it."""
    fields = {"key": group} if group else {}
    way = Resending(kind="send-message", body=body.encode(), resource=queue, fields=fields)
    return way, ((ATTRIBUTES,) if attributes else ())


def _of_destination(record: Mapping[str, Any], where: str) -> ExportedEvent:
    if PAYLOAD not in record:
        raise UsageError(
            "a record of a failed invocation with its event",
            f"{where} without {PAYLOAD}",
            "a failed batch of a stream is recorded so: only a destination in S3 has its events",
        )
    body = json_bytes(record[PAYLOAD])
    function = record["requestContext"].get("functionArn")
    way = Resending(kind="invoke", body=body, resource=function)
    at = instant_of(record["timestamp"])
    others = [way for each in events_of(record[PAYLOAD], where) for way in each.ways]
    return ExportedEvent(where=where, content=body, at=at, ways=(way, *others))


def _of_eventbridge(event: Mapping[str, Any], where: str) -> ExportedEvent:
    way = Resending(
        kind="put-events",
        body=json_bytes(event["detail"]),
        resource="default",
        fields={"source": event["source"], "detail_type": event["detail-type"]},
    )
    return ExportedEvent(
        where=where,
        content=json_bytes(event),
        at=instant_of(event.get("time")),
        ways=(way,),
        left_out=("resources of events",) if event.get("resources") else (),
    )


def _of_records(
    event: Mapping[str, Any], records: list[dict[str, Any]], where: str
) -> Iterator[ExportedEvent]:
    """Of a batch each record; an event of another service is the function's as a whole."""
    first = records[0]
    read = RECORDS.get(first.get("eventSource") or first.get("EventSource") or "")
    if read is None:
        at, body = instant_of(first.get("eventTime")), json_bytes(event)
        way = Resending(kind="invoke", body=body)
        yield ExportedEvent(where=where, content=body, at=at, ways=(way,))
        return
    for number, record in enumerate(records, 1):
        whole = Resending(kind="invoke", body=json_bytes({"Records": [record]}))
        found = read(record, where if len(records) == 1 else f"{where}, record {number}")
        yield replace(found, ways=(*found.ways, whole))


def _of_queue(record: Mapping[str, Any], where: str) -> ExportedEvent:
    body, attributes = str(record.get("body", "")), record.get("attributes") or {}
    group = attributes.get("MessageGroupId")
    own = record.get("messageAttributes") or {}
    way, left_out = sent_message(body, record.get("eventSourceARN"), group, own)
    at = instant_of(attributes.get("SentTimestamp"))
    return ExportedEvent(where=where, content=body.encode(), at=at, ways=(way,), left_out=left_out)


def _of_topic(record: Mapping[str, Any], where: str) -> ExportedEvent:
    return _published(record.get("Sns") or {}, where)


def _published(message: Mapping[str, Any], where: str) -> ExportedEvent:
    body = str(message.get("Message", "")).encode()
    return ExportedEvent(
        where=where,
        content=body,
        at=instant_of(message.get("Timestamp")),
        ways=(Resending(kind="publish", body=body, resource=message.get("TopicArn")),),
        left_out=(ATTRIBUTES,) if message.get("MessageAttributes") else (),
    )


def _of_stream(record: Mapping[str, Any], where: str) -> ExportedEvent:
    kinesis = record.get("kinesis") or {}
    try:
        body = b64decode(kinesis.get("data", ""), validate=True)
    except (Base64Error, TypeError, ValueError) as error:
        expected = "the data of a record in Base64"
        raise UsageError(expected, f"{where} ({error})", "correct it, or leave it out") from error
    fields = {"key": str(kinesis.get("partitionKey", ""))}
    way = Resending(
        kind="put-record", body=body, resource=record.get("eventSourceARN"), fields=fields
    )
    at = instant_of(kinesis.get("approximateArrivalTimestamp"))
    return ExportedEvent(where=where, content=body, at=at, ways=(way,))


RECORDS: Mapping[str, Callable[[Mapping[str, Any], str], ExportedEvent]] = {
    "aws:kinesis": _of_stream,
    "aws:sns": _of_topic,
    "aws:sqs": _of_queue,
}
"""How the records of a batch are read, by the service that they are of."""
