"""Subject and text of the alert, from Lambda's failure record.

The record's shape depends on how the invocation failed: one that was never run has no response
parts, and one that crashed has no error type. So every part may be missing, and none is relied on.
[AWS Lambda developer guide, invocation-async-retain-records]

SNS limits: a subject of under 100 printable ASCII characters on one line, a message of at most
256 KiB. [Amazon SNS API reference, Publish]
"""

import json
import unicodedata
from collections.abc import Mapping

SUBJECT_CHARACTERS_MAX = 99
MESSAGE_BYTES_MAX = 256 * 1024
CUT_NOTICE = "\n[cut to the limit of a message]"
UNKNOWN = "not said"


def subject(full_name: str) -> str:
    """`Failure: <Full Name>, could not generate stream`, the name shortened where it must be."""
    ending = ", could not generate stream"
    name = _plain(full_name)[: SUBJECT_CHARACTERS_MAX - len("Failure: ") - len(ending)]
    return f"Failure: {name}{ending}"


def text(record: object) -> str:
    """What failed, when, how often it was tried and the error, then the raw record."""
    fields = {
        "Function": _at(record, "requestContext", "functionArn"),
        "Tick": _at(record, "requestPayload", "time"),
        "Given up at": _at(record, "timestamp"),
        "Reason": _at(record, "requestContext", "condition"),
        "Attempts": _at(record, "requestContext", "approximateInvokeCount"),
        "Error": _error(record),
        "Request": _at(record, "requestContext", "requestId"),
    }
    lines = [f"{name + ':':<13}{value}" for name, value in fields.items()]
    trace = _at(record, "responsePayload", "stackTrace", missing=[])
    if isinstance(trace, list) and trace:
        lines += ["", "Where it happened:", *(str(frame).rstrip() for frame in trace)]
    raw = json.dumps(record, indent=2, ensure_ascii=False, default=str)
    body = "The stream could not be generated.\n\n" + "\n".join(lines)
    return _cut(f"{body}\n\nThe record as Lambda sent it:\n{raw}\n", MESSAGE_BYTES_MAX)


def _error(record: object) -> str:
    kind = _at(record, "responsePayload", "errorType", missing="")
    message = _at(record, "responsePayload", "errorMessage", missing="")
    return ": ".join(str(part) for part in (kind, message) if part) or UNKNOWN


def _at(record: object, *path: str, missing: object = UNKNOWN) -> object:
    for key in path:
        if not isinstance(record, Mapping) or record.get(key) is None:
            return missing
        record = record[key]
    return record


def _plain(name: str) -> str:
    """The name in the characters that SNS takes in a subject: accents fall off, controls go."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join("".join(c if c.isprintable() else " " for c in folded).split()) or "unnamed"


def _cut(message: str, bytes_max: int) -> str:
    encoded = message.encode("utf-8", "replace")
    if len(encoded) <= bytes_max:
        return encoded.decode()
    room = bytes_max - len(CUT_NOTICE.encode())
    return encoded[:room].decode("utf-8", "ignore") + CUT_NOTICE
