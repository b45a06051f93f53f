"""The wheel, installed by plain pip into an empty environment, and used in an empty folder.

Everything is as a stranger has it: an empty home, no clone (the wheel is built of a copy that is
deleted), no uv, and of this environment neither its Python path nor its commands.
"""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shell import Finished
from tests.wheels import build_wheel
from wavetank.core.errors import ExitCode
from wavetank.core.installation import clone_folder
from wavetank.core.settings import read_settings
from wavetank.core.uv_program import find_uv

INSTALL_SECONDS_MAX = 1200
COMMAND_SECONDS_MAX = 600
PRIVATE = ("PYTHON", "UV_", "VIRTUAL_ENV", "WAVETANK_", "XDG_")
"""How the names begin of variables that a stranger does not have."""


def _environment(home: Path) -> dict[str, str]:
    """The host's variables, without this environment's."""
    host = {k: v for k, v in os.environ.items() if not k.startswith(PRIVATE)}  # noqa: TID251 - as a process inherits them
    return host | {"HOME": str(home), "PATH": os.defpath}


def _finish(command: list[str], folder: Path, home: Path, seconds_max: int) -> Finished:
    done = subprocess.run(
        command,
        cwd=folder,
        env=_environment(home),
        capture_output=True,
        text=True,
        timeout=seconds_max,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Stranger:
    """A user with an installed `wavetank`, in a folder of their own."""

    command: Path
    folder: Path
    home: Path

    def run(self, *arguments: str) -> Finished:
        """A command, to its end."""
        command = [str(self.command), *arguments]
        return _finish(command, self.folder, self.home, COMMAND_SECONDS_MAX)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's file."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def stranger(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Stranger:
    """Has installed the newest of everything, with what the notebooks need."""
    place = tmp_path_factory.mktemp("stranger")
    for name in ("folder", "home"):
        (place / name).mkdir()
    python = Path(sys.base_prefix, "bin", "python3.13")
    steps = (
        [str(python), "-m", "venv", str(place / "environment")],
        [str(place / "environment" / "bin" / "pip"), "install", f"{wheel}[notebooks]"],
    )
    for step in steps:
        done = _finish(step, place, place / "home", INSTALL_SECONDS_MAX)
        assert done.code == 0, done.err
    return Stranger(place / "environment" / "bin" / "wavetank", place / "folder", place / "home")


def test_the_demo_is_valid(stranger: Stranger) -> None:
    """The first command of the README, in an empty folder."""
    done = stranger.run("demo")
    assert done.code == ExitCode.VALID, done.err
    assert "12 valid" in done.out.splitlines()
    assert (stranger.folder / ".wavetank" / "runs").is_dir()


def test_a_campaign_has_the_digest_of_the_clone(stranger: Stranger) -> None:
    """The same bytes happen with the newest packages as with those of uv.lock, of this process."""
    asked = ("campaign", "--runs", "2", "--duration", "20m", "--seed", "3", "--json")
    done = stranger.run(*asked)
    own = Path(sys.executable).with_name("wavetank")
    other = _finish([str(own), *asked], stranger.home, stranger.home, COMMAND_SECONDS_MAX)
    assert done.code == other.code == ExitCode.VALID, done.err
    summaries = [shown.events("summary")[0] for shown in (done, other)]
    assert summaries[0]["digest"] == summaries[1]["digest"]


def test_a_sandbox_comes_is_checked_and_goes(stranger: Stranger) -> None:
    """In the background, in wall time, and found again by its folder."""
    up = stranger.run("up", "--detach", "--retry-base-delay", "1", "--confirm-emails")
    assert up.code == ExitCode.VALID, up.err
    try:
        status = stranger.run("status")
        assert "Dora Explorer's at http://127.0.0.1:" in status.out
        check = stranger.run("check")
        # the last requirement is that a failure was reported, and nothing has failed yet
        assert (check.code, check.out.splitlines()[-1]) == (ExitCode.UNKNOWN, "12 valid, 1 unknown")
        beside = Stranger(stranger.command, stranger.home, stranger.home)
        assert "no sandbox is running" in beside.run("status").out  # another folder's own
    finally:
        assert stranger.run("down").out.strip() == "stopped"


def test_a_notebook_and_a_diagram_are_written(stranger: Stranger) -> None:
    """From the shipped notebooks and templates, and the last run."""
    stranger.run("run", "calm-day", "--duration", "10m", "--seed", "1")
    done = stranger.run("notebook", "01", "--execute", "arrived.html")
    assert done.code == 0, done.err
    assert "vega" in (stranger.folder / "arrived.html").read_text()
    assert stranger.run("diagram", "--output", "pipeline.svg").code == 0
    assert (stranger.folder / "pipeline.svg").read_text().startswith("<svg")


def test_bash_completes_the_command(stranger: Stranger) -> None:
    """Once it is installed, by the one option that the README names."""
    folder = stranger.command.parent
    scripts = (
        f"PATH={folder}:$PATH; wavetank --install-completion; true",  # bash is then its parent
        (
            f"PATH={folder}:$PATH; . ~/.bashrc; COMP_WORDS=(wavetank ru) COMP_CWORD=1; "
            "_wavetank_completion wavetank ru wavetank; echo ${COMPREPLY[@]}"
        ),
    )
    for script in scripts:
        done = _finish(["bash", "-c", script], stranger.folder, stranger.home, COMMAND_SECONDS_MAX)
        assert done.code == 0, done.err
    assert done.out.split() == ["run", "runs"]


def test_pip_with_the_extra_pinned_takes_the_versions_of_the_lock(
    wheel: Path, stranger: Stranger
) -> None:
    """Which pip resolves without a conflict."""
    pip = str(stranger.command.with_name("pip"))
    report = ("--dry-run", "--quiet", "--ignore-installed", "--report", "-")
    asked = [pip, "install", *report, f"{wheel}[pinned]"]
    done = _finish(asked, stranger.folder, stranger.home, INSTALL_SECONDS_MAX)
    assert done.code == 0, done.err
    versions = {
        entry["metadata"]["name"].lower(): entry["metadata"]["version"]
        for entry in json.loads(done.out)["install"]
    }
    assert (versions["werkzeug"], versions["moto-ext"]) == ("3.1.6", "5.1.24")


def test_uvx_runs_the_wheel(wheel: Path, stranger: Stranger) -> None:
    """Without an installation: the environment is uv's own."""
    uv = find_uv(read_settings().path, clone_folder())
    python = ("--python", f"{sys.base_prefix}/bin/python3.13")  # or uv fetches one
    run = [str(uv), "tool", "run", *python, "--from", str(wheel), "wavetank", "demo"]
    done = _finish(run, stranger.folder, stranger.home, INSTALL_SECONDS_MAX)
    assert done.code == ExitCode.VALID, done.err
