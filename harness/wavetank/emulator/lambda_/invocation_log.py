"""The log of one invocation, with the lines that the Lambda platform adds.

Two formats, chosen by the function's LoggingConfig. Text: `START RequestId: ...`, `END ...`,
`REPORT ...`. JSON: one object per line with `type` `platform.start` and `platform.report`. The
handler's output is between them, unchanged.
[AWS Lambda developer guide, monitoring-cloudwatchlogs-logformat, telemetry-schema-reference]
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

from wavetank.emulator.lambda_.outcome import InvocationOutcome

OUTPUT_BYTES_MAX = 128 * 1024
"""The maximum output of one invocation: LocalStack holds each line as an event in memory."""
NO_FOLDERS: Mapping[str, str] = MappingProxyType({})


def with_folders_of_aws(text: str, folders: Mapping[str, str]) -> str:
    """The text with each of the folders replaced by its path on AWS, in their order."""
    for folder, path in folders.items():
        text = text.replace(folder, path)
    return text


class InvocationOutput:
    """The output of an invocation: its first and its last part; the middle is only counted.

    `folders` are replaced in it, each by its path on AWS.
    """

    def __init__(
        self, limit_bytes: int = OUTPUT_BYTES_MAX, folders: Mapping[str, str] = NO_FOLDERS
    ) -> None:
        self._folders = folders
        self._half = limit_bytes // 2
        self._head = bytearray()
        self._tail = bytearray()
        self._dropped_bytes = 0

    def add(self, chunk: bytes) -> None:
        """Append; memory stays limited however much is printed."""
        room = self._half - len(self._head)
        self._head += chunk[:room]
        self._tail += chunk[room:] if room < len(chunk) else b""
        excess = len(self._tail) - self._half
        if excess > 0:
            self._dropped_bytes += excess
            del self._tail[:excess]

    def lines(self) -> list[str]:
        """The lines without their ends; a carriage return is kept, as on AWS."""
        if self._dropped_bytes:
            notice = f"\n[wavetank: {self._dropped_bytes} bytes of output omitted here]\n".encode()
            whole = bytes(self._head) + notice + bytes(self._tail)
        else:
            whole = bytes(self._head + self._tail)
        text = with_folders_of_aws(whole.decode("utf-8", errors="replace"), self._folders)
        return [line for line in text.split("\n") if line]


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """The figures of Lambda's REPORT line; `init_ms` is None for a warm start."""

    request_id: str
    version: str
    duration_ms: float
    init_ms: float | None
    memory_mb: int
    memory_used_mb: int
    outcome: InvocationOutcome

    @property
    def billed_ms(self) -> int:
        """The billed duration: since 2025-08-01 including the init phase, rounded up."""
        return math.ceil(self.duration_ms + (self.init_ms or 0.0))


def as_text(report: ReportLine, output: InvocationOutput) -> str:
    """The invocation's log in the text format."""
    request = f"RequestId: {report.request_id}"
    figures = [
        f"REPORT {request}",
        f"Duration: {report.duration_ms:.2f} ms",
        f"Billed Duration: {report.billed_ms} ms",
        f"Memory Size: {report.memory_mb} MB",
        f"Max Memory Used: {report.memory_used_mb} MB",
    ]
    if report.init_ms is not None:
        figures.append(f"Init Duration: {report.init_ms:.2f} ms")
    if report.outcome.error_type:
        figures.append(f"Status: {report.outcome.status}")
        figures.append(f"Error Type: {report.outcome.error_type}")
    return _joined(
        f"START {request} Version: {report.version}",
        *output.lines(),
        *_platform_line(report.outcome),
        f"END {request}",
        "\t".join(figures) + "\t",
    )


def as_json(report: ReportLine, output: InvocationOutput, now: datetime) -> str:
    """The invocation's log in the JSON format; `now` is the timestamp of the platform's lines."""
    metrics: dict[str, float] = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": report.billed_ms,
        "memorySizeMB": report.memory_mb,
        "maxMemoryUsedMB": report.memory_used_mb,
    }
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    record: dict[str, object] = {
        "requestId": report.request_id,
        "metrics": metrics,
        "status": report.outcome.status,
    }
    if report.outcome.error_type:
        record["errorType"] = report.outcome.error_type
    start: dict[str, object] = {"requestId": report.request_id, "version": report.version}
    return _joined(
        _event("platform.start", start, now),
        *output.lines(),
        *_platform_line(report.outcome),
        _event("platform.report", record, now),
    )


def _platform_line(outcome: InvocationOutcome) -> list[str]:
    return outcome.log_line.splitlines() if outcome.log_line else []


def _event(kind: str, record: dict[str, object], now: datetime) -> str:
    time = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return json.dumps({"time": time, "type": kind, "record": record}, separators=(",", ":"))


def _joined(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
