"""Attempts are read from lines that Lambda logs."""

import json
from datetime import timedelta

import pytest

from tests.pipeline import NOON
from wavetank.core.clock import rfc3339
from wavetank.history import AttemptBegan, AttemptEnded, Outcome, Trigger
from wavetank.inspection.attempt_log import read_attempts


def _report(request: str, status: str, **more: str) -> str:
    record = {"requestId": request, "status": status, "metrics": {"durationMs": 1.5}, **more}
    return json.dumps({"time": rfc3339(NOON), "type": "platform.report", "record": record})


def _raised(request: str) -> str:
    error = {"errorType": "KeyError", "errorMessage": "'x'", "requestId": request}
    return json.dumps({"level": "ERROR", **error})


def _ended(request: str, number: int, outcome: Outcome, *error: str) -> AttemptEnded:
    return AttemptEnded(NOON, request, "streaming", number, outcome, *error)


def _read(lines: list[str]) -> list[AttemptEnded]:
    return [ended for _, ended in read_attempts("streaming", lines)]


def test_attempts_are_counted_by_request_and_have_their_error() -> None:
    """The handler's error belongs to the report that follows; its output is ignored."""
    lines = [
        json.dumps({"type": "platform.start", "record": {"requestId": "a"}}),
        "printed { by the handler",
        '["printed", "too"]',
        _raised("a"),
        _report("a", "error"),
        _report("b", "success"),
        _report("a", "success"),
    ]
    assert _read(lines) == [
        _ended("a", 1, Outcome.ERROR, "KeyError", "'x'"),
        _ended("b", 1, Outcome.SUCCESS),
        _ended("a", 2, Outcome.SUCCESS),
    ]


def test_an_attempt_ended_by_the_platform_has_its_error_type() -> None:
    """A time-out and a crash are not errors of the handler."""
    lines = [
        _report("a", "timeout", errorType="Sandbox.Timedout"),
        _report("b", "error", errorType="Runtime.ExitError"),
    ]
    assert _read(lines) == [
        _ended("a", 1, Outcome.TIMEOUT, "Sandbox.Timedout"),
        _ended("b", 1, Outcome.CRASH, "Runtime.ExitError"),
    ]


def test_an_import_error_belongs_to_the_next_invocation() -> None:
    """It is logged before there is a request."""
    lines = [_raised(""), _report("a", "error"), _report("b", "error")]
    assert _read(lines) == [
        _ended("a", 1, Outcome.ERROR, "KeyError", "'x'"),
        _ended("b", 1, Outcome.ERROR),
    ]


@pytest.mark.parametrize("init_ms", [None, 400.5])
def test_an_attempt_began_its_duration_before_the_report(init_ms: float | None) -> None:
    """A cold start is part of it, and tells that it was cold."""
    metrics = {"durationMs": 1500.0} | ({} if init_ms is None else {"initDurationMs": init_ms})
    record = {"requestId": "a", "status": "success", "metrics": metrics}
    line = json.dumps({"time": rfc3339(NOON), "type": "platform.report", "record": record})
    ((began, _),) = read_attempts("notification", [line], Trigger.DESTINATION)
    at = NOON - timedelta(milliseconds=1500 + (init_ms or 0))
    assert began == AttemptBegan(
        at, "a", "notification", 1, init_ms is not None, Trigger.DESTINATION
    )
