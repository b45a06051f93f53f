"""A sandbox that a process in the background owns: `up --detach`."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from wavetank.core.clock import WallClock
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError
from wavetank.core.private_files import private_file
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import SandboxRecord

READY_SECONDS_MAX = 180.0
POLL_SECONDS = 0.1
PREFIX = "wavetank: "
"""What an error of a command begins with."""


def start_in_background(folder: SandboxFolder, arguments: Sequence[str]) -> SandboxRecord:
    """Runs `wavetank` with the arguments in the background, until its sandbox is ready.

    Raises:
        UsageError: a sandbox runs already.
        WavetankError: its folder cannot be written to, or the process ended early; with its error.
    """
    folder.require_free()
    folder.make()
    log_file = folder.path / "up.log"
    private_file(log_file)
    with log_file.open("wb") as log:
        owner = subprocess.Popen(
            [sys.executable, "-m", "wavetank", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C in this terminal must not reach the sandbox
        )
    clock = WallClock()
    deadline = clock.monotonic() + READY_SECONDS_MAX
    while (record := folder.running()) is None or record.owner != owner.pid:
        if owner.poll() is not None or clock.monotonic() > deadline:
            owner.kill()
            raise ending(owner.wait(), log_file)
        clock.sleep(POLL_SECONDS)
    return record


def ending(code: int, log_file: Path) -> WavetankError:
    """The error of the process that has ended: its own if it printed one, of the same kind."""
    lines = log_file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    kind = UsageError if code == ExitCode.USAGE else InfrastructureError
    own = [line.removeprefix(PREFIX) for line in lines if line.startswith(PREFIX)]
    sentence, separator, action = own[-1].rpartition("; ") if own else ("", "", "")
    expected, found = "a sandbox in the background", " ".join(lines[-1:]) or "none"
    if separator:
        return kind(expected, found, action, sentence=sentence)
    return kind(expected, found, f"see {log_file}")
