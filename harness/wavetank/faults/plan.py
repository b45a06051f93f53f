"""The faults of one run, and when each is injected and reverted."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from wavetank.faults.calls import CALLS, CallFault
from wavetank.faults.fault import Fault, StateFault


@dataclass(frozen=True, kw_only=True)
class Moment:
    """The time at which a fault of a plan is injected or reverted."""

    at: datetime
    name: str
    fault: Fault
    reverts: bool


@dataclass(frozen=True)
class FaultPlan:
    """The faults of one run, in any order; an empty plan injects none."""

    faults: tuple[Fault, ...] = ()

    def named(self) -> tuple[tuple[str, Fault], ...]:
        """Each fault with its name in histories, which has its position and its kind.

        For example `fault-1-late-tick`.
        """
        numbered = enumerate(self.faults, 1)
        return tuple((f"fault-{number}-{fault.kind}", fault) for number, fault in numbered)

    def moments(self, begin: datetime) -> tuple[Moment, ...]:
        """When each fault is injected and reverted, in order; at one instant, reverts come first.

        So a fault that begins when another with the same target ends finds that one reverted,
        whatever their order in the plan.
        """
        moments = [
            Moment(at=at, name=name, fault=fault, reverts=reverts)
            for name, fault in self.named()
            for at, reverts in zip(fault.window(begin), (False, True), strict=True)
        ]
        return tuple(sorted(moments, key=lambda moment: (moment.at, not moment.reverts)))

    def reverted_at(self, begin: datetime) -> datetime:
        """When the last fault is reverted; `begin` if there are no faults."""
        return max((fault.window(begin)[1] for fault in self.faults), default=begin)

    def beyond(self, horizon: timedelta) -> tuple[Fault, ...]:
        """The faults that would not be reverted at the end of the horizon."""
        return tuple(fault for fault in self.faults if fault.reverted_after > horizon)

    def unmatched(self, injected: Collection[str]) -> tuple[Fault, ...]:
        """The faults that hit no event, by the names of those that did.

        What changes the deployed state hits no single event, and is not one of them.
        """
        return tuple(
            fault
            for name, fault in self.named()
            if name not in injected and not isinstance(fault, StateFault)
        )

    def unlisted_calls(self) -> tuple[str, ...]:
        """The calls that its faults hit and that are not in `CALLS`: the SDK knows them or not."""
        calls = (fault.call for fault in self.faults if isinstance(fault, CallFault))
        return tuple(call for call in calls if call not in CALLS)

    def contradictions(self) -> tuple[tuple[Fault, Fault], ...]:
        """The pairs of faults with the same target at the same time."""
        pairs = combinations(self.faults, 2)
        return tuple((one, other) for one, other in pairs if contradict(one, other))


def contradict(one: Fault, other: Fault) -> bool:
    """Whether both faults have the same target at the same time."""
    return one.target == other.target and one.overlaps(other)


def consistent(faults: Iterable[Fault]) -> FaultPlan:
    """A plan of the faults, without those that contradict an earlier one."""
    accepted: list[Fault] = []
    for fault in faults:
        if not any(contradict(fault, other) for other in accepted):
            accepted.append(fault)
    return FaultPlan(tuple(accepted))
