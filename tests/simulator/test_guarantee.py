"""The guarantee, in the simulator: ours holds under every fault, the naive handler does not."""

from datetime import timedelta

import pytest

from tests.live.hosts import PROJECT
from tests.simulator.conftest import Deployed
from tests.simulator.stories import HORIZON, scenario_of, tell, tell_of
from wavetank.campaign.regression_seeds import FILE_NAME, remembered
from wavetank.faults.catalogue import VIRTUAL_KINDS
from wavetank.faults.generation import generate_plan, single_faults
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
def test_our_handler_stands_every_scenario(deployed: Deployed, name: str) -> None:
    """Each shipped story comes out as it expects."""
    scenario = load_scenario(name, SCENARIOS)
    if name == WHOLE_DAY:
        scenario = scenario_of(horizon=timedelta(hours=1))
    told = tell(deployed, scenario, seed=scenario.seed or 1)
    assert told.broken() == {}


@pytest.mark.parametrize("kind", SINGLE)
def test_our_handler_stands_every_single_fault(deployed: Deployed, kind: str) -> None:
    """Whatever goes wrong by itself, all invariants hold."""
    assert tell_of(deployed, SINGLE[kind]).broken() == {}


@pytest.mark.parametrize(
    "seed",
    [*SEEDS, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in SEEDS_NIGHTLY)],
)
def test_our_handler_stands_a_random_campaign(deployed: Deployed, seed: int) -> None:
    """Plans of up to four faults, drawn from seeds."""
    plan = generate_plan(seed, HORIZON)
    scenario = Scenario(name="drawn", description="Drawn.", horizon=HORIZON, plan=plan)
    assert tell(deployed, scenario, seed).broken() == {}


def test_every_kind_is_among_the_single_faults() -> None:
    """So that ours is shown to stand all of them."""
    assert list(SINGLE) == [kind.kind for kind in VIRTUAL_KINDS]


def test_what_once_failed_does_not_fail_again(deployed: Deployed) -> None:
    """Every story of seeds.json is played."""
    broken = {
        failure.seed: tell(deployed, failure.story().scenario, failure.seed).broken()
        for failure in remembered(PROJECT / FILE_NAME)
    }
    assert {seed: found for seed, found in broken.items() if found} == {}
