"""`scenarios` and `runs` list what other commands take by name."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from wavetank.cli.main import app
from wavetank.core.findings import Finding, Verdict
from wavetank.core.settings import read_settings
from wavetank.scenario.run_store import RunStore, RunSummary

FINDINGS = (
    Finding(
        "every request that fails for good reaches a failure destination",
        Verdict.VALID,
        "2 requests",
    ),
    Finding("each rule fires at every due instant", Verdict.VALID, "2 instants"),
    Finding(
        "each ticker's prices change by at most 1 % from sample to sample",
        Verdict.INVALID,
        "1 jump",
    ),
)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path))
    return tmp_path


def _lines(*arguments: str) -> list[str]:
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "300"})
    assert done.exit_code == 0, done.output
    return done.stdout.splitlines()


def test_every_scenario_is_listed_with_its_description() -> None:
    """In the order of their names, with how long each lasts."""
    files = sorted((read_settings().shipped_folder / "scenarios").glob("*.toml"))
    lines = _lines("scenarios")
    assert [line.split()[0] for line in lines] == [file.stem for file in files]
    (calm,) = [line for line in lines if line.startswith("calm-day ")]
    assert calm.split(maxsplit=2)[1:] == ["1d", "A day on which nothing goes wrong"]


def test_programs_get_a_scenarios_faults() -> None:
    """As JSON, one object a line."""
    listed = {entry["name"]: entry for entry in map(json.loads, _lines("scenarios", "--json"))}
    assert listed["lost-reply"]["faults"] == ["lost-reply"] * 2


def test_runs_are_listed_with_their_results(state: Path) -> None:
    """The latest last; one that was interrupted says so."""
    store = RunStore(state / "runs")
    for name in ("first", "second"):
        run = store.new(name, 7, "")
        run.history.write_text("{}\n")
        if name == "first":
            summary = RunSummary(
                scenario=name, seed=7, digest="", pipeline={}, version="", findings=FINDINGS
            )
            run.finish(summary)
    assert [line.split(maxsplit=2) for line in _lines("runs")] == [
        ["first-7", "simulator", "2 valid, 1 invalid"],
        ["second-7", "-", "interrupted"],
    ]


def test_no_runs_say_how_to_make_one(state: Path) -> None:
    """Not an empty answer."""
    assert not (state / "runs").exists()
    assert _lines("runs") == ["no saved runs; make one with: ./wavetank run broken-deployment"]


def test_a_project_without_scenarios_says_where_they_would_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one for a template that the simulator lacks a part of."""
    (tmp_path / "template.yaml").write_text("Resources: {Orders: {Type: AWS::SQS::Queue}}")
    (tmp_path / "wavetank.toml").write_text('name = "shop"\ntemplate = "template.yaml"\n')
    monkeypatch.chdir(tmp_path)
    expected = "no scenarios in scenarios; docs/scenarios.md says how to write one"
    assert _lines("scenarios") == [expected]
