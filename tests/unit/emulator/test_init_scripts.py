"""A failing init script ends the start, and its cause is one line."""

from collections.abc import Callable
from pathlib import Path

import pytest
from localstack.runtime import hooks
from localstack.runtime.init import InitScriptManager, Stage, State
from localstack.runtime.runtime import LocalstackRuntime

from wavetank.emulator import init_scripts
from wavetank.emulator.init_scripts import announce_ready, run_until_failure

SECOND = "ready.d/20-second.sh"


@pytest.fixture
def manager(tmp_path: Path) -> InitScriptManager:
    """Of a folder with three scripts that leave a file each; tests replace the second."""
    for name in ("start.d", "ready.d"):
        (tmp_path / name).mkdir()
    for name in ("ready.d/10-first.sh", SECOND, "ready.d/30-third.sh"):
        _script(tmp_path / name, f"#!/bin/sh\ntouch {tmp_path}/{Path(name).stem}\n")
    return InitScriptManager(str(tmp_path))


def _script(path: Path, text: str) -> None:
    path.write_bytes(text.encode())
    path.chmod(0o700)


def _states(manager: InitScriptManager) -> list[State]:
    return [script.state for script in run_until_failure(manager, Stage.READY)]


def test_scripts_that_succeed_all_run(manager: InitScriptManager, tmp_path: Path) -> None:
    """In the order of their names, and once."""
    assert _states(manager) == [State.SUCCESSFUL] * 3
    assert (tmp_path / "30-third").exists()
    (tmp_path / "30-third").unlink()
    assert _states(manager) == [State.SUCCESSFUL] * 3
    assert not (tmp_path / "30-third").exists()


FAILURES: dict[str, tuple[str, str]] = {
    "exit": ("#!/bin/sh\nexit 3\n", "exit code 3; the lines above have its reason"),
    "interpreter": ("#!/bin/sh\r\ntrue\r\n", "Windows line ends (CRLF) do that too"),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_nothing_runs_after_a_script_that_fails(
    manager: InitScriptManager, tmp_path: Path, capfd: pytest.CaptureFixture[str], failure: str
) -> None:
    """The line has the script's name as in the project, and why it failed."""
    text, cause = FAILURES[failure]
    _script(tmp_path / SECOND, text)
    assert _states(manager) == [State.SUCCESSFUL, State.ERROR, State.UNKNOWN]
    assert not (tmp_path / "30-third").exists()
    assert manager.stage_completed[Stage.READY]
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("wavetank: init script ready.d/20-second.sh failed: ")
    assert line.endswith(cause)


def test_a_script_that_cannot_be_executed_says_what_to_do(
    manager: InitScriptManager, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """As after a copy that lost the file's mode."""
    (tmp_path / SECOND).chmod(0o600)
    assert _states(manager)[1:] == [State.ERROR, State.UNKNOWN]
    assert "failed: it is not executable; chmod +x it\n" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("statement", "cause"),
    [
        ('raise ValueError("two\\nlines")', "ValueError: two lines"),
        ("import sys; sys.exit(2)", "SystemExit: 2"),
    ],
)
def test_a_failing_start_script_in_python_leaves_ready_d_out(
    manager: InitScriptManager,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    statement: str,
    cause: str,
) -> None:
    """It runs in LocalStack's own process; its error does not end that, and is one line."""
    (tmp_path / "start.d" / "10-choose.py").write_text(statement)
    run_until_failure(manager, Stage.START)
    assert _states(manager) == [State.UNKNOWN] * 3
    line = f"wavetank: init script start.d/10-choose.py failed: {cause}\n"
    assert capfd.readouterr().err == line


class _Ready:
    """As much of the event of LocalStack's runtime as is used."""

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        self.is_set = True


class _Runtime:
    def __init__(self) -> None:
        self.ready = _Ready()


@pytest.fixture
def announced(
    manager: InitScriptManager, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[[], str]:
    """What is printed at the end of the start, whose hook runs the scripts."""

    def announce() -> str:
        runtime = _Runtime()
        monkeypatch.setattr(init_scripts, "init_script_manager", lambda: manager)
        monkeypatch.setattr(
            hooks.on_runtime_ready, "run", lambda: run_until_failure(manager, Stage.READY)
        )
        announce_ready(runtime)  # type: ignore[arg-type]  # as much of it as is used
        assert runtime.ready.is_set
        printed = capfd.readouterr()
        return printed.err + printed.out

    return announce


def test_the_last_line_of_a_start_names_the_pages(announced: Callable[[], str]) -> None:
    """After the line that programs wait for."""
    ready, pages = announced().splitlines()
    assert ready == "Ready."
    assert pages.startswith("pages: http://")
    assert pages.endswith("/_wavetank/")


def test_a_start_that_failed_does_not_end_in_ready(
    announced: Callable[[], str], tmp_path: Path
) -> None:
    """Its last line names the script."""
    _script(tmp_path / SECOND, "#!/bin/sh\nexit 3\n")
    lines = announced().splitlines()
    assert "Ready." not in lines
    assert lines[-1] == (
        "wavetank: not ready, because ready.d/20-second.sh failed; fix it and start again"
    )


def test_the_patched_runtime_is_localstacks() -> None:
    """The replaced method is the one that prints `Ready.`."""
    assert "READY_MARKER_OUTPUT" in LocalstackRuntime._on_ready.__code__.co_names  # noqa: SLF001 - its code is compared
