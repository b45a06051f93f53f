"""The commands in the documents work, in the documented order."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.documents import (
    DOCUMENTS,
    assert_runs,
    commands,
    exit_codes,
    other_commands,
    run,
)
from tests.rules.source import ROOT
from tests.shell import Shell
from wavetank.aws.sandbox_api import SandboxControls

FOREVER = "./wavetank up"
"""Runs until Ctrl-C; `test_commands` starts it, reads what it shows, and ends it."""
EVERYTHING = "./wavetank test"
"""Runs this very suite, as the session `test` of `noxfile.py` does."""
PART = "./wavetank test -m unit"
"""Runs tests that this very suite runs; here of a single file, which makes it quick."""
ONE_FILE = "-n0 tests/unit/core/test_text.py"
PATIENT = "./wavetank check"
"""Waits for Firehose's minute; `test_commands` sees it wait, and here all is delivered before."""


@dataclass(frozen=True)
class Walk:
    """Commands of a document that depend on one another."""

    document: str
    lines: tuple[str, ...]


def _walks() -> list[Walk]:
    """Each document's commands; the README's in two, before its sandbox and from it on."""
    walks = []
    for document in DOCUMENTS:
        lines = other_commands(document)
        start = lines.index(FOREVER) if FOREVER in lines else 0
        walks += [Walk(document, tuple(part)) for part in (lines[:start], lines[start:]) if part]
    return walks


@pytest.mark.parametrize("walk", _walks(), ids=lambda walk: f"{walk.document}: {walk.lines[0]}")
def test_every_command_of_a_document_runs(walk: Walk, tmp_path: Path) -> None:
    """One after the other in one sandbox, as a reader would; each ends with its code."""
    variables = {"WAVETANK_STATE": str(tmp_path)}
    codes = exit_codes(walk.document)
    try:
        for line in walk.lines:
            if line == PATIENT:
                SandboxControls(Shell(tmp_path).endpoint()).deliver_now()
            if line not in {FOREVER, EVERYTHING}:
                assert_runs(f"{line} {ONE_FILE}" if line == PART else line, variables, codes[line])
    finally:
        run("./wavetank down", variables)


def test_the_commands_run_elsewhere_are_in_the_readme() -> None:
    """Else the exemptions above would be stale, and the test before this one might see none."""
    found = commands("README.md")
    assert {FOREVER, EVERYTHING, PART, PATIENT} <= set(found)
    assert len(found) >= 10


def test_ci_runs_the_contributors_sessions() -> None:
    """CI checks with the same nox sessions as a contributor."""
    script = ROOT / ".ci" / "run"
    sessions = re.findall(r"\.venv/bin/nox -s (\w+)", script.read_text())
    assert sessions == ["lint", "types", "test"]
    noxfile = (script.parent.parent / "noxfile.py").read_text()
    assert set(sessions) <= set(re.findall(r"^def (\w+)\(session", noxfile, re.MULTILINE))
    assert os.access(script, os.X_OK)


def test_the_map_of_the_tree_is_true() -> None:
    """Each folder that the README describes exists."""
    project = ROOT
    folders = re.findall(r"^\| `([\w/]+/)` \|", (project / "README.md").read_text(), re.MULTILINE)
    assert len(folders) >= 5
    assert [folder for folder in folders if not (project / folder).is_dir()] == []
