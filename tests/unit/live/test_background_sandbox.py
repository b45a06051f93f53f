"""How `up --detach` ends if its process does, or should."""

import json
from pathlib import Path

import psutil
import pytest

from tests.waiting import wait_until_true
from wavetank.cli.main import _report
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.live import background_sandbox
from wavetank.live.background_sandbox import ending, start_in_background

BEGUN = json.dumps({"event": "starting"})


@pytest.mark.parametrize(
    "error",
    [
        UsageError("a", "b", "do; c"),
        UsageError("a", "b", "c", problem="no d"),
        InfrastructureError("a", "b", "c", sentence="it failed; so did that", items=["x", "y"]),
    ],
)
def test_its_own_error_is_raised_again(
    error: WavetankError,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Its message, all parts and the exit code, as `up` in the foreground has printed them."""
    monkeypatch.setattr("sys.argv", ["wavetank", "up", "--json"])
    _report(error)
    printed = capfd.readouterr().out
    (tmp_path / "up.jsonl").write_text(f"{BEGUN}\n{printed}")
    found = ending(tmp_path / "up.jsonl", tmp_path / "up.log")
    assert (type(found), str(found)) == (type(error), str(error))
    assert (found.expected, found.found, found.action) == (
        error.expected,
        error.found,
        error.action,
    )


@pytest.mark.parametrize(
    "events",
    [b"", b"begun", b'begun{"event": "err', b"begun[1]", b"begun1", b'begun{"event": "\xff"}'],
)
def test_the_log_is_named_if_it_has_none(tmp_path: Path, events: bytes) -> None:
    """The process was killed, perhaps while it wrote, or something else wrote the last line."""
    (tmp_path / "up.jsonl").write_bytes(events.replace(b"begun", f"{BEGUN}\n".encode()))
    error = ending(tmp_path / "up.jsonl", tmp_path / "up.log")
    assert error.exit_code is ExitCode.INFRASTRUCTURE
    assert str(error).endswith(f"without an error; see {tmp_path / 'up.log'}")


class _InterruptedFolder(SandboxFolder):
    """Waiting for the sandbox is interrupted as soon as its process has written a line."""

    def running(self) -> SandboxRecord | None:
        wait_until_true((self.path / "up.jsonl").read_text, "the process to begin")
        raise KeyboardInterrupt


def test_a_process_that_does_not_stop_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It ignores SIGTERM; the command that started it ends all the same."""
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\ntrap '' TERM\necho $$\nexec sleep 600\n")
    program.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(program))
    monkeypatch.setattr(background_sandbox, "STOP_SECONDS_MAX", 0.1)
    folder = _InterruptedFolder(tmp_path / "state")
    with pytest.raises(KeyboardInterrupt):
        start_in_background(folder, ["up"])
    assert not psutil.pid_exists(int((folder.path / "up.jsonl").read_text()))
