"""`notebook`, as a user types it: a page without a browser, or JupyterLab on a copy."""

import asyncio
import json
import sys
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.shell import SECONDS_MAX, Shell
from tests.terminal import terminal
from tests.waiting import wait_until_true
from wavetank.core.errors import ExitCode
from wavetank.reporting.analysis.jupyter import REQUIREMENTS
from wavetank.reporting.analysis.notebook import _Client

HANG = """
import pathlib, threading
def hang(info):
    pathlib.Path({file!r}).touch()
    threading.Event().wait()
get_ipython().events.register("pre_run_cell", hang)
"""
"""Of IPython's startup: the first cell never ends, so that Ctrl-C comes in time on any machine."""
RECORD = '{"ticker":"Index_1","timestamp":"2026-11-23T12:00:00Z","price":100.5}\n'


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    """A folder with one object."""
    folder = tmp_path / "objects"
    folder.mkdir()
    (folder / "object").write_text(RECORD)
    return folder


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """Where JupyterLab is installed already, and is a program that says what it was asked."""
    state = tmp_path / "state"
    lab = state / "notebooks" / "jupyterlab"
    python = lab / "environment" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$JUPYTER_PATH"\nprintf "%s\\n" "$@"\n')
    python.chmod(0o755)
    made_from = f"{REQUIREMENTS.read_text()}\n{sys.base_prefix} {sys.version}\n"
    (lab / "made-from").write_text(made_from)
    return Shell(state)


def test_a_copy_is_opened_on_this_machine_alone(shell: Shell, objects: Path) -> None:
    """It reads the source, its kernel is the project's Python, and Jupyter asks for its token."""
    done = shell.run("notebook", "02", "--source", str(objects))
    assert done.code == 0, done.err
    path, *arguments = done.out.splitlines()
    assert "--ServerApp.ip=127.0.0.1" in arguments
    assert not any("token" in argument.lower() for argument in arguments)
    copy = Path(arguments[-1])
    cells = nbformat.read(copy, 4).cells
    assert f"SOURCE = {str(objects)!r}" in [cell.source for cell in cells]
    kernel = json.loads((Path(path) / "kernels" / "python3" / "kernel.json").read_text())
    assert kernel["argv"][0] == sys.executable


def test_an_existing_copy_is_kept_unless_a_fresh_one_is_requested(
    shell: Shell, objects: Path
) -> None:
    """What the user has changed is theirs."""
    options = ("notebook", "02", "--source", str(objects))
    copy = Path(shell.run(*options).out.splitlines()[-1])
    fresh = copy.read_text()
    copy.write_text(fresh.replace("The price walk", "Mine"))
    assert "opening your existing copy" in shell.run(*options).out
    assert "Mine" in copy.read_text()
    shell.run(*options, "--fresh")
    assert copy.read_text() == fresh


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nine",), "expected a notebook: 01_what_arrived"),
        (("01",), "make one with: ./wavetank run broken-deployment"),
        (("01", "--source", "nowhere"), "expected a source: latest, run:NAME"),
        (("01", "--source", "run:nothing"), "expected the folder of a run"),
        (("--execute", "x.html"), "give one, such as 01"),
        (("01", "--source", ".", "--execute", "x.pdf"), "expected a file to write: .html"),
    ],
)
def test_a_notebook_that_cannot_be_opened_is_reported_with_advice(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    """In a line, and with the exit code of wrong usage."""
    done = shell.run("notebook", *arguments)
    assert (done.code, said in done.err) == (2, True), done.err


def test_ctrl_c_ends_an_execution_without_a_word_of_its_machinery(
    tmp_path: Path, objects: Path
) -> None:
    """Nothing is written, no traceback is shown, and the code is that of Ctrl-C."""
    page, reached = tmp_path / "page.html", tmp_path / "reached"
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "hang.py").write_text(HANG.format(file=str(reached)))
    shell = Shell(tmp_path / "state", {"IPYTHONDIR": str(tmp_path / "ipython")})
    options = ("notebook", "01", "--source", str(objects), "--execute", str(page))
    with terminal(shell.command(*options)) as window:
        window.wait_for("executing 01_what_arrived")
        wait_until_true(reached.exists, "the first cell to begin", SECONDS_MAX)
        window.press_ctrl_c()
        window.process.wait(60)
    assert window.process.returncode == ExitCode.INTERRUPTED
    assert "Traceback" not in window.text()
    assert "Error" not in window.text()
    assert not page.exists()


class _Pause:
    """Awaited, it lets another task go on."""

    def __await__(self) -> Generator[None]:
        yield


class _Manager:
    """Of a kernel that takes a while to end."""

    def __init__(self) -> None:
        self.cleaned = 0

    async def is_alive(self) -> bool:
        await _Pause()
        return False

    async def cleanup_resources(self) -> None:
        await _Pause()
        self.cleaned += 1


class _Channels:
    def stop_channels(self) -> None:
        """At once."""


def test_an_interrupted_cleanup_is_continued() -> None:
    """Ctrl-C breaks into it, and the exit of the process asks for it again: there is one."""

    async def end(client: Any) -> None:
        await asyncio.gather(client._async_cleanup_kernel(), client._async_cleanup_kernel())  # noqa: SLF001 - as nbclient does

    manager: Any = _Manager()
    client: Any = _Client(nbformat.v4.new_notebook(), km=manager)
    client.kc = _Channels()
    with ThreadPoolExecutor() as apart:  # in this thread Playwright may have a loop
        apart.submit(asyncio.run, end(client)).result()
    assert manager.cleaned == 1
