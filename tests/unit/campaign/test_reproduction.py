"""Failing cases of a campaign as files, and the commands that run them again."""

import runpy
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.players import expected_result
from tests.rules.source import ROOT
from wavetank.campaign.cases import CampaignCases, Seeds, one_of_each
from wavetank.campaign.reproduction import Reproductions
from wavetank.campaign.shrinking import Shrunk
from wavetank.deployment.pipelines.pipeline import Pipeline
from wavetank.deployment.pipelines.selection import PipelineChoice
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.faults.event_sources import PoisonMessage
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import LateTick
from wavetank.scenario.loader import load_scenario
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.timing.settings import durations_from_dict
from wavetank.scenario.workload.kinds import SendMessage
from wavetank.simulation.runner import RunSpec

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


def shrunk_case(scenario: Scenario) -> Shrunk:
    """A shrunk case with that scenario, under seed 7."""
    spec = RunSpec(scenario=replace(scenario, name="seed-7-shrunk"), seed=7)
    return Shrunk(
        spec=spec, invariant="nothing-lost", broken=("nothing-lost",), runs=3, complete=True
    )


LATE = LateTick(after=timedelta(minutes=2), lasts=timedelta(minutes=1), times=None)
POISON = PoisonMessage(
    after=timedelta(), lasts=timedelta(seconds=90), event_source="Orders", body="p" * 20
)
SENT = SendMessage(target="Orders", count=3, body='{"n": "{{ number }}"}')
DURING = durations_from_dict({"handler": "2s"})
FAULTY = replace(SCENARIO, plan=FaultPlan((LATE, POISON)), workloads=(SENT,))


EXPECTED = '''\
"""Without faults; found by a campaign."""

import pytest


@pytest.mark.fault("late-tick", after="2m", lasts="1m", times="all")
@pytest.mark.fault(
    "poison-message",
    after="0s",
    lasts="90s",
    event_source="Orders",
    body="pppppppppppppppppppp",
)
def test_nothing_lost_of_seed_7(simulator):
    """nothing-lost is broken until the handler is fixed."""
    simulator.workload("send-message", "Orders", count=3, body="{\\"n\\": \\"{{ number }}\\"}")
    result = simulator.run(hours=1, seed=7)
    result.assert_all_valid()
'''


def test_a_test_has_the_faults_the_workload_and_the_seed(tmp_path: Path) -> None:
    """In the words of the plug-in's marks and fixtures, and nothing that the suite has anyway."""
    file = Reproductions(GENERATED, tmp_path, {}).save_test(shrunk_case(FAULTY))
    assert file.name == "test_seed_7_shrunk.py"
    assert file.read_text() == EXPECTED


@pytest.mark.parametrize(
    ("pipeline", "written"),
    [
        (
            TemplatesPipeline(template=Path("t.yaml"), code=Path("src"), may_differ=("*.at",)),
            'TemplatesPipeline(template=Path("t.yaml"), code=Path("src"), may_differ=("*.at",))',
        ),
        (
            PipelineChoice(handler=ROOT / "tests/handlers/naive/handler.py").pipeline(),
            "ticker_pipeline(handler=",
        ),
    ],
    ids=["templates", "ticker"],
)
def test_a_test_has_the_pipeline_that_its_suite_lacks(
    tmp_path: Path, pipeline: Pipeline, written: str
) -> None:
    """As a fixture, made of the public API, that is the pipeline of the campaign."""
    file = Reproductions(GENERATED, tmp_path, {}, pipeline).save_test(shrunk_case(SCENARIO))
    text = file.read_text()
    assert f"return {written}" in text
    module = runpy.run_path(str(file))
    assert module["wavetank_pipeline"].__wrapped__() == pipeline


def test_expectations_are_those_of_the_saved_scenario(tmp_path: Path) -> None:
    """Only a scenario has them, so the test names its file."""
    scenario = replace(FAULTY, expectations=Expectations(check_only=("nothing-lost",)))
    text = Reproductions(GENERATED, tmp_path, {}).save_test(shrunk_case(scenario)).read_text()
    assert '@pytest.mark.scenario("seed-7-shrunk.toml")' in text
    assert "simulator.run(seed=7)" in text
    assert "late-tick" not in text


def test_durations_are_those_of_the_scenario(tmp_path: Path) -> None:
    """As the fixture takes them."""
    text = (
        Reproductions(GENERATED, tmp_path, {})
        .save_test(shrunk_case(replace(SCENARIO, durations=DURING)))
        .read_text()
    )
    assert 'simulator.durations(**{"handler": "2s"})' in text


@pytest.mark.parametrize(
    ("chosen", "command"),
    [
        (FIXED, "run calm --seed 5"),
        (GENERATED, "campaign --runs 3 --seed 5 --duration 1h"),
        (one_of_each(GENERATED), "campaign --each-fault --seed 5 --duration 1h"),
        (DRAWN, "campaign --runs 3 --draw-faults --seed 5 --scenario calm"),
        (one_of_each(FIXED), "campaign --each-fault --seed 5 --scenario calm"),
    ],
)
def test_any_case_is_run_again(tmp_path: Path, chosen: CampaignCases, command: str) -> None:
    """Generated faults are generated again by the same campaign, since cases follow each other."""
    assert Reproductions(chosen, tmp_path, {}).of_any() == f"./wavetank {command}"
