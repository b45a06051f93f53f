"""A new project, from an empty folder to its first verdicts, by the real commands."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree

import pytest

from tests.live.hosts import PROJECT
from tests.shell import COMMAND, Finished, finish
from wavetank.core.errors import ExitCode
from wavetank.core.settings import search_path

ADOPTED = PROJECT / "examples" / "own-pipeline"


@dataclass(frozen=True)
class Folder:
    """A user's folder, with a shell in it; of the environment it has no more than a shell would."""

    path: Path

    def run(self, *arguments: str) -> Finished:
        """Runs `wavetank`."""
        return self._finish(str(COMMAND), *arguments)

    def pytest(self, *arguments: str) -> Finished:
        """Runs the project's tests."""
        return self._finish(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments)

    def _finish(self, *command: str) -> Finished:
        shell = ["env", "-i", f"PATH={search_path()}", f"HOME={self.path}"]
        return finish([*shell, *command], self.path)


def test_a_new_project_runs_at_once(tmp_path: Path) -> None:
    """No command needs an option: the template, code, items and scenarios are in wavetank.toml."""
    folder = Folder(tmp_path)
    made = folder.run("init")
    assert made.code == ExitCode.VALID, made.err
    assert made.out.splitlines()[-1].startswith("see wavetank.toml, then try: ")
    ran = folder.run("run", "partial-failure", "--duration", "10m", "--seed", "1")
    assert ran.code == ExitCode.VALID, ran.out + ran.err
    assert (tmp_path / ".wavetank" / "runs" / "partial-failure-1" / "report.html").is_file()
    tested = folder.pytest("-W", "error")
    assert tested.code == 0, tested.out
    assert re.search(r"^=+ 3 passed in ", tested.out, re.MULTILINE)


def test_a_template_that_exists_becomes_a_project(tmp_path: Path) -> None:
    """Its own file stays; what is in wavetank.toml is found from a folder below."""
    copytree(ADOPTED / "src", tmp_path / "src")
    template = tmp_path / "template.yaml"
    template.write_text((ADOPTED / "template.yaml").read_text().replace("Code: .", "Code: src"))
    (tmp_path / "src" / "seed.json").rename(tmp_path / "seed.json")
    adopted = Folder(tmp_path).run("init", "--template", "template.yaml", "--name", "weather")
    assert adopted.code == ExitCode.VALID, adopted.err
    below = Folder(tmp_path / "src")
    listed = below.run("scenarios")
    assert listed.out.split()[0] == "calm-hour"
    ran = below.run("run", "calm-hour", "--duration", "5m", "--seed", "2", "--json")
    assert ran.code == ExitCode.VALID, ran.out + ran.err
    drawn = below.run("diagram", "--format", "mermaid")
    assert "Measure" in drawn.out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("template = 'none.yaml'", "wavetank.toml:1:1"),
        ("template", "wavetank.toml:1:"),
    ],
)
def test_a_broken_configuration_is_one_line(tmp_path: Path, text: str, message: str) -> None:
    """With the file, the line and what to do, whatever the command."""
    (tmp_path / "wavetank.toml").write_text(text)
    done = Folder(tmp_path).run("scenarios")
    assert done.code == ExitCode.USAGE
    assert message in done.err
    assert len(done.err.splitlines()) == 1


def test_pytest_shows_a_broken_configuration_once(tmp_path: Path) -> None:
    """Without the errors that led to it."""
    (tmp_path / "wavetank.toml").write_text('templat = "template.yaml"')
    (tmp_path / "test_it.py").write_text("def test_it(simulator): ...")
    done = Folder(tmp_path).pytest("-q", "-rN")
    assert done.code == 1
    assert done.out.count("did you mean template?") == 1, done.out
    assert "During handling" not in done.out
