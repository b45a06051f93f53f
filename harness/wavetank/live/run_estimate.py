"""How long a scenario takes on a live engine, and what it requires there."""

import math
from collections.abc import Iterator, Sequence

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import UsageError
from wavetank.faults.calls import ApiError
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.fault import Fault
from wavetank.faults.functions import BrokenDeployment
from wavetank.faults.references import FunctionRole, RoleOwner
from wavetank.live.deployed_target import DeployedTarget
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import Begin, Revert, Step, Tick

TICK_SECONDS = 5.0
"""From a tick's request until the log shows it."""


def check_enforced(deployed: DeployedTarget, scenario: Scenario) -> None:
    """Returns if the engine enforces policies, or the scenario removes no permission.

    Raises:
        UsageError: the sandbox does not enforce policies, so that the removal would have no effect.
    """
    faults = scenario.plan.faults
    if deployed.is_aws or not any(isinstance(fault, PermissionRemoved) for fault in faults):
        return
    if SandboxControls(deployed.endpoint).access_uses() is None:
        raise UsageError(
            "a sandbox that enforces policies", "one that does not", "start it without --no-access"
        )


def estimate_seconds(deployed: DeployedTarget, steps: Sequence[Step]) -> float:
    """The approximate duration; most of it are Lambda's delays before retries."""
    return deployed.settle_seconds + deployed.delivery_seconds + sum(_seconds(deployed, steps))


def minutes_in_words(seconds: float) -> str:
    """The duration in whole minutes, rounded up, in words."""
    minutes = math.ceil(seconds / 60)
    return "about a minute" if minutes <= 1 else f"about {minutes} minutes"


def _seconds(deployed: DeployedTarget, steps: Sequence[Step]) -> Iterator[float]:
    failing: set[str] = set()
    for step in steps:
        match step:
            case Begin(name, fault):
                failing |= {name} if _fails_ticks(fault) else set()
                yield deployed.settle_seconds
            case Revert(name):
                failing.discard(name)
                yield deployed.settle_seconds
            case Tick():
                yield TICK_SECONDS + (deployed.retries_seconds if failing else 0.0)


def _fails_ticks(fault: Fault) -> bool:
    """Whether the fault makes Lambda retry ticks; a function without concurrency is not retried."""
    match fault:
        case PermissionRemoved():
            return fault.owner == RoleOwner.RULE_TARGET
        case BrokenDeployment():
            return fault.function == FunctionRole.RULE_TARGET
        case ApiError():
            return True
        case _:
            return False
