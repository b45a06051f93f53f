"""A failing spec is cut down to what it takes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.players import CONSERVATION, CONTINUITY, expected_result
from wavetank.campaign.cases import Seeds, generated_cases
from wavetank.campaign.results import CaseResult
from wavetank.campaign.shrinking import Budget, Shrunk, shrink
from wavetank.core.clock import WallClock
from wavetank.faults.delivery import S3Outage
from wavetank.faults.fault import Fault
from wavetank.faults.functions import HandlerCrash
from wavetank.faults.plan import FaultPlan
from wavetank.faults.shrinking import choices_of
from wavetank.faults.ticks import DuplicateTick, LateTick
from wavetank.scenario.model import Scenario
from wavetank.scenario.workload.arrivals import ArrivalRate
from wavetank.scenario.workload.kinds import PutRecord, SendMessage
from wavetank.simulation.runner import RunSpec

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
STEP = 30 * SECOND
BUDGET = Budget(seconds_max=3600)


class Company:
    """Plays cases, and knows how many."""

    def __init__(self) -> None:
        self.cases: list[RunSpec] = []

    def play(self, spec: RunSpec) -> CaseResult:
        self.cases.append(spec)
        return expected_result(spec)


def _shrunk(plan: FaultPlan, company: Company, budget: Budget = BUDGET) -> Shrunk:
    scenario = Scenario(name="bad", description="bad", horizon=24 * HOUR, plan=plan)
    result = expected_result(RunSpec(scenario=scenario, seed=7))
    return shrink(result, company.play, budget, WallClock())


def _plan(*faults: Fault) -> FaultPlan:
    return FaultPlan(faults)


BAD = _plan(
    S3Outage(after=HOUR, lasts=3 * HOUR),
    LateTick(after=2 * HOUR + 17 * SECOND, lasts=HOUR, delay=270 * SECOND, times=None),
    S3Outage(after=9 * HOUR),
    DuplicateTick(after=5 * HOUR, lasts=HOUR, occurrence=3, times=3, copies=3),
)


@pytest.mark.parametrize(
    "spec", [s for s in generated_cases(Seeds(1, 60), HOUR) if expected_result(s).broken]
)
def test_drawn_plans_shrink_to_the_faults_that_matter(spec: RunSpec) -> None:
    """One crash, or one late and one doubled tick, is left: at once, shortest, and once."""
    result = expected_result(spec)
    shrunk = shrink(result, Company().play, BUDGET, WallClock())
    faults = shrunk.spec.scenario.plan.faults
    kinds: dict[str, set[type[Fault]]] = {
        CONSERVATION: {HandlerCrash},
        CONTINUITY: {LateTick, DuplicateTick},
    }
    assert shrunk.invariant == result.broken[0]
    assert {type(fault) for fault in faults} == kinds[shrunk.invariant]
    assert len(faults) == len(kinds[shrunk.invariant])
    assert {fault.lasts for fault in faults} == {STEP}
    assert sorted(fault.after for fault in faults) == [timedelta(), STEP][: len(faults)]
    assert shrunk.complete
    assert shrunk.spec.seed == spec.seed


def test_numbers_shrink_as_far_as_they_may() -> None:
    """What has to be large stays so, by a second, and all else is the simplest there is."""
    shrunk = _shrunk(BAD, Company())
    late = LateTick(after=STEP, lasts=STEP, delay=101 * SECOND)  # they cannot both be at once
    doubled = DuplicateTick(after=timedelta(), lasts=STEP, copies=1, gap=SECOND)
    assert shrunk.spec.scenario.plan == _plan(late, doubled)
    assert shrunk.spec.scenario.horizon == 2 * MINUTE
    assert shrunk.broken == (CONTINUITY,)
    assert shrunk.spec.scenario.name == "bad-shrunk"


def test_only_the_workload_that_matters_is_left_as_far_as_the_run_is_long() -> None:
    """Where only messages of two queues break an invariant, the calls of a third are dropped."""
    rate = ArrivalRate("1 per minute")
    workloads = (
        SendMessage(target="Orders", rate=rate, body="x", duration=HOUR),
        PutRecord(target="Readings", rate=rate, body="x"),
        SendMessage(target="Returns", rate=rate, body="x", begins=HOUR),
    )
    plan = _plan(HandlerCrash(after=timedelta()))
    scenario = Scenario(
        name="bad", description="bad", horizon=24 * HOUR, plan=plan, workloads=workloads
    )

    def play(spec: RunSpec) -> CaseResult:
        is_broken = any(isinstance(each, SendMessage) for each in spec.scenario.workloads)
        calm = replace(spec, scenario=replace(spec.scenario, plan=FaultPlan()))
        return replace(expected_result(spec if is_broken else calm), spec=spec)

    result = play(RunSpec(scenario=scenario, seed=7))
    shrunk = shrink(result, play, BUDGET, WallClock()).spec.scenario
    (left,) = shrunk.workloads
    assert (left.target, left.duration, shrunk.horizon) == ("Orders", 2 * MINUTE, 2 * MINUTE)


def test_a_case_shrinks_the_same_way_each_time() -> None:
    """The same cases are run, in the same order."""
    first, second = Company(), Company()
    assert _shrunk(BAD, first) == _shrunk(BAD, second)
    assert first.cases == second.cases
    assert len(first.cases) == len(set(first.cases)) < 100


@pytest.mark.parametrize("runs_max", [0, 1, 5, 20])
def test_no_more_cases_are_run_than_the_budget_allows(runs_max: int) -> None:
    """What was found until then still breaks the invariant, and is said not to be the least."""
    company = Company()
    shrunk = _shrunk(BAD, company, Budget(runs_max=runs_max, seconds_max=3600))
    assert len(company.cases) == shrunk.runs <= runs_max
    assert not shrunk.complete
    assert expected_result(shrunk.spec).broken == shrunk.broken == (CONTINUITY,)


def test_no_case_is_run_once_the_time_is_up() -> None:
    """Nothing is gained and nothing is lost."""
    company = Company()
    shrunk = _shrunk(BAD, company, Budget(seconds_max=0))
    assert company.cases == []
    assert shrunk.spec.scenario.plan == BAD


def test_a_case_that_breaks_by_itself_shrinks_to_a_calm_one() -> None:
    """Where no fault is needed none is left."""

    def play(spec: RunSpec) -> CaseResult:
        crash = _plan(HandlerCrash(after=timedelta()))
        changed = Scenario(name="x", description="x", horizon=HOUR, plan=crash)
        return CaseResult(
            spec=spec, outcome=expected_result(RunSpec(scenario=changed, seed=spec.seed)).outcome
        )

    scenario = Scenario(name="x", description="x", horizon=HOUR, plan=BAD)
    shrunk = shrink(play(RunSpec(scenario=scenario, seed=1)), play, BUDGET, WallClock())
    assert shrunk.spec.scenario.plan == FaultPlan()
    assert choices_of(FaultPlan()) == ()
