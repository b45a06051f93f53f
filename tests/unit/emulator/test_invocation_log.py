"""The log of an invocation, in both of AWS's formats, and bounded."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from wavetank.emulator.lambda_.invocation_log import InvocationOutput, ReportLine, as_json, as_text
from wavetank.emulator.lambda_.outcome import responded, timed_out

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, UTC)
REPORT = ReportLine(
    request_id="r-1",
    version="$LATEST",
    duration_ms=12.344,
    init_ms=None,
    memory_mb=128,
    memory_used_mb=45,
    outcome=responded(b"{}"),
)


def _output(*chunks: bytes, limit_bytes: int = 1000) -> InvocationOutput:
    output = InvocationOutput(limit_bytes)
    for chunk in chunks:
        output.add(chunk)
    return output


def test_text_has_start_end_and_report_around_what_was_printed() -> None:
    """Tools that read AWS's logs find the lines they know, tab-separated."""
    assert as_text(REPORT, _output(b"one\ntw", b"o\n\n")).splitlines() == [
        "START RequestId: r-1 Version: $LATEST",
        "one",
        "two",
        "END RequestId: r-1",
        (
            "REPORT RequestId: r-1\tDuration: 12.34 ms\tBilled Duration: 13 ms\t"
            "Memory Size: 128 MB\tMax Memory Used: 45 MB\t"
        ),
    ]


def test_a_cold_start_shows_and_is_billed() -> None:
    """The init phase has its own figure, and since August 2025 a price."""
    report = as_text(replace(REPORT, init_ms=100.0), _output())
    assert "Init Duration: 100.00 ms" in report
    assert "Billed Duration: 113 ms" in report


def test_a_timeout_shows_in_the_log() -> None:
    """The line that everybody searches for stands there, and the report has the status."""
    text = as_text(replace(REPORT, outcome=timed_out("r-1", 3)), _output(b"working\n"))
    assert "r-1 Task timed out after 3.00 seconds" in text
    assert "Status: timeout\tError Type: Sandbox.Timedout" in text


def test_json_has_platform_events_of_the_telemetry_schema() -> None:
    """With LogFormat JSON the platform's lines are objects with time, type and record."""
    lines = as_json(replace(REPORT, init_ms=100.0), _output(b'{"message":"x"}\n'), NOW).splitlines()
    start, message, report = (json.loads(line) for line in lines)
    assert start == {
        "time": "2026-11-23T12:00:00.123Z",
        "type": "platform.start",
        "record": {"requestId": "r-1", "version": "$LATEST"},
    }
    assert message == {"message": "x"}
    assert report["record"]["status"] == "success"
    assert report["record"]["metrics"] == {
        "durationMs": 12.344,
        "billedDurationMs": 113,
        "memorySizeMB": 128,
        "maxMemoryUsedMB": 45,
        "initDurationMs": 100.0,
    }


@pytest.mark.parametrize("chunk_bytes", [1, 7, 100, 5000])
def test_a_flood_is_kept_at_both_ends_and_the_loss_is_said(chunk_bytes: int) -> None:
    """However it is cut, the first and the last lines survive, and memory stays bounded."""
    flood = b"".join(b"line %06d\n" % number for number in range(1000))
    chunks = [flood[at : at + chunk_bytes] for at in range(0, len(flood), chunk_bytes)]
    lines = _output(*chunks, limit_bytes=240).lines()
    assert lines[0] == "line 000000"
    assert lines[-1] == "line 000999"
    assert f"[wavetank: {len(flood) - 240} bytes of output omitted here]" in lines
    assert sum(map(len, lines)) < 400


def test_bytes_that_are_no_text_do_not_break_the_log() -> None:
    """A handler may print anything."""
    assert _output(b"\xff\xfe ok\n").lines() == ["\ufffd\ufffd ok"]
