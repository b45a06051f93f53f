"""A scenario as steps that need no clock: ticks and faults, one after the other.

`simulation` executes them in virtual time, `live` in wall time on a sandbox or on AWS. Each step
begins when the effects of the one before are over, so the same happens on every engine.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from wavetank.faults.fault import Fault
from wavetank.faults.plan import FaultPlan
from wavetank.faults.ticks import RuleOff

MINUTE = timedelta(minutes=1)
TICKS_IN_STRETCH = 2
"""Between one change and the next: a second one shows that the first was no chance."""


@dataclass(frozen=True)
class Tick:
    """Lambda is handed the event of the instant `due`, as the rule hands it over.

    What fails is tried again, then given up and told.
    """

    due: datetime


@dataclass(frozen=True)
class SynchronousTick:
    """Somebody invokes the function with that event and waits for its answer, and that is all."""

    due: datetime


@dataclass(frozen=True)
class Begin:
    """A fault that changes what is deployed begins; `name` is what the plan calls it."""

    name: str
    fault: Fault


@dataclass(frozen=True)
class Revert:
    """The change that the fault made is reverted."""

    name: str
    fault: Fault


type Step = Tick | SynchronousTick | Begin | Revert


def manual_steps(plan: FaultPlan, horizon: timedelta, start: datetime) -> tuple[Step, ...]:
    """The plan as steps: its faults begin and heal in their order, with a few ticks in between.

    Each stretch between two changes has so many ticks as it has minutes, and no more than two. They
    are due one minute after the other from `start` on: an hour of a scenario is no hour here.
    """
    return tuple(_steps(plan, horizon, start))


def _steps(plan: FaultPlan, horizon: timedelta, start: datetime) -> Iterator[Step]:
    named = plan.named()
    windows = [edge for _, fault in named for edge in (fault.after, fault.healed_after)]
    edges = sorted({timedelta(), *windows})
    due = start
    for begin, end in pairwise([*edges, max(horizon, edges[-1])]):
        yield from (Revert(name, fault) for name, fault in named if fault.healed_after == begin)
        yield from (Begin(name, fault) for name, fault in named if fault.after == begin)
        is_off = any(_disables_rules(fault, begin) for _, fault in named)
        for _ in range(min(TICKS_IN_STRETCH, max(1, (end - begin) // MINUTE))):
            due += MINUTE
            if not is_off:
                yield Tick(due)


def _disables_rules(fault: Fault, at: timedelta) -> bool:
    """Whether no tick comes at that time of the scenario, because its rule is disabled."""
    return isinstance(fault, RuleOff) and fault.after <= at < fault.healed_after
