"""The guarantee, in the simulator: the project's handler survives every fault."""

from datetime import timedelta

import pytest

from tests.live.hosts import PROJECT
from tests.simulator.conftest import Deployed
from tests.simulator.runs import HORIZON, run_faults, run_scenario, scenario_of
from wavetank.campaign.regression_seeds import FILE_NAME, regression_seeds
from wavetank.faults.catalogue import kinds_for
from wavetank.faults.generation import generate_plan, single_faults
from wavetank.faults.targets import TICKER_TARGETS
from wavetank.scenario.loader import find_scenarios, load_scenario
from wavetank.scenario.model import Scenario

SEEDS = range(1, 4)
SEEDS_NIGHTLY = range(4, 21)
SCENARIOS = PROJECT / "scenarios"
SINGLE = {fault.kind: fault for fault in single_faults(HORIZON)}
SHIPPED = [path.stem for path in find_scenarios(SCENARIOS)]
WHOLE_DAY = "calm-day"
"""A day takes a while; an hour of it is enough here, and `bench` plays it whole."""


@pytest.mark.parametrize("name", SHIPPED)
def test_our_handler_survives_every_scenario(deployed: Deployed, name: str) -> None:
    """Each shipped scenario ends as it expects."""
    scenario = load_scenario(name, SCENARIOS)
    if name == WHOLE_DAY:
        scenario = scenario_of(horizon=timedelta(hours=1))
    run = run_scenario(deployed, scenario, seed=scenario.seed or 1)
    assert run.broken() == {}


@pytest.mark.parametrize("kind", SINGLE)
def test_our_handler_survives_every_single_fault(deployed: Deployed, kind: str) -> None:
    """With any one fault, all invariants hold."""
    assert run_faults(deployed, SINGLE[kind]).broken() == {}


@pytest.mark.parametrize(
    "seed",
    [*SEEDS, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in SEEDS_NIGHTLY)],
)
def test_our_handler_survives_a_random_campaign(deployed: Deployed, seed: int) -> None:
    """Plans of up to four faults, generated from seeds."""
    plan = generate_plan(seed, HORIZON)
    scenario = Scenario(name="drawn", description="Drawn.", horizon=HORIZON, plan=plan)
    assert run_scenario(deployed, scenario, seed).broken() == {}


def test_every_kind_is_among_the_single_faults() -> None:
    """So that all of them are tested above."""
    assert list(SINGLE) == [kind.kind for kind in kinds_for(TICKER_TARGETS)]


def test_regression_seeds_do_not_fail_again(deployed: Deployed) -> None:
    """Every case of seeds.json is run."""
    broken = {
        failure.seed: run_scenario(deployed, failure.spec().scenario, failure.seed).broken()
        for failure in regression_seeds(PROJECT / FILE_NAME)
    }
    assert {seed: found for seed, found in broken.items() if found} == {}
