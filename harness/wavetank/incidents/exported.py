"""Events in what the AWS CLI prints, and in single records, by the form of the JSON.

[AWS CLI reference: sqs receive-message, logs filter-log-events]
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from wavetank.core.errors import UsageError
from wavetank.incidents.events import ExportedEvent, Resending, instant_of
from wavetank.incidents.lambda_events import events_of, sent_message

FORMS = (
    "output of aws sqs receive-message or aws logs filter-log-events, a record of a failed "
    "invocation, an event of EventBridge, or an event of a function"
)
DEAD_LETTER_SOURCE = "DeadLetterQueueSourceArn"
OF_LAMBDA, OF_RULES = frozenset({"RequestID", "ErrorCode"}), frozenset({"RULE_ARN", "ERROR_CODE"})
"""Attributes that Lambda and EventBridge give a dead letter.
[Lambda developer guide: invocation-async-retain-records; EventBridge user guide: eb-rule-dlq]"""
LINES_LEFT_OUT = "log lines without an event"
TO_ANYTHING = "--to"


@dataclass(frozen=True)
class Exported:
    """The events of a document; `lines_left_out` are log lines without one."""

    events: tuple[ExportedEvent, ...]
    lines_left_out: int = 0


def read_text(text: str, where: str, *, any_object: bool) -> Exported:
    """The events of a file's text: one document, or one on each line.

    `any_object` is whether an object of an unknown form in a log is an event, since a target is
    named that it is for.

    Raises:
        UsageError: it is not JSON, or of an unknown form.
    """
    found = [_read(each, place, any_object=any_object) for each, place in _documents(text, where)]
    events = tuple(event for each in found for event in each.events)
    return Exported(events, sum(each.lines_left_out for each in found))


def read_messages(messages: list[Any], where: str) -> Exported:
    """The events of messages as `receive-message` prints them."""
    return Exported(
        tuple(_message(each, f"{where}: message {n}") for n, each in enumerate(messages, 1))
    )


def read_log_events(lines: list[Any], where: str, *, any_object: bool) -> Exported:
    """The events of log lines as `filter-log-events` prints them."""
    events = [_of_line(each, f"{where}: line {n}", any_object) for n, each in enumerate(lines, 1)]
    kept = [each for each in events if each]
    return Exported(tuple(one for each in kept for one in each), len(events) - len(kept))


def _documents(text: str, where: str) -> list[tuple[Any, str]]:
    try:
        value = json.loads(text)
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        try:
            return [(json.loads(line), f"{where}: line {n}") for n, line in enumerate(lines, 1)]
        except ValueError:
            raise _unknown(where, f"no JSON ({error})") from error
    if isinstance(value, list):
        return [(each, f"{where}: entry {n}") for n, each in enumerate(value, 1)]
    return [(value, where)]


def _read(value: Any, where: str, *, any_object: bool) -> Exported:
    match value:
        case {"Messages": list(messages)}:
            return read_messages(messages, where)
        case {"events": list(lines)}:
            return read_log_events(lines, where, any_object=any_object)
        case {"Body": str()}:
            return Exported((_message(value, where),))
    events = tuple(events_of(value, where))
    if not events:
        keys = ", ".join(value) if isinstance(value, dict) else type(value).__name__
        raise _unknown(where, keys or "an empty object")
    return Exported(events)


def _unknown(where: str, found: str) -> UsageError:
    action = f"correct it, or name the bucket that it was an object of with {TO_ANYTHING}"
    return UsageError(FORMS, f"{found} in {where}", action)


def _message(message: Any, where: str) -> ExportedEvent:
    """A message of a queue, which may hold an event that was not the queue's own."""
    if not isinstance(message, dict) or not isinstance(message.get("Body"), str):
        raise UsageError("a message with its Body", f"none in {where}", "export it again")
    body, system = message["Body"], message.get("Attributes") or {}
    own = message.get("MessageAttributes") or {}
    queue = system.get(DEAD_LETTER_SOURCE)
    is_services = own.keys() >= OF_LAMBDA or own.keys() >= OF_RULES
    way, left_out = sent_message(
        body, queue, system.get("MessageGroupId"), {} if is_services else own
    )
    within = [] if queue else list(_within(body, own, where))
    inner = tuple(one for each in within for one in each.ways)
    at = instant_of(system.get("SentTimestamp")) or next((each.at for each in within), None)
    return ExportedEvent(
        where=where,
        content=body.encode(),
        at=at,
        ways=(*inner, way),
        left_out=(*left_out, *(one for each in within for one in each.left_out)),
    )


def _within(body: str, attributes: Mapping[str, Any], where: str) -> Iterator[ExportedEvent]:
    """The event in a message of a dead-letter queue or destination of Lambda, SNS or a rule."""
    if attributes.keys() >= OF_LAMBDA:
        content = body.encode()
        yield ExportedEvent(
            where=where, content=content, ways=(Resending(kind="invoke", body=content),)
        )
        return
    found = list(events_of(_json_of(body), where))
    if len(found) == 1:
        rule = (attributes.get("RULE_ARN") or {}).get("StringValue", "")
        yield from _on_bus(found[0], rule)


def _on_bus(event: ExportedEvent, rule: str) -> Iterator[ExportedEvent]:
    """The event with the bus of the rule that could not send it."""
    bus = rule.rpartition(":rule/")[2].rpartition("/")[0]
    ways = [
        replace(way, resource=bus) if bus and way.kind == "put-events" else way
        for way in event.ways
    ]
    yield replace(event, ways=tuple(ways))


def _of_line(line: Any, where: str, any_object: bool) -> list[ExportedEvent]:  # noqa: FBT001 - private
    if not isinstance(line, dict) or not isinstance(line.get("message"), str):
        raise UsageError("a log event with its message", f"none in {where}", "export it again")
    value = _logged(line["message"])
    found = list(events_of(value, where))
    if not found and any_object and isinstance(value, dict):
        content = json.dumps(value, ensure_ascii=False).encode()
        found = [ExportedEvent(where=where, content=content)]
    at = instant_of(line.get("timestamp"))
    return [each if each.at else replace(each, at=at) for each in found]


def _logged(message: str) -> Any:
    """The object that a line has: alone, after what Python's `logging` begins with, or within JSON.

    [Lambda developer guide: python-logging, monitoring-cloudwatchlogs-logformat]
    """
    value = _json_of(message[max(0, message.find("{")) :])
    match value:
        case {"message": dict(inner)}:
            return inner
        case {"message": str(text), "level": _}:
            return _json_of(text)
        case {"type": str(kind), "record": _} if kind.startswith("platform."):
            return None
    return value


def _json_of(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
