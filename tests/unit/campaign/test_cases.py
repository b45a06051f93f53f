"""Which cases a campaign has."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from wavetank.campaign.cases import (
    CampaignCases,
    Seeds,
    choose_cases,
    generated_cases,
    seeded_cases,
)
from wavetank.core.errors import UsageError
from wavetank.faults.generation import generate_plan
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import LateTick
from wavetank.scenario.model import Scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.workload.kinds import SendMessage

HOUR = timedelta(hours=1)


def test_each_seed_has_the_plan_that_it_draws() -> None:
    """A seed's spec has that seed's plan and name, however many stand before it."""
    cases = list(generated_cases(Seeds(5, 3), HOUR))
    assert [spec.seed for spec in cases] == [5, 6, 7]
    assert [spec.scenario.plan for spec in cases] == [generate_plan(n, HOUR) for n in (5, 6, 7)]
    assert cases[1] == next(iter(generated_cases(Seeds(6, 1), HOUR)))


def test_a_scenario_is_the_same_under_each_seed() -> None:
    """Only the seed differs."""
    scenario = Scenario(name="calm", description="calm", horizon=HOUR)
    cases = list(seeded_cases(Seeds(0, 4), scenario))
    assert [spec.seed for spec in cases] == [0, 1, 2, 3]
    assert {spec.scenario for spec in cases} == {scenario}


def test_drawn_faults_replace_those_of_a_scenario() -> None:
    """Its workloads and expectations stay, and each plan is that of its seed."""
    workload = SendMessage(target="Orders", count=1, body="x")
    late = FaultPlan((LateTick(after=timedelta()),))
    scenario = Scenario(
        name="calm", description="calm", horizon=HOUR, plan=late, workloads=(workload,)
    )
    chosen = CampaignCases(
        seeds=Seeds(5, 2), horizon=HOUR, scenario=scenario, scenario_name="c", draws_faults=True
    )
    cases = [spec.scenario for spec in chosen.cases()]
    assert [case.name for case in cases] == ["calm-seed-5", "calm-seed-6"]
    assert [case.plan for case in cases] == [generate_plan(seed, HOUR) for seed in (5, 6)]
    assert {case.workloads for case in cases} == {(workload,)}
    assert chosen.name == "calm-drawn-1h-seeds-5-6"


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, 0), (SEED_MAX, 2)])
def test_seeds_that_no_file_could_hold_are_refused(first: int, count: int) -> None:
    """There is at least one, and all can be written into a scenario file."""
    with pytest.raises(UsageError, match="--seed"):
        Seeds(first, count)


def test_a_horizon_without_room_is_refused(tmp_path: Path) -> None:
    """Half a minute holds no fault, whether an option or a scenario has it."""
    with pytest.raises(UsageError, match="use a longer horizon"):
        list(generated_cases(Seeds(1, 1), timedelta(seconds=30)))
    short = tmp_path / "short.toml"
    short.write_text('description = "short"\nhorizon = "30s"\n')
    assert choose_cases(1, None, None, str(short)).horizon == timedelta(seconds=30)
    with pytest.raises(UsageError, match="use a longer horizon"):
        choose_cases(1, None, None, str(short), draws_faults=True)


def test_remembered_cases_come_before_those_of_the_seeds() -> None:
    """What failed once is known again first; the seeds stay the same."""
    chosen = CampaignCases(seeds=Seeds(5, 2), horizon=HOUR)
    (known,) = replace(chosen, seeds=Seeds(9, 1)).cases()
    assert list(replace(chosen, remembered=(known,)).cases()) == [known, *chosen.cases()]
    assert replace(chosen, remembered=(known,)).count == 3
