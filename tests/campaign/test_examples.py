"""The examples' own tests, and campaigns, as their READMEs have them typed."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.embedded.projects import Project
from tests.examples import EXAMPLES
from tests.shell import finish
from wavetank.core.errors import ExitCode
from wavetank.invariants import Convergence
from wavetank.scenario.loader import load_scenario

SEEDS = 50

pytestmark = pytest.mark.nightly


def _campaign(project: Path, name: str) -> tuple[int, list[dict[str, Any]]]:
    """The exit code and the lines of a campaign."""
    seeds = ("--runs", str(SEEDS), "--seed", "1")
    command = Project(project).command(
        "campaign", "--scenario", name, "--draw-faults", *seeds, "--json"
    )
    done = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_survives_fifty_seeds(tmp_path: Path, name: str) -> None:
    """Of drawn faults; what fails is in the output."""
    code, lines = _campaign(EXAMPLES[name].copy(tmp_path, defect=False), name)
    broken = [line for line in lines if line["event"] == "result" and line["ending"] != "valid"]
    assert (code, broken) == (ExitCode.VALID, [])


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_campaign_finds_the_defect(tmp_path: Path, name: str) -> None:
    """By convergence, and shrinks it to one fault."""
    project = EXAMPLES[name].copy(tmp_path, defect=True)
    code, lines = _campaign(project, name)
    assert code == ExitCode.BROKEN
    (shrunk,) = (line for line in lines if line["event"] == "shrunk")
    assert len(load_scenario(shrunk["file"], project).plan.faults) == 1
    assert {key for line in lines if line["event"] == "result" for key in line["broken"]} == {
        Convergence.key
    }


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_tests_of_an_example_pass_without_the_defect_alone(tmp_path: Path, name: str) -> None:
    """By pytest in its folder, where warnings are errors."""
    pytest_ = [sys.executable, "-m", "pytest", "-W", "error", "-p", "no:cacheprovider"]
    right = finish(pytest_, EXAMPLES[name].copy(tmp_path / "right", defect=False))
    assert right.code == 0, right.out
    wrong = finish(pytest_, EXAMPLES[name].copy(tmp_path / "wrong", defect=True))
    assert wrong.code == 1, wrong.out
    assert re.search(r"invalid: the run ends in the state .* \(convergence\)", wrong.out)
