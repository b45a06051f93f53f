"""What `deploy --watch` does when files change, with a deployment that only notes its calls."""

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from rich.console import Console

from tests.clocks import Leaping
from wavetank.cli.output import Output
from wavetank.core.errors import UsageError
from wavetank.live.deploy_watch import watch_files


class Ended(BaseException):
    """The end of a test's watching, as a signal is."""


class Noted:
    """Files, and how often they were deployed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.deployed: list[list[str]] = []
        self.problem = ""
        self.changed = "code of Work"

    def files(self) -> Iterable[Path]:
        """The folder."""
        return [self.folder]

    def deploy(self) -> str:
        """Notes what there is."""
        self.deployed.append(sorted(each.name for each in self.folder.iterdir()))
        if self.problem:
            raise UsageError("a template", self.problem, "correct it")
        return self.changed


class Steps(Leaping):
    """A clock at whose sleeps the steps are taken, the last of which ends the watching."""

    def __init__(self, *steps: Callable[[], object]) -> None:
        super().__init__()
        self._steps = list(steps)

    def sleep(self, seconds: float) -> None:
        """Takes the next step."""
        super().sleep(seconds)
        if not self._steps:
            raise Ended
        self._steps.pop(0)()


def nothing() -> None:
    """A poll at which nothing has changed."""


@pytest.fixture
def noted(tmp_path: Path) -> Noted:
    """A folder with one file."""
    (tmp_path / "app.py").write_text("1")
    return Noted(tmp_path)


def watch(noted: Noted, *steps: Callable[[], object]) -> str:
    """Watches while the steps are taken; returns what was printed."""
    console = Console(record=True, width=200)
    output = Output(as_json=False, console=console, progress=console)
    with pytest.raises(Ended):
        watch_files(noted, Steps(*steps), output)
    return console.export_text()


def test_only_changes_are_deployed(noted: Noted) -> None:
    """At the start, and after a file is new; not while nothing changes."""
    text = watch(noted, nothing, lambda: (noted.folder / "b.py").write_text("2"), nothing, nothing)
    assert noted.deployed == [["app.py"], ["app.py", "b.py"]]
    assert text.count("code of Work") == len(noted.deployed)


def test_files_that_are_still_written_are_waited_for(noted: Noted) -> None:
    """One deployment of all that an editor writes in one go."""
    watch(
        noted,
        lambda: (noted.folder / "b.py").write_text("2"),
        lambda: (noted.folder / "c.py").write_text("3"),
        nothing,
        nothing,
    )
    assert noted.deployed == [["app.py"], ["app.py", "b.py", "c.py"]]


def test_an_error_is_a_line_and_no_end(noted: Noted) -> None:
    """The same error is not repeated; the next change is deployed."""
    noted.problem = "none"

    def mend() -> None:
        noted.problem = ""
        (noted.folder / "app.py").write_text("corrected")

    text = watch(
        noted, lambda: (noted.folder / "app.py").write_text("22"), nothing, mend, nothing, nothing
    )
    assert text.count("not deployed: expected a template; found none; correct it") == 1
    assert text.count("code of Work") == 1


def test_an_error_that_is_undone_is_said_to_be_over(noted: Noted) -> None:
    """Nothing has to be deployed then, and without a line the error would seem to persist."""
    noted.problem = "none"

    def undo() -> None:
        noted.problem, noted.changed = "", ""
        (noted.folder / "app.py").write_text("undone")

    text = watch(noted, undo, nothing, nothing)
    assert text.count("valid again, nothing to deploy") == 1


def test_what_tools_write_is_no_change(noted: Noted) -> None:
    """Bytecode beside the code, and folders of tools."""
    cache = noted.folder / "__pycache__"
    cache.mkdir()
    watch(noted, lambda: (cache / "app.pyc").write_text("2"), nothing)
    assert len(noted.deployed) == 1
