"""Ctrl-C while `up` starts a sandbox, in the terminal and in the background."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wavetank.cli import sandbox
from wavetank.cli.main import app
from wavetank.core.errors import ExitCode


def _interrupted() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def _session(*_: object, **__: object) -> Iterator[None]:
    _interrupted()
    yield


@pytest.mark.parametrize("detach", [[], ["--detach"]])
def test_it_is_announced_and_no_success(
    detach: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopping what has begun takes seconds; the exit code is the shell's for Ctrl-C."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    monkeypatch.setattr(sandbox, "open_session", _session)
    monkeypatch.setattr(sandbox, "start_in_background", lambda *_: _interrupted())
    done = CliRunner().invoke(app, ["up", *detach])
    assert done.exit_code == ExitCode.INTERRUPTED
    assert done.output.splitlines()[-2:] == [sandbox.INTERRUPTED, "stopped"]
