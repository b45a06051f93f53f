"""Which faults a story can have on which engine, and how long it takes there to tell it."""

import math
from collections.abc import Iterable, Iterator, Sequence

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.faults.delivery import PermissionRemoved, RoleOwner, UnconfirmedAddress
from wavetank.faults.fault import Fault, FunctionRole
from wavetank.faults.functions import BrokenDeployment
from wavetank.live.deployed_target import LivePlace
from wavetank.scenario.model import Scenario
from wavetank.scenario.steps import Begin, Revert, Step, Tick

EVERYWHERE = frozenset(EngineName)
TICK_SECONDS = 5.0
"""From a tick's request to its being seen in the log."""


def engines_of(fault: Fault) -> frozenset[EngineName]:
    """Where it can happen to a story; nowhere for what befalls a machine, which `drill` does."""
    match fault:
        case BrokenDeployment(function=FunctionRole.RULE_TARGET) | PermissionRemoved():
            return EVERYWHERE
        case UnconfirmedAddress():
            return EVERYWHERE - {EngineName.AWS}
        case _:
            return frozenset() if fault.live_only else frozenset({EngineName.SIMULATOR})


def check_playable(scenario: Scenario, engine: EngineName) -> None:
    """Whether the engine can have all of the scenario's faults.

    Raises:
        UsageError: it cannot; names those faults, and who can.
    """
    found = [fault for fault in scenario.plan.faults if engine not in engines_of(fault)]
    if found:
        who = {whom: [f for f in found if _who(f) == whom] for whom in map(_who, found)}
        named = "; ".join(f"{_kinds(faults)} ({whom})" for whom, faults in who.items())
        raise UsageError(
            f"faults that can happen on {engine}",
            f"in {scenario.name}: {named}",
            "leave --engine out, choose another scenario, or take them out",
        )


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
    match fault:
        case PermissionRemoved():
            return fault.owner is RoleOwner.RULE_TARGET
        case _:
            return isinstance(fault, BrokenDeployment)


def _kinds(faults: Iterable[Fault]) -> str:
    """Each kind once, and whose function where that is why."""
    kinds = [
        f"{fault.kind} of the {fault.function}"
        if isinstance(fault, BrokenDeployment)
        else fault.kind
        for fault in faults
    ]
    return ", ".join(dict.fromkeys(kinds))


def _who(fault: Fault) -> str:
    engines = [engine for engine in EngineName if engine in engines_of(fault)]
    return f"only on {', '.join(engines)}" if engines else "only by ./wavetank drill --fault"
