"""Attempts of a function, read from its log in the JSON format that the templates set.

[AWS Lambda developer guide, telemetry-schema-reference]
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from wavetank.aws.clients import AwsClients
from wavetank.history import AttemptBegan, AttemptEnded, Outcome, Trigger

REPORT = "platform.report"
NO_REQUEST = ""
"""The request id of an error that was raised by the import of the function's module."""
LAG = timedelta(minutes=1)
"""How far the clock of a log may differ from the reader's."""

type Attempt = tuple[AttemptBegan, AttemptEnded]


def lines_of_log(aws: AwsClients, function: str, since: datetime) -> Iterator[str]:
    """The lines of the function's log from about `since` on, in its order."""
    begin = int((since - LAG).timestamp() * 1000)
    pages = aws.logs.get_paginator("filter_log_events").paginate(
        logGroupName=f"/aws/lambda/{function}", startTime=begin
    )
    return (event["message"] for page in pages for event in page["events"])


def attempts_in_log(
    aws: AwsClients, function: str, since: datetime, trigger: Trigger = Trigger.MANUAL
) -> list[Attempt]:
    """The attempts that have ended, in the order of the log."""
    return list(read_attempts(function, lines_of_log(aws, function, since), trigger))


def read_attempts(
    function: str, lines: Iterable[str], trigger: Trigger = Trigger.MANUAL
) -> Iterator[Attempt]:
    """The attempts in these lines of the log; the handler's own output is ignored.

    The log does not show what requested them: `trigger` does.
    """
    counts = Counter[str]()
    raised: dict[str, Mapping[str, Any]] = {}
    for content in map(content_of, lines):
        if content.get("type") == REPORT:
            request = content["record"]["requestId"]
            counts[request] += 1
            error = raised.pop(request, None) or raised.pop(NO_REQUEST, {})
            ended = _ended(function, content, counts[request], error)
            yield _began(ended, content["record"].get("metrics", {}), trigger), ended
        elif "errorType" in content and "requestId" in content:
            raised[content["requestId"]] = content


def content_of(line: str) -> Mapping[str, Any]:
    """The line's JSON object; empty if it is other text."""
    try:
        content = json.loads(line)
    except (RecursionError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _began(ended: AttemptEnded, metrics: Mapping[str, Any], trigger: Trigger) -> AttemptBegan:
    """A cold start comes before the handler's own duration."""
    cold = "initDurationMs" in metrics
    took = metrics.get("durationMs", 0) + metrics.get("initDurationMs", 0)
    at = ended.at - timedelta(milliseconds=took)
    return AttemptBegan(at, ended.request, ended.function, ended.attempt, cold, trigger)


def _ended(
    function: str, report: Mapping[str, Any], number: int, raised: Mapping[str, Any]
) -> AttemptEnded:
    """The report names the platform's errors; the runtime has logged the handler's before it."""
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
