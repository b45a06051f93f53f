"""The wheel is complete: what it ships is read, run and checked without a clone."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.pinned_versions import expected, given
from tests.rules.source import ROOT, project_files
from tests.shell import SECONDS_MAX, Finished
from tests.wheels import build_wheel
from wavetank.core.errors import ExitCode

SHIPPED = ("examples/new-project/", "init/", "lambdas/", "notebooks/", "scenarios/")


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel's files, as an installer unpacks them; they precede the clone on Python's path."""
    folder = tmp_path_factory.mktemp("wheel")
    wheel = build_wheel(folder)
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site-packages")
    return folder / "site-packages"


def _run(package: Path, folder: Path, *arguments: str) -> Finished:
    """A command of the wheel's, in the folder and with an empty home."""
    usual = {k: v for k, v in os.environ.items() if not k.startswith("WAVETANK_")}  # noqa: TID251 - as a process inherits them
    done = subprocess.run(
        [sys.executable, "-m", "wavetank", *arguments],
        cwd=folder,
        env={**usual, "HOME": str(folder / "home"), "PYTHONPATH": str(package)},
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    return Finished(done.returncode, done.stdout, done.stderr)


def test_it_has_the_shipped_files_and_the_package_and_nothing_else(package: Path) -> None:
    """Byte by byte; no test, document or development tool is installed for a user."""
    wanted = {}
    for name in project_files():
        if name.startswith("harness/"):
            wanted[name.removeprefix("harness/")] = (ROOT / name).read_bytes()
        elif name.startswith(SHIPPED):
            wanted[f"wavetank/_shipped/{name}"] = (ROOT / name).read_bytes()
    files = [path for path in package.rglob("*") if path.is_file()]
    found = {path.relative_to(package).as_posix(): path.read_bytes() for path in files}
    assert {name: text for name, text in found.items() if ".dist-info/" not in name} == wanted


def test_the_extra_pinned_has_the_versions_of_the_lock() -> None:
    """`python -m tests.pinned_versions` prints the lines after a change of uv.lock."""
    assert given() == expected()


def test_a_run_in_an_empty_folder_keeps_its_state_there(package: Path, tmp_path: Path) -> None:
    """The shipped scenario, templates and handlers are found, and all verdicts are valid."""
    done = _run(package, tmp_path, "run", "calm-day", "--duration", "3m", "--seed", "1")
    assert done.code == ExitCode.VALID, done.err
    assert "the same again: wavetank replay calm-day-1" in done.out
    assert (tmp_path / ".wavetank" / "runs" / "calm-day-1" / "report.html").is_file()
    assert (tmp_path / ".wavetank" / ".gitignore").read_text() == "*\n"
    (tmp_path / "below").mkdir()
    listed = _run(package, tmp_path / "below", "runs", "--json")
    assert [json.loads(line)["name"] for line in listed.out.splitlines()] == ["calm-day-1"]


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("test",), "which wavetank test needs"),
        (("bench",), "which wavetank bench needs"),
        (
            ("campaign", "--runs", "1", "--remember"),
            "which --remember without a wavetank.toml needs",
        ),
        (("up", "--engine", "docker"), "which --engine docker needs"),
    ],
)
def test_what_needs_a_clone_says_so_even_in_one(
    package: Path, tmp_path: Path, command: tuple[str, ...], words: str
) -> None:
    """An installed command reads no clone: the two may be of different versions."""
    clone = tmp_path / "clone"
    for mark in ("init/pipeline.yaml", "harness/wavetank/__init__.py"):
        (clone / mark).parent.mkdir(parents=True)
        (clone / mark).write_text("raise SystemExit('the clone was read')")
    done = _run(package, clone, *command)
    assert done.code == ExitCode.USAGE
    (line,) = [text for text in done.err.splitlines() if text.startswith("wavetank:")]
    assert words in line


@pytest.mark.parametrize("command", ["demo", "run calm-day", "campaign --runs 1", "up"])
def test_a_read_only_folder_is_one_line(package: Path, command: str) -> None:
    """/proc takes no folder, even from root; nothing is run whose results would be lost."""
    done = _run(package, Path("/proc"), *command.split())
    assert not done.out
    assert done.code == ExitCode.INFRASTRUCTURE
    (line,) = [text for text in done.err.splitlines() if text.startswith("wavetank:")]
    assert line.startswith("wavetank: expected to write to /proc/.wavetank/")
    assert line.endswith("change to a folder that you can write to, or set WAVETANK_STATE")
