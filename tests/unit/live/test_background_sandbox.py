"""How `up --detach` ends if its process does."""

import json
from pathlib import Path

import pytest

from wavetank.cli.main import _report
from wavetank.core.errors import ExitCode, InfrastructureError, UsageError, WavetankError
from wavetank.live.background_sandbox import ending

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


@pytest.mark.parametrize("events", ["", f"{BEGUN}\n"])
def test_the_log_is_named_if_it_has_none(tmp_path: Path, events: str) -> None:
    """The process was killed."""
    (tmp_path / "up.jsonl").write_text(events)
    error = ending(tmp_path / "up.jsonl", tmp_path / "up.log")
    assert error.exit_code is ExitCode.INFRASTRUCTURE
    assert str(error).endswith(f"without an error; see {tmp_path / 'up.log'}")
