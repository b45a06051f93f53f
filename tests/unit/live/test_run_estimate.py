"""How long a scenario takes on a live engine."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.pipeline import NOON
from wavetank.aws.clients import sandbox_clients
from wavetank.aws.target import Target, TargetKind
from wavetank.core.clock import WallClock
from wavetank.core.engine_names import EngineName
from wavetank.core.naming import derive_names
from wavetank.faults.change_journal import Journal
from wavetank.faults.delivery import PermissionRemoved, UnconfirmedAddress
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import RoleOwner
from wavetank.live.deployed_target import DeployedTarget
from wavetank.live.run_estimate import estimate_seconds, minutes_in_words
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import manual_steps

AFTER = timedelta(minutes=10)
ENDPOINT = "http://127.0.0.1:1"
BROKEN, DENIED = BrokenDeployment(after=AFTER), PermissionRemoved(after=AFTER)
UNCONFIRMED = UnconfirmedAddress(after=AFTER)


def _scenario(*faults: Fault) -> Scenario:
    horizon = timedelta(hours=1)
    return Scenario(name="s", description="d", horizon=horizon, plan=FaultPlan(faults))


def _place(engine: EngineName, delay: int) -> DeployedTarget:
    target = Target(
        kind=TargetKind.LOCAL,
        aws=sandbox_clients(ENDPOINT),
        account="000000000000",
        endpoint=ENDPOINT,
        profile=None,
        pace_seconds=1.0,
    )
    return DeployedTarget(
        engine=engine,
        target=target,
        names=derive_names("Dora", "Explorer"),
        clock=WallClock(),
        journal=Journal(Path("unused"), "sandbox", "s"),
        retry_base_delay_seconds=delay,
    )


def test_most_of_the_estimate_are_lambdas_delays() -> None:
    """Two failing ticks are six base delays; a tick that does not fail waits for none."""
    scenario = _scenario(BROKEN)
    steps = manual_steps(scenario.plan, scenario.horizon, NOON)
    slow, fast = (estimate_seconds(_place(EngineName.EMBEDDED, delay), steps) for delay in (60, 0))
    assert slow - fast == 2 * 3 * 60
    for fault in (UNCONFIRMED, PermissionRemoved(after=AFTER, owner=RoleOwner.DELIVERY_STREAM)):
        calm = manual_steps(FaultPlan((fault,)), scenario.horizon, NOON)
        waits = {estimate_seconds(_place(EngineName.EMBEDDED, delay), calm) for delay in (60, 0)}
        assert len(waits) == 1


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(5, "about a minute"), (60, "about a minute"), (61, "about 2 minutes")],
)
def test_minutes_are_rounded_up(seconds: float, said: str) -> None:
    """The estimate is never below the duration."""
    assert minutes_in_words(seconds) == said
