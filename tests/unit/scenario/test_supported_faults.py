"""Which engines can run a scenario, by the faults that it has."""

from dataclasses import replace
from datetime import timedelta

import pytest

from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError, LostReply
from wavetank.faults.capabilities import CAPABILITIES
from wavetank.faults.delivery import PermissionRemoved, UnconfirmedAddress
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment, NoConcurrency
from wavetank.faults.host_faults import HostKilled
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import FunctionRole, RoleOwner
from wavetank.faults.ticks import MissedTick, RuleOff
from wavetank.scenario.model import Scenario
from wavetank.scenario.supported_faults import check_supported
from wavetank.scenario.timing.settings import durations_from_dict

AFTER = timedelta(minutes=10)
BROKEN, UNCONFIRMED = BrokenDeployment(after=AFTER), UnconfirmedAddress(after=AFTER)


def _scenario(*faults: Fault) -> Scenario:
    horizon = timedelta(hours=1)
    return Scenario(name="s", description="d", horizon=horizon, plan=FaultPlan(faults))


@pytest.mark.parametrize("engine", list(EngineName))
def test_code_concurrency_rules_and_permissions_can_be_changed_anywhere(engine: EngineName) -> None:
    """Of any function and any role, since AWS's public API can revert all of it."""
    delivery = PermissionRemoved(
        after=AFTER, owner=RoleOwner.DELIVERY_STREAM, action="s3:PutObject"
    )
    notification = BrokenDeployment(after=AFTER, function=FunctionRole.FAILURE_DESTINATION)
    others = (NoConcurrency(after=AFTER), RuleOff(after=AFTER))
    scenario = _scenario(BROKEN, delivery, notification, *others)
    check_supported(scenario, engine)
    assert {type(fault).needs for fault in scenario.plan.faults} <= CAPABILITIES[engine]


@pytest.mark.parametrize(
    ("engine", "faults", "said"),
    [
        (
            EngineName.AWS,
            [BROKEN, UNCONFIRMED, ApiError(after=AFTER)],
            "s: api-error, unconfirmed-address (only on simulator, embedded, docker)",
        ),
        (
            EngineName.DOCKER,
            [MissedTick(after=AFTER), MissedTick(after=AFTER), HostKilled(after=AFTER)],
            "s: missed-tick (only on simulator); host-killed (only by ./wavetank drill --fault)",
        ),
        (EngineName.EMBEDDED, [LostReply(after=AFTER)], "lost-reply (only on simulator)"),
        (EngineName.SIMULATOR, [HostKilled(after=AFTER)], "faults that simulator supports"),
    ],
)
def test_other_faults_are_named_with_the_engines_that_support_them(
    engine: EngineName, faults: list[Fault], said: str
) -> None:
    """Each kind once, however often it is planned."""
    with pytest.raises(UsageError) as raised:
        check_supported(_scenario(*faults), engine)
    assert said in str(raised.value)
    assert str(raised.value).count("missed-tick") <= 1


@pytest.mark.parametrize(
    "engine", [each for each in EngineName if each is not EngineName.SIMULATOR]
)
def test_durations_are_of_virtual_time(engine: EngineName) -> None:
    """Elsewhere calls take what they take, and a scenario that says otherwise is refused."""
    scenario = replace(_scenario(), durations=durations_from_dict({"handler": "1s"}))
    check_supported(scenario, EngineName.SIMULATOR)
    with pytest.raises(UsageError, match=rf"without \[durations\]: on {engine} "):
        check_supported(scenario, engine)
