"""Messages about events that Lambda discards, for dead-letter queues and destinations; pure.

A dead-letter queue or topic gets the event itself, with three attributes; a failure destination
gets a record. A function may have both, and both are used.
[AWS Lambda developer guide, invocation-async-retain-records]
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

ERROR_BYTES_MAX = 1024
"""AWS sends the first KB of an error's message."""
RAN, THROTTLED = "200", "429"
"""The status with which Lambda answered the last attempt."""
RATE_EXCEEDED = "Rate Exceeded."
"""The message of Lambda's TooManyRequestsException."""
NOT_SENDABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no message may contain. [SQS API: SendMessage]"""

type Attributes = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class DeadLetter:
    """A message for a dead-letter queue or topic: its text and its attributes."""

    text: str
    attributes: Attributes


def dead_letter(request_id: str, event: str, answer: bytes | None) -> DeadLetter:
    """The message for a discarded event, as text in JSON.

    `answer` is the error's payload of the last attempt; None if that was throttled. An error
    without a message has no ErrorMessage, because no attribute may be empty. AWS documents neither
    this nor the values after throttling.
    """
    status = THROTTLED if answer is None else RAN
    message = RATE_EXCEEDED if answer is None else _message(answer)
    attributes = {"RequestID": ("String", request_id), "ErrorCode": ("Number", status)}
    if sendable := _first_bytes(NOT_SENDABLE.sub("", message)):
        attributes["ErrorMessage"] = ("String", sendable)
    return DeadLetter(
        event,
        {
            name: {"DataType": kind, "StringValue": value}
            for name, (kind, value) in attributes.items()
        },
    )


def record_without_response(
    request_id: str, function: str, condition: str, attempts: int, event: object, now: datetime
) -> dict[str, object]:
    """The record for a failure destination if the last attempt was throttled.

    `function` is the ARN with its version, `attempts` how often the function ran with the event.
    """
    return {
        "version": "1.0",
        "timestamp": now.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": function,
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": event,
    }


def _message(answer: bytes) -> str:
    """The error's message; the whole payload if a custom runtime reported it in another form."""
    try:
        found = json.loads(answer)
    except ValueError:
        return answer.decode(errors="replace")
    if isinstance(found, dict) and isinstance(found.get("errorMessage"), str):
        return str(found["errorMessage"])
    return json.dumps(found)


def _first_bytes(text: str) -> str:
    return text.encode()[:ERROR_BYTES_MAX].decode(errors="ignore")
