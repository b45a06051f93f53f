"""Attempts, read from lines that Lambda logs."""

import json

from tests.pipeline import NOON
from wavetank.clock import rfc3339
from wavetank.history import AttemptEnded, Outcome
from wavetank.live.attempts import read_attempts


def _report(request: str, status: str, **more: str) -> str:
    record = {"requestId": request, "status": status, "metrics": {"durationMs": 1.5}, **more}
    return json.dumps({"time": rfc3339(NOON), "type": "platform.report", "record": record})


def _raised(request: str) -> str:
    error = {"errorType": "KeyError", "errorMessage": "'x'", "requestId": request}
    return json.dumps({"level": "ERROR", **error})


def _ended(request: str, number: int, outcome: Outcome, *error: str) -> AttemptEnded:
    return AttemptEnded(NOON, request, "streaming", number, outcome, *error)


def test_attempts_are_counted_by_request_and_told_with_their_error() -> None:
    """What the handler raised is of the report that follows; what it printed is nobody's."""
    lines = [
        json.dumps({"type": "platform.start", "record": {"requestId": "a"}}),
        "printed { by the handler",
        '["printed", "too"]',
        _raised("a"),
        _report("a", "error"),
        _report("b", "success"),
        _report("a", "success"),
    ]
    assert list(read_attempts("streaming", lines)) == [
        _ended("a", 1, Outcome.ERROR, "KeyError", "'x'"),
        _ended("b", 1, Outcome.SUCCESS),
        _ended("a", 2, Outcome.SUCCESS),
    ]


def test_what_the_platform_ended_goes_by_the_platforms_name() -> None:
    """A time-out and a crash are no errors of the handler's."""
    lines = [
        _report("a", "timeout", errorType="Sandbox.Timedout"),
        _report("b", "error", errorType="Runtime.ExitError"),
    ]
    assert list(read_attempts("streaming", lines)) == [
        _ended("a", 1, Outcome.TIMEOUT, "Sandbox.Timedout"),
        _ended("b", 1, Outcome.CRASH, "Runtime.ExitError"),
    ]


def test_an_error_of_the_import_is_of_the_invocation_that_met_it() -> None:
    """It is logged before there is a request."""
    lines = [_raised(""), _report("a", "error"), _report("b", "error")]
    assert list(read_attempts("streaming", lines)) == [
        _ended("a", 1, Outcome.ERROR, "KeyError", "'x'"),
        _ended("b", 1, Outcome.ERROR),
    ]
