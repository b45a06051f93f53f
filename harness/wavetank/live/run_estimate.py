"""How long a scenario takes on a live engine, and what it needs there."""

import math
from collections.abc import Iterator, Sequence

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment
from wavetank.faults.references import FunctionRole, RoleOwner
from wavetank.live.deployed_target import LivePlace
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import Begin, Revert, Step, Tick

TICK_SECONDS = 5.0
"""From a tick's request to its being seen in the log."""


def check_enforced(place: LivePlace, scenario: Scenario) -> None:
    """Whether a permission that is removed would be missed.

    Raises:
        UsageError: the sandbox does not ask policies.
    """
    faults = scenario.plan.faults
    if place.is_aws or not any(isinstance(fault, PermissionRemoved) for fault in faults):
        return
    if SandboxControls(place.endpoint).access_uses() is None:
        raise UsageError(
            "a sandbox that enforces policies", "one that does not", "start it without --no-access"
        )


def seconds_to_tell(place: LivePlace, steps: Sequence[Step]) -> float:
    """About how long it takes: most of it is Lambda's waiting before it tries again."""
    return place.settle_seconds + place.delivery_seconds + sum(_seconds(place, steps))


def minutes_in_words(seconds: float) -> str:
    """Rounded up, for people."""
    minutes = math.ceil(seconds / 60)
    return "about a minute" if minutes <= 1 else f"about {minutes} minutes"


def _seconds(place: LivePlace, steps: Sequence[Step]) -> Iterator[float]:
    failing: set[str] = set()
    for step in steps:
        match step:
            case Begin(name, fault):
                failing |= {name} if _fails_ticks(fault) else set()
                yield place.settle_seconds
            case Revert(name):
                failing.discard(name)
                yield place.settle_seconds
            case Tick():
                yield TICK_SECONDS + (place.failing_seconds if failing else 0.0)


def _fails_ticks(fault: Fault) -> bool:
    """Whether Lambda retries the ticks: what may not run at all is not retried."""
    match fault:
        case PermissionRemoved():
            return fault.owner == RoleOwner.RULE_TARGET
        case BrokenDeployment():
            return fault.function == FunctionRole.RULE_TARGET
        case ApiError():
            return True
        case _:
            return False
