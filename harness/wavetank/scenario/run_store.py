"""Saved runs: a folder each, from which a run can be read, judged and played again.

history.jsonl   what happened, as it happened
scenario.toml   the story, as it was played
run.json        the seed, the engine, the pipeline, the digest and the verdicts; written at the end
functions.log   what the functions printed in virtual time, where they did
report.html     all of that to look at; made from the others, and only from them
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.findings import Finding, Verdict
from wavetank.core.private_files import private_folder
from wavetank.core.settings import read_settings
from wavetank.core.suggestions import one_of

HISTORY, SCENARIO, SUMMARY = "history.jsonl", "scenario.toml", "run.json"
REPORT = "report.html"
FUNCTIONS_LOG = "functions.log"


@dataclass(frozen=True, kw_only=True)
class RunSummary:
    """What is kept of a run besides its history.

    `pipeline` is as the options that chose it; `version` is Wavetank's, `versions` those of what
    it was played on, by name.
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
    """One run's folder."""

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
        """Whether it came to its end and was judged; else it was broken off."""
        return (self.folder / SUMMARY).is_file()

    def show(self, html: str) -> Path:
        """Writes the run's report, in place of one that was there; returns where.

        Raises:
            InfrastructureError: the disk does not take it.
        """
        try:
            self.report.write_text(html, encoding="utf-8", newline="\n")
        except OSError as error:
            raise _not_written(self.folder, error) from error
        return self.report

    def finish(self, summary: RunSummary) -> None:
        """Writes what came of the run.

        Raises:
            InfrastructureError: the disk does not take it.
        """
        text = json.dumps(asdict(summary), indent=2)
        try:
            (self.folder / SUMMARY).write_text(f"{text}\n", encoding="utf-8")
        except OSError as error:
            raise _not_written(self.folder, error) from error

    def summary(self) -> RunSummary:
        """What came of the run.

        Raises:
            UsageError: it was broken off, or its file is none of ours.
        """
        path = self.folder / SUMMARY
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            findings = tuple(_finding(entry) for entry in content.pop("findings"))
            engine = EngineName(content.pop("engine", EngineName.SIMULATOR))
            return RunSummary(**content, findings=findings, engine=engine)
        except OSError as error:
            action = "it was broken off: run its scenario again"
            raise UsageError(f"a finished run in {self.folder}", str(error), action) from error
        except (KeyError, TypeError, ValueError) as error:
            action = "run the scenario again with this version"
            raise UsageError(f"{path} as a run writes it", repr(error), action) from error


class RunShelf:
    """The saved runs of a project."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def new(self, scenario: str, seed: int, text: str) -> SavedRun:
        """A fresh folder, with the story in it.

        Raises:
            InfrastructureError: the disk does not take it.
        """
        try:
            private_folder(self._folder)
            run = SavedRun(self._fresh(f"{scenario}-{seed}"))
            run.scenario.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _not_written(self._folder, error) from error
        return run

    def find(self, name_or_path: str) -> SavedRun:
        """The run of that name, or in that folder.

        Raises:
            UsageError: there is none.
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
            UsageError: there is none yet.
        """
        histories = list(self._folder.glob(f"*/{HISTORY}"))
        if not histories:
            action = "make one with: ./wavetank run broken-deployment"
            raise UsageError(f"a saved run in {self._folder}", "none", action)
        return SavedRun(max(histories, key=_written).parent)

    def names(self) -> list[str]:
        """The runs that there are, by name."""
        return sorted(path.parent.name for path in self._folder.glob(f"*/{HISTORY}"))

    def _fresh(self, name: str) -> Path:
        """A folder that nobody else has: the name itself, or with the first free number."""
        for folder in self._places(name):
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
        raise AssertionError("numbers do not end")

    def _places(self, name: str) -> Iterable[Path]:
        yield self._folder / name
        for number in count(2):
            yield self._folder / f"{name}-{number}"


def project_runs() -> RunShelf:
    """The saved runs of this project."""
    return RunShelf(read_settings().state_folder / "runs")


def _written(path: Path) -> int:
    return path.stat().st_mtime_ns


def _finding(content: Mapping[str, Any]) -> Finding:
    return Finding(**{**content, "verdict": Verdict(content["verdict"])})


def _not_written(folder: Path, error: OSError) -> InfrastructureError:
    return InfrastructureError(
        f"to write to {folder}", str(error), "make room, or set WAVETANK_STATE"
    )
