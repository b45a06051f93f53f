"""Failing cases of a campaign as files, and the commands that run them again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.players import expected_result
from wavetank.campaign.cases import CampaignCases, Seeds, one_of_each
from wavetank.campaign.reproduction import Reproductions
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.model import Scenario

HOUR = timedelta(hours=1)
GENERATED = CampaignCases(seeds=Seeds(5, 3), horizon=HOUR)
SCENARIO = Scenario(name="calm", description="Without faults", horizon=HOUR)
FIXED = CampaignCases(seeds=Seeds(5, 3), horizon=HOUR, scenario=SCENARIO, scenario_name="calm")
DRAWN = replace(FIXED, draws_faults=True)
OPTIONS = {"--name": "Ada Lovelace"}


def test_a_generated_case_is_saved_and_run_from_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file has the faults of the case, and its path is relative to the current folder."""
    monkeypatch.chdir(tmp_path)
    failure = expected_result(next(GENERATED.cases()))
    command = Reproductions(GENERATED, tmp_path / "found", OPTIONS).of_failure(failure)
    assert command == "./wavetank run found/seed-5.toml --seed 5 --name 'Ada Lovelace'"
    assert load_scenario("found/seed-5.toml", tmp_path).plan == failure.spec.scenario.plan


def test_a_case_of_a_scenario_is_run_by_its_name_and_nothing_is_saved(tmp_path: Path) -> None:
    """The scenario is a file already."""
    failure = expected_result(next(FIXED.cases()))
    command = Reproductions(FIXED, tmp_path / "found", {}).of_failure(failure)
    assert command == "./wavetank run calm --seed 5"
    assert not (tmp_path / "found").exists()


def test_a_case_with_drawn_faults_is_saved_with_the_workload(tmp_path: Path) -> None:
    """No file has the faults that replace those of the scenario."""
    failure = expected_result(next(DRAWN.cases()))
    command = Reproductions(DRAWN, tmp_path, {}).of_failure(failure)
    assert command.endswith("calm-seed-5.toml --seed 5")
    assert (tmp_path / "calm-seed-5.toml").exists()


def test_a_remembered_case_is_run_from_a_file_of_its_own(tmp_path: Path) -> None:
    """Its faults are not those of the campaign's scenario."""
    remembered = replace(next(GENERATED.cases()), scenario=SCENARIO.renamed("remembered-5"))
    chosen = replace(FIXED, remembered=(remembered,))
    command = Reproductions(chosen, tmp_path, {}).of_failure(expected_result(remembered))
    assert command.endswith("remembered-5.toml --seed 5")
    assert (tmp_path / "remembered-5.toml").exists()


@pytest.mark.parametrize(
    ("chosen", "command"),
    [
        (FIXED, "run calm --seed 5"),
        (GENERATED, "campaign --runs 1 --seed 5 --duration 1h"),
        (one_of_each(GENERATED), "campaign --each-fault --seed 5 --duration 1h"),
        (DRAWN, "campaign --runs 1 --draw-faults --seed 5 --scenario calm"),
        (one_of_each(FIXED), "campaign --each-fault --seed 5 --scenario calm"),
    ],
)
def test_any_case_is_run_by_its_seed(tmp_path: Path, chosen: CampaignCases, command: str) -> None:
    """Generated faults are generated again by a campaign, whatever its seed is replaced with."""
    assert Reproductions(chosen, tmp_path, {}).of_any() == f"./wavetank {command}"
