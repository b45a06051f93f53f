"""A sandbox that a process in the background owns: `up --detach`."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError
from wavetank.core.private_files import private_file
from wavetank.engines.embedded import STOP_SECONDS_MAX, SandboxFolder
from wavetank.engines.sandbox_record import SandboxRecord

READY_SECONDS_MAX = 180.0
POLL_SECONDS = 0.1
JSON_OPTION = "--json"


def start_in_background(folder: SandboxFolder, arguments: Sequence[str]) -> SandboxRecord:
    """Runs `wavetank` with the arguments in the background, until its sandbox is ready.

    Its events, of which an error is one, go to `up.jsonl` in the folder, its messages to `up.log`.

    Raises:
        UsageError: a sandbox runs already.
        WavetankError: its folder cannot be written to, or the process ended early; with its error.
    """
    folder.require_free()
    folder.make()
    log_file, events = folder.path / "up.log", folder.path / "up.jsonl"
    private_file(log_file)
    private_file(events)
    options = [argument for argument in arguments if argument != JSON_OPTION]
    with log_file.open("wb") as log, events.open("wb") as output:
        owner = subprocess.Popen(
            [sys.executable, "-m", "wavetank", *options, JSON_OPTION],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=log,
            start_new_session=True,  # Ctrl-C in this terminal must not reach the sandbox
        )
    try:
        return _ready(folder, owner, events, log_file)
    except BaseException:
        _stop(owner)
        raise


def _stop(owner: subprocess.Popen[bytes]) -> None:
    owner.terminate()  # it stops what it has started
    try:
        owner.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        owner.kill()  # LocalStack's supervisor sees that and ends it
        owner.wait()


def _ready(
    folder: SandboxFolder, owner: subprocess.Popen[bytes], events: Path, log_file: Path
) -> SandboxRecord:
    """The record of the sandbox once it is ready."""
    clock = WallClock()
    deadline = clock.monotonic() + READY_SECONDS_MAX
    while (record := folder.running()) is None or record.owner != owner.pid:
        if owner.poll() is not None:
            raise ending(events, log_file)
        if clock.monotonic() > deadline:
            raise InfrastructureError(
                f"a sandbox in the background within {READY_SECONDS_MAX:.0f} s",
                "none",
                f"see {log_file}",
            )
        clock.sleep(POLL_SECONDS)
    return record


def ending(events: Path, log_file: Path) -> WavetankError:
    """The error of the process that has ended: its own, or that it left none."""
    last = _last_event(events)
    if last.get("event") != "error":
        expected, found = "a sandbox in the background", "its process has ended without an error"
        return InfrastructureError(expected, found, f"see {log_file}")
    kind = UsageError if last["exit_code"] == ExitCode.USAGE else InfrastructureError
    error = kind(last["expected"], last["found"], last["action"])
    error.args = (last["message"],)
    return error


def _last_event(events: Path) -> Mapping[str, Any]:
    """The last event; empty if its line was not written to the end, or is no event."""
    lines = events.read_text(encoding="utf-8", errors="replace").splitlines()
    try:
        last = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return last if isinstance(last, dict) else {}
