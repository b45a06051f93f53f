"""seeds.json: what is remembered, and what is refused."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.rules.source import ROOT
from wavetank.campaign.regression_seeds import (
    ABOUT,
    FILE_NAME,
    RegressionSeed,
    regression_seeds,
    remember,
    remembered_cases,
    seeds_file,
)
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan
from wavetank.scenario.model import Scenario
from wavetank.scenario.workload.serialization import workload_from_dict

WORKLOAD = {"kind": "send-message", "target": "Orders", "rate": "6 per minute", "body": "{}"}
FAILURE = RegressionSeed(
    seed=7,
    scenario=Scenario(
        name="remembered-7",
        description="Messages while the handler crashes",
        horizon=timedelta(minutes=2),
        plan=FaultPlan((HandlerCrash(after=timedelta(), lasts=timedelta(seconds=30), times=None),)),
        workloads=(workload_from_dict(WORKLOAD),),
    ),
    broke=("conservation", "walk-continuity"),
    day=date(2026, 11, 24),
    version="0.1.0",
)
FORM: dict[str, Any] = {
    "seed": 7,
    "scenario": [
        'description = "The handler crashes"',
        'horizon = "2m"',
        "",
        "[[fault]]",
        'kind = "handler-crash"',
        'after = "0s"',
        'lasts = "30s"',
    ],
    "broke": ["conservation"],
    "date": "2026-11-24",
    "version": "0.1.0",
}


def _file(folder: Path, *failures: object) -> Path:
    file = folder / FILE_NAME
    file.write_text(json.dumps({"about": ABOUT, "failures": failures}))
    return file


def test_the_repository_s_own_is_read() -> None:
    """Whatever is in it, it is in order, and says what it is."""
    file = ROOT / FILE_NAME
    cases = [failure.spec() for failure in regression_seeds(file)]
    assert len({spec.seed for spec in cases}) <= len(cases)
    assert json.loads(file.read_text())["about"] == ABOUT


def test_a_failure_is_remembered_as_it_was(tmp_path: Path) -> None:
    """It is read as it was written, once, and its spec is the one that failed."""
    file = _file(tmp_path)
    other = replace(FAILURE, seed=8, scenario=FAILURE.scenario.renamed("remembered-8"))
    assert [remember(file, FAILURE), remember(file, other), remember(file, FAILURE)] == [
        True,
        True,
        False,
    ]
    assert regression_seeds(file) == (FAILURE, other)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]
    spec = FAILURE.spec()
    scenario = replace(FAILURE.scenario, description="Broke conservation on 2026-11-24 in 0.1.0")
    assert (spec.seed, spec.scenario) == (7, scenario)
    assert remembered_cases(file) == (spec, other.spec())


def test_the_first_failure_makes_the_file(tmp_path: Path) -> None:
    """In a project that has none yet there is nothing to run; others can read the new one."""
    file = tmp_path / FILE_NAME
    assert remembered_cases(file) == ()
    assert remember(file, FAILURE)
    assert remembered_cases(file) == (FAILURE.spec(),)
    assert file.stat().st_mode & 0o777 == 0o644


def test_a_project_has_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside its configuration; the clone has that of the ticker."""
    monkeypatch.chdir(ROOT)
    assert seeds_file("--remember") == ROOT / FILE_NAME
    (tmp_path / "wavetank.toml").touch()
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")
    assert seeds_file("--remember") == tmp_path / FILE_NAME


def test_nothing_is_lost_where_nothing_can_be_written(tmp_path: Path) -> None:
    """The file stays what it was, and nothing else is left in the folder."""
    file = _file(tmp_path, FORM)
    text = file.read_text()
    broken = replace(FAILURE, seed=9, version="\ud800")  # no UTF-8
    with pytest.raises(UnicodeEncodeError):
        _ = broken.version.encode()
    moved = tmp_path / "elsewhere" / FILE_NAME
    with pytest.raises((UsageError, InfrastructureError)):
        remember(moved, FAILURE)
    assert file.read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"seed": "7"}, r"whole number.*'7' at seeds.json, failures\[1\].seed"),
        ({"seed": True}, r"True at seeds.json, failures\[1\].seed"),
        ({"seed": -1}, r"-1 at"),
        ({"scenario": []}, r"a list of texts, each a scenario's line.*\.scenario"),
        ({"scenario": ["horizon = 2"]}, r"seeds.json, failures\[1\].scenario:1:"),
        ({"broke": []}, r"an invariant's name.*\.broke"),
        ({"broke": "conservation"}, r"an invariant's name"),
        ({"date": "yesterday"}, r"a day, such as.*\.date"),
        ({"version": ""}, r"a text; found ''"),
        ({"more": 1}, r"the keys seed, scenario.*failures\[1\]"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(
    tmp_path: Path, changed: dict[str, Any], message: str
) -> None:
    """Which failure, which key, what stands there, and what may."""
    file = _file(tmp_path, FORM, FORM | changed)
    with pytest.raises(UsageError, match=message):
        regression_seeds(file)


@pytest.mark.parametrize("text", ["", "[]", '{"failures": {}}', "[" * 100_000])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """A text of another form is reported otherwise than a wrong value in it."""
    file = tmp_path / FILE_NAME
    file.write_text(text)
    with pytest.raises(UsageError, match=r"seeds\.json to be"):
        regression_seeds(file)
    with pytest.raises(UsageError, match=r"seeds\.json to be"):
        regression_seeds(tmp_path / "none" / FILE_NAME)
