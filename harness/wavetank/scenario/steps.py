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
TICKS_BETWEEN_CHANGES = 2
"""A second tick shows that the outcome of the first was no coincidence."""


@dataclass(frozen=True)
class Tick:
    """A step that invokes the function asynchronously with the rule's event for `due`.

    If it fails it is retried, then discarded and sent to its destination.
    """

    due: datetime


@dataclass(frozen=True)
class SynchronousTick:
    """A step that invokes the function synchronously, so that a failure is not retried."""

    due: datetime


@dataclass(frozen=True)
class Begin:
    """A step that injects a state fault; `name` is its name in the plan."""

    name: str
    fault: Fault


@dataclass(frozen=True)
class Revert:
    """A step that reverts a state fault; `name` is its name in the plan."""

    name: str
    fault: Fault


type Step = Tick | SynchronousTick | Begin | Revert


def manual_steps(plan: FaultPlan, horizon: timedelta, start: datetime) -> tuple[Step, ...]:
    """The plan as steps: its faults begin and are reverted in order, with a few ticks in between.

    Each interval between two changes has one tick per minute, but at most two. Ticks are due one
    minute after another from `start` on, so a scenario of an hour takes less than one.
    """
    return tuple(_steps(plan, horizon, start))


def _steps(plan: FaultPlan, horizon: timedelta, start: datetime) -> Iterator[Step]:
    named = plan.named()
    windows = [edge for _, fault in named for edge in (fault.after, fault.reverted_after)]
    edges = sorted({timedelta(), *windows})
    due = start
    for begin, end in pairwise([*edges, max(horizon, edges[-1])]):
        yield from (Revert(name, fault) for name, fault in named if fault.reverted_after == begin)
        yield from (Begin(name, fault) for name, fault in named if fault.after == begin)
        is_off = any(_disables_rules(fault, begin) for _, fault in named)
        for _ in range(min(TICKS_BETWEEN_CHANGES, max(1, (end - begin) // MINUTE))):
            due += MINUTE
            if not is_off:
                yield Tick(due)


def _disables_rules(fault: Fault, at: timedelta) -> bool:
    """Whether the fault disables the rule at that time of the scenario, so that no tick comes."""
    return isinstance(fault, RuleOff) and fault.after <= at < fault.reverted_after
