"""Attempts, as a function's log has them in the JSON format, which is that of our templates.

[AWS Lambda developer guide, telemetry-schema-reference]
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from wavetank.clients import AwsClients
from wavetank.history import AttemptEnded, Outcome

REPORT = "platform.report"
NO_REQUEST = ""
"""Whose an error is where the function's module could not even be imported."""


def attempts_in_log(aws: AwsClients, function: str) -> list[AttemptEnded]:
    """Those that have ended, in the order of the log."""
    group = f"/aws/lambda/{function}"
    pages = aws.logs.get_paginator("filter_log_events").paginate(logGroupName=group)
    return list(read_attempts(function, (e["message"] for page in pages for e in page["events"])))


def read_attempts(function: str, lines: Iterable[str]) -> Iterator[AttemptEnded]:
    """The attempts that these lines of its log tell of; what the handler printed is passed over."""
    counts = Counter[str]()
    raised: dict[str, Mapping[str, Any]] = {}
    for content in map(_content, lines):
        if content.get("type") == REPORT:
            request = content["record"]["requestId"]
            counts[request] += 1
            told = raised.pop(request, None) or raised.pop(NO_REQUEST, {})
            yield _ended(function, content, counts[request], told)
        elif "errorType" in content and "requestId" in content:
            raised[content["requestId"]] = content


def _ended(
    function: str, report: Mapping[str, Any], number: int, raised: Mapping[str, Any]
) -> AttemptEnded:
    """The platform names its own errors; those of the handler, the runtime has logged before."""
    record = report["record"]
    by_platform = record.get("errorType", "")
    return AttemptEnded(
        at=datetime.fromisoformat(report["time"]).astimezone(UTC),
        request=record["requestId"],
        function=function,
        attempt=number,
        outcome=_outcome(record["status"], by_platform),
        error_type=by_platform or raised.get("errorType", ""),
        message=raised.get("errorMessage", ""),
    )


def _outcome(status: str, by_platform: str) -> Outcome:
    if status in {Outcome.SUCCESS, Outcome.TIMEOUT}:
        return Outcome(status)
    return Outcome.CRASH if by_platform else Outcome.ERROR


def _content(line: str) -> Mapping[str, Any]:
    """The line's object; empty where it is another text."""
    try:
        content = json.loads(line)
    except (RecursionError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}
