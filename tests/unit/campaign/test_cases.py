"""Which cases a campaign has."""

from collections.abc import Callable, Iterator
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
    single_fault_cases,
)
from wavetank.core.errors import UsageError
from wavetank.faults.catalogue import kinds_for
from wavetank.faults.generation import generate_plan
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import Resource
from wavetank.faults.targets import FaultTargets
from wavetank.faults.ticks import LateTick
from wavetank.scenario.model import Expectations, Scenario
from wavetank.scenario.parser import parse_scenario
from wavetank.scenario.schema import SEED_MAX
from wavetank.scenario.serialization import scenario_to_toml
from wavetank.scenario.timing.settings import durations_from_dict
from wavetank.scenario.workload.arrivals import ArrivalRate
from wavetank.scenario.workload.kinds import SendMessage
from wavetank.simulation.runner import RunSpec

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CALM = Scenario(name="calm", description="calm", horizon=HOUR)


def test_each_seed_has_the_plan_that_it_draws() -> None:
    """A seed's spec has that seed's plan and name, however many stand before it."""
    cases = list(generated_cases(Seeds(5, 3), HOUR))
    assert [spec.seed for spec in cases] == [5, 6, 7]
    assert [spec.scenario.plan for spec in cases] == [generate_plan(n, HOUR) for n in (5, 6, 7)]
    assert cases[1] == next(iter(generated_cases(Seeds(6, 1), HOUR)))


def test_a_scenario_is_the_same_under_each_seed() -> None:
    """Only the seed differs."""
    cases = list(seeded_cases(Seeds(0, 4), CALM))
    assert [spec.seed for spec in cases] == [0, 1, 2, 3]
    assert {spec.scenario for spec in cases} == {CALM}


def test_the_workload_of_each_second_seed_ends_at_the_horizon() -> None:
    """Later events would overwrite what a late one has done; an end of its own stays."""
    rate = ArrivalRate("6 per minute")
    endless = SendMessage(target="Orders", rate=rate, begins=timedelta(minutes=5), body="x")
    ended, once = replace(endless, duration=MINUTE), SendMessage(target="Orders", count=1, body="x")
    base = replace(CALM, workloads=(endless, ended, once))
    four, five = (each.scenario.workloads for each in generated_cases(Seeds(4, 2), HOUR, base=base))
    assert four == (replace(endless, duration=HOUR - timedelta(minutes=5)), ended, once)
    assert five == base.workloads


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


@pytest.mark.parametrize("cases", [generated_cases, single_fault_cases])
def test_generated_cases_are_their_base_but_for_the_faults(
    cases: Callable[..., Iterator[RunSpec]],
) -> None:
    """Whatever else a scenario has is run and saved with them, durations too."""
    base = Scenario(
        name="slow",
        description="slow",
        horizon=HOUR,
        expectations=Expectations(alerts_min=1),
        workloads=(SendMessage(target="Orders", count=1, body="x"),),
        durations=durations_from_dict({"handler": "2s"}),
    )
    first = Seeds(1, 1) if cases is generated_cases else 1
    case = next(cases(first, HOUR, base=base)).scenario
    own = ("name", "description", "seed", "plan")
    assert case == replace(base, **{name: getattr(case, name) for name in own})
    assert parse_scenario(case.name, scenario_to_toml(case), "saved.toml") == case


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, 0), (SEED_MAX, 2)])
def test_seeds_that_no_file_could_hold_are_refused(first: int, count: int) -> None:
    """There is at least one, and all can be written into a scenario file."""
    with pytest.raises(UsageError, match="--seed"):
        Seeds(first, count)


def test_a_horizon_without_room_is_refused(tmp_path: Path) -> None:
    """Half a minute holds no fault, whether an option or a scenario has it."""
    with pytest.raises(UsageError, match="use a longer horizon"):
        choose_cases(1, None, "30s", None).require_cases()
    short = tmp_path / "short.toml"
    short.write_text('description = "short"\nhorizon = "30s"\n')
    choose_cases(1, None, None, str(short)).require_cases()
    with pytest.raises(UsageError, match="use a longer horizon"):
        choose_cases(1, None, None, str(short), draws_faults=True).require_cases()


@pytest.mark.parametrize("each_fault", [False, True])
def test_faults_are_generated_for_the_targets_that_the_cases_have_then(*, each_fault: bool) -> None:
    """Without any target there is no case; one is enough, even if it is no function."""
    nothing = FaultTargets(resources=frozenset(), functions=(), permissions=(), errors=())
    chosen = CampaignCases(seeds=Seeds(1, 1), horizon=HOUR, each_fault=each_fault)
    chosen.require_cases()
    with pytest.raises(UsageError, match="add a function and its trigger"):
        replace(chosen, targets=nothing).require_cases()
    stream = replace(nothing, resources=frozenset({Resource.STREAM}))
    kinds = set(kinds_for(stream))
    plans = [case.scenario.plan for case in replace(chosen, targets=stream).cases()]
    found = {type(fault) for plan in plans for fault in plan.faults}
    assert found == kinds if each_fault else found <= kinds


def test_drawn_faults_need_a_scenario_that_they_are_for() -> None:
    """Without one they are generated anyway: the scenario was forgotten."""
    with pytest.raises(UsageError, match="a scenario for --draw-faults"):
        choose_cases(1, None, None, None, draws_faults=True)


def test_remembered_cases_come_before_those_of_the_seeds() -> None:
    """What failed once is known again first; the seeds stay the same."""
    chosen = CampaignCases(seeds=Seeds(5, 2), horizon=HOUR)
    (known,) = replace(chosen, seeds=Seeds(9, 1)).cases()
    assert list(replace(chosen, remembered=(known,)).cases()) == [known, *chosen.cases()]
    assert replace(chosen, remembered=(known,)).count == 3
