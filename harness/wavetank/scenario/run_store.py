"""The store of saved runs: a folder each, to read a run, check it or replay it.

history.jsonl   the events of the run, appended as they happen
scenario.toml   the scenario as it was run
run.json        seed, engine, pipeline, digest and findings; written at the end
functions.log   the output of the functions in virtual time, if any
report.html     the report, made only from the other files
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from errno import EACCES
from itertools import count
from pathlib import Path
from typing import Any

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.private_files import not_writable, private_folder
from wavetank.core.settings import read_settings
from wavetank.core.suggestions import one_of

HISTORY, SCENARIO, SUMMARY = "history.jsonl", "scenario.toml", "run.json"
REPORT = "report.html"
FUNCTIONS_LOG = "functions.log"


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """The saved facts about a run besides its history.

    `pipeline` has the options that choose it; `version` is Wavetank's, `versions` those of the
    software it ran on, by name.
    """

    scenario: str
    seed: int
    digest: str
    pipeline: Mapping[str, str]
    version: str
    findings: tuple[Finding, ...]
    engine: EngineName = EngineName.SIMULATOR
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SavedRun:
    """A saved run in its folder."""

    folder: Path

    @property
    def history(self) -> Path:
        return self.folder / HISTORY

    @property
    def scenario(self) -> Path:
        return self.folder / SCENARIO

    @property
    def report(self) -> Path:
        return self.folder / REPORT

    @property
    def is_finished(self) -> bool:
        """Whether it reached its end and was checked; otherwise it was interrupted."""
        return (self.folder / SUMMARY).is_file()

    def show(self, html: str) -> Path:
        """Write the run's report, replacing an earlier one; returns its path.

        Raises:
            InfrastructureError: the file cannot be written.
        """
        try:
            self.report.write_text(html, encoding="utf-8", newline="\n")
        except OSError as error:
            raise not_writable(self.folder, error) from error
        return self.report

    def finish(self, summary: RunSummary) -> None:
        """Write the summary of the run.

        Raises:
            InfrastructureError: the file cannot be written.
        """
        text = json.dumps(asdict(summary), indent=2)
        try:
            (self.folder / SUMMARY).write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise not_writable(self.folder, error) from error

    def summary(self) -> RunSummary:
        """The summary of the run.

        Raises:
            UsageError: the run was interrupted, or the file is invalid.
        """
        path = self.folder / SUMMARY
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            findings = tuple(_finding(entry) for entry in content.pop("findings"))
            engine = EngineName(content.pop("engine", EngineName.SIMULATOR))
            return RunSummary(**content, findings=findings, engine=engine)
        except OSError as error:
            action = "it was interrupted: run its scenario again"
            raise UsageError(f"a finished run in {self.folder}", str(error), action) from error
        except (KeyError, TypeError, ValueError) as error:
            action = "run the scenario again with this version"
            raise UsageError(f"{path} as a run writes it", repr(error), action) from error


class RunStore:
    """The saved runs of a project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, scenario: str, seed: int, text: str) -> SavedRun:
        """Create a folder for a run, with the text of its scenario.

        Raises:
            InfrastructureError: it cannot be written.
        """
        self.require_writable()
        try:
            run = SavedRun(self._create_folder(f"{scenario}-{seed}"))
            run.scenario.write_text(text, encoding="utf-8")
        except OSError as error:
            raise not_writable(self._folder, error) from error
        return run

    def require_writable(self) -> None:
        """Create the folder of all runs, before anything is started whose results would be lost.

        Raises:
            InfrastructureError: a run cannot be saved there.
        """
        try:
            private_folder(self._folder)
            if not os.access(self._folder, os.W_OK):
                raise PermissionError(EACCES, os.strerror(EACCES), str(self._folder))
        except OSError as error:
            raise not_writable(self._folder, error) from error

    def find(self, name_or_path: str) -> SavedRun:
        """The run of that name, or in that folder.

        Raises:
            UsageError: there is no such run.
        """
        for folder in (Path(name_or_path), self._folder / name_or_path):
            if (folder / HISTORY).is_file():
                return SavedRun(folder)
        expected = f"the folder of a run, or the name of one in {self._folder}:"
        parts = one_of(expected, name_or_path, self.names())
        raise UsageError(*parts, problem=f'no run "{name_or_path}"')

    def latest(self) -> SavedRun:
        """The run that was written to last.

        Raises:
            UsageError: no run is saved.
        """
        histories = list(self._folder.glob(f"*/{HISTORY}"))
        if not histories:
            action = "make one with: ./wavetank run broken-deployment"
            raise UsageError(f"a saved run in {self._folder}", "none", action)
        return SavedRun(max(histories, key=_written).parent)

    def names(self) -> list[str]:
        """The names of all saved runs."""
        return sorted(path.parent.name for path in self._folder.glob(f"*/{HISTORY}"))

    def _create_folder(self, name: str) -> Path:
        """Create a folder of that name, or with the first free number after it."""
        for folder in self._folder_names(name):
            try:
                folder.mkdir()  # atomic: two processes never get the same folder
            except FileExistsError:
                continue
            return folder
        raise AssertionError("unreachable: there are infinitely many names")

    def _folder_names(self, name: str) -> Iterable[Path]:
        yield self._folder / name
        for number in count(2):
            yield self._folder / f"{name}-{number}"


def project_runs() -> RunStore:
    """The saved runs of this project."""
    return RunStore(read_settings().state_folder / "runs")


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _finding(content: Mapping[str, Any]) -> Finding:
    return Finding(**{**content, "verdict": Verdict(content["verdict"])})
