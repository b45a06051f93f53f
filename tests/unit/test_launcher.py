"""The launcher makes its environment once, with whatever uv there is, and keeps out of the way.

The real launcher runs here, with uv, python3 and the program replaced by scripts that say what
they were asked to do; the real ones run in CI, which starts from a clean clone.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

LAUNCHER = Path("wavetank").resolve()
TOOLS = ("cat", "cksum", "dirname", "readlink", "mkdir", "mktemp", "rm", "mv", "cp", "chmod", "sh")

PROGRAM = """#!/bin/sh
for argument in "$@"; do printf 'argument %s\\n' "$argument"; done
exit 3
"""
UV = """#!/bin/sh
printf '%s\\n' "$1" >>"{calls}"
[ "$1" = sync ] || exit 0
case " $* " in *" --compile-bytecode "*) printf 'compiled\\n' >>"{calls}" ;; esac
mkdir -p "$UV_PROJECT_ENVIRONMENT/bin"
cp "{program}" "$UV_PROJECT_ENVIRONMENT/bin/wavetank"
cp "{program}" "$UV_PROJECT_ENVIRONMENT/bin/python"
"""
BROKEN = "#!/bin/sh\necho 'pyenv: uv: command not found' >&2\nexit 127\n"
PYTHON = """#!/bin/sh
case "$1 $2" in
    "-c ") exit 0 ;;
    "-m venv") mkdir -p "$3/bin" && cp "$0" "$3/bin/python" ;;
    "-m pip") printf 'pip\\n' >>"{calls}" && cp "{uv}" "${{0%/*}}/uv" ;;
esac
"""


@dataclass(frozen=True)
class Clone:
    """A clone with the launcher and what it reads, and a PATH with nothing but basic tools."""

    folder: Path
    path: Path
    scripts: Path

    def put(self, name: str, script: str) -> None:
        """A command on the PATH."""
        _write(self.path / name, script)

    def put_uv(self) -> None:
        """A uv that runs."""
        shutil.copy(self.scripts / "uv", self.path / "uv")

    def run(
        self, *arguments: str, launcher: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [launcher or self.folder / "wavetank", *arguments],
            env={"PATH": str(self.path)},
            cwd=self.path,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """What uv and pip were asked to do."""
        calls = self.scripts / "calls"
        return calls.read_text().split() if calls.exists() else []


def _write(path: Path, script: str) -> None:
    path.write_text(script)
    path.chmod(0o755)


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """One whose uv and python3 are still to be chosen."""
    clone = Clone(tmp_path / "the clone", tmp_path / "bin", tmp_path / "scripts")
    for folder in (clone.folder, clone.path, clone.scripts):
        folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found is not None
        (clone.path / tool).symlink_to(found)
    shutil.copy(LAUNCHER, clone.folder / "wavetank")
    for name in ("uv.lock", "pyproject.toml", ".python-version"):
        (clone.folder / name).write_text(name)
    program, calls = clone.scripts / "program", clone.scripts / "calls"
    _write(program, PROGRAM)
    _write(clone.scripts / "uv", UV.format(calls=calls, program=program))
    return clone


def _python(clone: Clone) -> str:
    return PYTHON.format(calls=clone.scripts / "calls", uv=clone.scripts / "uv")


def test_arguments_and_exit_code_pass_through(clone: Clone) -> None:
    """Spaces and all; the launcher adds nothing to what the program says."""
    clone.put_uv()
    done = clone.run("up", "--name", "Dora Explorer")
    assert done.stdout.splitlines() == ["argument up", "argument --name", "argument Dora Explorer"]
    assert done.returncode == 3


def test_the_second_start_needs_no_uv_at_all(clone: Clone) -> None:
    """Nothing is synced again, so that it works without network and costs nothing."""
    clone.put_uv()
    assert "preparing the environment" in clone.run().stderr
    (clone.path / "uv").unlink()
    again = clone.run("status")
    assert (again.returncode, again.stderr) == (3, "")
    assert clone.calls.count("sync") == 1


@pytest.mark.parametrize("changed", ["uv.lock", "pyproject.toml", ".python-version"])
def test_a_changed_recipe_is_synced(clone: Clone, changed: str) -> None:
    """After a pull the environment is the lock's again, unasked."""
    clone.put_uv()
    clone.run()
    (clone.folder / changed).write_text("changed")
    clone.run()
    assert clone.calls.count("sync") == 2


def test_a_clone_that_was_moved_is_synced(clone: Clone, tmp_path: Path) -> None:
    """An environment's scripts hold the path that they were made for."""
    clone.put_uv()
    clone.run()
    moved = clone.folder.rename(tmp_path / "moved")
    clone.run(launcher=moved / "wavetank")
    assert clone.calls.count("sync") == 2


@pytest.mark.parametrize("absolute", [True, False])
def test_it_runs_through_a_link(clone: Clone, tmp_path: Path, *, absolute: bool) -> None:
    """A link in a folder on the path is how people install such a thing."""
    clone.put_uv()
    link = tmp_path / "wt"
    link.symlink_to(clone.folder / "wavetank" if absolute else Path("the clone/wavetank"))
    assert clone.run("up", launcher=link).stdout == "argument up\n"
    assert (clone.folder / ".venv").is_dir()


def test_a_uv_that_does_not_run_is_no_uv(clone: Clone) -> None:
    """A version manager's shim stands on the path and fails; a private uv is installed instead."""
    clone.put("uv", BROKEN)
    clone.put("python3", _python(clone))
    assert clone.run().returncode == 3
    assert clone.calls == ["pip", "sync", "compiled"]
    assert [path.name for path in (clone.folder / ".wavetank").iterdir()] == ["uv"]


def test_the_private_uv_is_installed_once(clone: Clone) -> None:
    """A later change of the lock finds it in its place."""
    clone.put("python3", _python(clone))
    clone.run()
    (clone.folder / "uv.lock").write_text("changed")
    clone.run()
    assert clone.calls.count("pip") == 1
    assert clone.calls.count("sync") == 2


@pytest.mark.parametrize("python", [None, BROKEN])
def test_no_python_is_one_line(clone: Clone, python: str | None) -> None:
    """Expected, found, what to do; the exit code of a missing installation."""
    if python:
        clone.put("python3", python)
    done = clone.run()
    assert done.returncode == 4
    assert done.stderr == (
        "wavetank: expected python3 on the path; found none that runs; "
        "install Python 3.13, then run this again\n"
    )


def test_no_venv_is_one_line_and_leaves_nothing_half_made(clone: Clone) -> None:
    """Debian ships python3 without it."""
    clone.put("python3", '#!/bin/sh\n[ "$1" = -c ]\n')
    done = clone.run()
    assert (done.returncode, done.stderr.count("\n")) == (4, 1)
    assert "apt install python3-venv" in done.stderr
    assert list((clone.folder / ".wavetank").iterdir()) == []


def test_a_failed_sync_is_tried_again_next_time(clone: Clone) -> None:
    """A broken download must not pass for an environment."""
    clone.put("uv", '#!/bin/sh\n[ "$1" = --version ] || { echo "no network" >&2; exit 2; }\n')
    failed = clone.run()
    assert failed.returncode == 4
    assert "no network" in failed.stderr
    assert "fix what it names" in failed.stderr
    clone.put_uv()
    assert clone.run().returncode == 3
