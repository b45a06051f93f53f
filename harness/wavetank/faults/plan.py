"""Faults together: the plan of one run."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from wavetank.faults.fault import Fault


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When the fault of this name is injected, or reverted."""

    at: datetime
    name: str
    fault: Fault
    reverts: bool


@dataclass(frozen=True)
class FaultPlan:
    """The faults of one run, in any order; the empty plan is a calm day."""

    faults: tuple[Fault, ...] = ()

    def named(self) -> tuple[tuple[str, Fault], ...]:
        """Each fault with the name that a history calls it by, which its place in the plan gives.

        The name tells its kind too: `fault-1-late-tick`.
        """
        numbered = enumerate(self.faults, 1)
        return tuple((f"fault-{number}-{fault.kind}", fault) for number, fault in numbered)

    def moments(self, begin: datetime) -> tuple[Moment, ...]:
        """When each fault is injected and reverted, in order; at one instant, reverts come first.

        So a fault that begins where another of its target ends finds nothing left of that one,
        whichever of the two stands first in the plan.
        """
        moments = [
            Moment(at=at, name=name, fault=fault, reverts=reverts)
            for name, fault in self.named()
            for at, reverts in zip(fault.window(begin), (False, True), strict=True)
        ]
        return tuple(sorted(moments, key=lambda moment: (moment.at, not moment.reverts)))

    def reverted_at(self, begin: datetime) -> datetime:
        """When the last fault is healed; the begin itself where there is none."""
        return max((fault.window(begin)[1] for fault in self.faults), default=begin)

    def beyond(self, horizon: timedelta) -> tuple[Fault, ...]:
        """The faults that would not be healed when the run's horizon is reached."""
        return tuple(fault for fault in self.faults if fault.healed_after > horizon)

    def contradictions(self) -> tuple[tuple[Fault, Fault], ...]:
        """The pairs that claim the same target at the same time, so that only one could have it."""
        pairs = combinations(self.faults, 2)
        return tuple((one, other) for one, other in pairs if contradict(one, other))


def contradict(one: Fault, other: Fault) -> bool:
    """Whether both claim one target at one time."""
    return one.target == other.target and one.overlaps(other)


def consistent(faults: Iterable[Fault]) -> FaultPlan:
    """The faults but for those that contradict one that stands before them."""
    kept: list[Fault] = []
    for fault in faults:
        if not any(contradict(fault, other) for other in kept):
            kept.append(fault)
    return FaultPlan(tuple(kept))
