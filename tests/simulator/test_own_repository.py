"""Somebody's own repository, with nothing of this one but the installed package.

The repository is the example of the document, copied; each test runs pytest there, in a process of
its own, as its owner would.
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tests.documents import blocks
from tests.live.hosts import PROJECT
from tests.shell import Finished, finish
from wavetank.core.settings import search_path

EXAMPLE = PROJECT / "examples" / "own-pipeline"
DOCUMENT = PROJECT / "docs" / "testing-your-own-pipeline.md"
QUOTED = ("conftest.py", "src/measure.py", "test_temperatures.py")
LEFT_BEHIND = ("__pycache__", ".pytest_cache")
CHECK = re.compile(r'    if answer\["FailedPutCount"\]:\n        raise .*\n')
DESTINATION = re.compile(r"  WhenMeasuringFails:\n(?:    .*\n)+\n")
PLACE = re.compile(r"(?<=history: )\S+(?=/history)")
UNRELATED = """
import sys
import pytest
@pytest.fixture
def simulator():
    return "of petrol"
@pytest.mark.fault("mine")
def test_with_a_fixture_of_the_same_name(simulator):
    heavy = {"boto3", "freezegun", "localstack", "pydantic", "wavetank.simulation"}
    assert (simulator, heavy & set(sys.modules)) == ("of petrol", set())
"""
WRONG = """
import pytest
@pytest.mark.fault("lost-replie", after="2m")
def test_part(simulator): ...
"""
NO_PIPELINE = "def test_nothing(simulator): ..."


@dataclass(frozen=True)
class Repository:
    """A folder with a user's tests."""

    folder: Path

    def write(self, name: str, text: str) -> None:
        """Adds a file."""
        (self.folder / name).write_text(text)

    def cut(self, name: str, part: re.Pattern[str]) -> None:
        """Takes the part out of a file, which has it once."""
        text, count = part.subn("", (self.folder / name).read_text())
        assert count == 1
        self.write(name, text)

    def pytest(self, *arguments: str) -> Finished:
        """Runs pytest there; of the environment it has no more than a shell would."""
        shell = ["env", "-i", f"PATH={search_path()}", f"HOME={self.folder}"]
        return finish([*shell, sys.executable, "-m", "pytest", *arguments], self.folder)


@pytest.fixture
def empty(tmp_path: Path) -> Repository:
    """A repository without files."""
    return Repository(tmp_path)


@pytest.fixture
def example(tmp_path: Path) -> Repository:
    """The document's, as it stands there."""
    folder = tmp_path / "own-pipeline"
    copytree(EXAMPLE, folder, ignore=ignore_patterns(*LEFT_BEHIND))
    return Repository(folder)


def _blocks(language: str) -> list[str]:
    return re.findall(
        rf"^```{language}\n(.*?)^```$", DOCUMENT.read_text(), re.DOTALL | re.MULTILINE
    )


def test_the_document_quotes_the_example() -> None:
    """A reader copies what the tests below run."""
    assert _blocks("python") == [(EXAMPLE / name).read_text() for name in QUOTED]


def test_the_example_passes_where_warnings_are_errors(example: Repository) -> None:
    """Every fixture and every mark of the document, on the simulator and on a live sandbox."""
    done = example.pytest("-W", "error", "-p", "no:cacheprovider")
    assert done.code == 0, done.out
    assert re.search(r"^=+ 7 passed in ", done.out, re.MULTILINE)


def test_the_readmes_lines_are_enough(example: Repository) -> None:
    """A test of six lines, in a repository whose `wavetank.toml` names its template and code."""
    (test,) = blocks("README.md", "python")
    for file in ("conftest.py", "test_temperatures.py"):
        (example.folder / file).unlink()
    example.write("wavetank.toml", 'template = "template.yaml"\ncode = "src"\n')
    example.write("test_pipeline.py", test)
    done = example.pytest("-W", "error", "-p", "no:cacheprovider")
    assert done.code == 0, done.out
    assert re.search(r"^=+ 1 passed in ", done.out, re.MULTILINE)


def test_a_broken_pipeline_fails_as_the_document_says(example: Repository) -> None:
    """Evidence, failure, seed and command of its two blocks, from a simulator in each worker."""
    example.cut("src/measure.py", CHECK)
    example.cut("template.yaml", DESTINATION)
    done = example.pytest("-n2", "-k", "partial_failure or failed_minute")
    assert done.code == 1, done.out
    shown = PLACE.sub("...", done.out).splitlines()
    wanted = [line for block in _blocks("text")[:2] for line in block.splitlines()]
    assert len(wanted) > 10
    assert [line for line in wanted if line not in shown] == [], done.out


def test_the_plugin_does_not_affect_a_suite_without_it(empty: Repository) -> None:
    """Custom fixtures and marks of the same names work, and nothing is imported."""
    empty.write("test_unrelated.py", UNRELATED)
    assert empty.pytest().code == 0


def test_workers_report_errors_too(empty: Repository) -> None:
    """An invalid mark during collection, and a missing pipeline when it is needed."""
    empty.write("test_wrong.py", WRONG)
    empty.write("test_no_pipeline.py", NO_PIPELINE)
    done = empty.pytest("-n2", "--continue-on-collection-errors")
    assert done.code == 1, done.out
    lines = done.out.splitlines()
    (said,) = (line for block in _blocks("text")[-1:] for line in block.splitlines())
    assert [line for line in lines if line.startswith(said)] != [], done.out
    assert "did you mean lost-reply?" in done.out
    assert "expected a pipeline to test" in done.out
    assert "Traceback" not in done.out


def test_a_seed_is_a_number(empty: Repository) -> None:
    """Anything else is an error before a test runs."""
    done = empty.pytest("--wavetank-seed", "many")
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert "expected a whole number from 0 on; found 'many'" in done.err
