"""The last attempts of functions, as the console shows them."""

import json
from datetime import UTC, datetime

import pytest

from wavetank.core.schedule import scheduled_event
from wavetank.emulator.lambda_.attempts import (
    ATTEMPTS_MAX,
    RECENT_MAX,
    AttemptRegister,
    scheduled_for,
)
from wavetank.emulator.lambda_.invocation_log import ReportLine
from wavetank.emulator.lambda_.outcome import InvocationOutcome, raised, responded, timed_out

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
RULE = "arn:aws:events:eu-west-1:000000000000:rule/rule"
EVENT = json.dumps(scheduled_event(RULE, NOON)).encode()


def _report(outcome: InvocationOutcome) -> ReportLine:
    return ReportLine(
        request_id="request",
        version="$LATEST",
        duration_ms=12.5,
        init_ms=None,
        memory_mb=128,
        memory_used_mb=40,
        outcome=outcome,
    )


def test_attempts_at_a_request_are_counted_and_the_newest_is_first() -> None:
    """With what the handler raised, or what the platform says of it."""
    attempts = AttemptRegister()
    error = b'{"errorType": "KeyError", "errorMessage": "price"}'
    for outcome in (raised(error), timed_out("request", 30), responded(b"{}")):
        attempts.note("f", "request", EVENT, _report(outcome), NOON)
    attempts.note("f", "another", b"{}", _report(responded(b"{}")), NOON)
    found = attempts.of("f")
    assert [attempt.number for attempt in found] == [1, 3, 2, 1]
    assert [attempt.status for attempt in found] == ["success", "success", "timeout", "error"]
    assert [attempt.error for attempt in found] == ["", "", "Sandbox.Timedout", "KeyError"]
    assert [attempt.tick for attempt in found] == [None, NOON, NOON, NOON]
    assert found[-1].message == "price"


def test_the_last_attempts_of_each_function_are_stored() -> None:
    """A sandbox that runs for weeks takes no more memory for it."""
    attempts = AttemptRegister()
    for number in range(ATTEMPTS_MAX + 1):
        attempts.note("f", str(number), b"", _report(responded(b"")), NOON)
    attempts.note("g", "request", b"", _report(responded(b"")), NOON)
    assert [len(attempts.of(name)) for name in "fgh"] == [ATTEMPTS_MAX, 1, 0]


def test_a_reader_gets_each_attempt_of_all_functions_once() -> None:
    """In the order in which they ended, from its cursor on; after a restart from the beginning."""
    attempts = AttemptRegister()
    attempts.note("f", "one", b"", _report(responded(b"")), NOON)
    first = attempts.since("")
    assert [attempt.request for attempt in first.attempts] == ["one"]
    assert attempts.since(first.next).attempts == ()
    for function, request in (("g", "two"), ("f", "three")):
        attempts.note(function, request, b"", _report(responded(b"")), NOON)
    second = attempts.since(first.next)
    assert [attempt.request for attempt in second.attempts] == ["two", "three"]
    assert attempts.since(second.next).attempts == ()
    restarted = AttemptRegister()
    restarted.note("f", "four", b"", _report(responded(b"")), NOON)
    assert [attempt.request for attempt in restarted.since(second.next).attempts] == ["four"]


def test_a_reader_that_was_away_gets_the_last_ones() -> None:
    """Their number is limited, also for a cursor that is far behind."""
    attempts = AttemptRegister()
    begin = attempts.since("").next
    for number in range(RECENT_MAX + 3):
        attempts.note("f", str(number), b"", _report(responded(b"")), NOON)
    found = attempts.since(begin).attempts
    assert [found[0].request, found[-1].request] == ["3", str(RECENT_MAX + 2)]


def test_what_runs_is_counted_while_it_runs() -> None:
    """However it ends."""
    attempts = AttemptRegister()

    def fail() -> None:
        with attempts.running("f"):
            assert attempts.running_now("f") == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert attempts.running_now("f") == 0


@pytest.mark.parametrize("payload", [b"", b"null", b"[]", b"{}", b'{"time": "noon"}', b"\xff"])
def test_what_is_no_scheduled_event_has_no_tick(payload: bytes) -> None:
    """Whichever client sent it."""
    assert scheduled_for(payload) is None


def test_a_scheduled_event_without_a_time_has_no_tick() -> None:
    """Nor has one whose time is none."""
    assert scheduled_for(b'{"detail-type": "Scheduled Event", "time": "noon"}') is None
