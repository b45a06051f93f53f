"""Which planned fault strikes what: found by kind, place and window, and counted as it says."""

from collections.abc import Callable
from datetime import datetime

from wavetank.faults.fault import CountedFault, Fault
from wavetank.faults.plan import FaultPlan
from wavetank.history import FaultInjected
from wavetank.simulation.simulation_clock import SimulationClock


class FaultMatcher:
    """The plan of one run, and how often each of its faults could have struck so far."""

    def __init__(self, plan: FaultPlan, begin: datetime, timeline: SimulationClock) -> None:
        self._named = plan.named()
        self._begin = begin
        self._timeline = timeline
        self._counts: dict[str, int] = {}

    def now[F: Fault](
        self, kind: type[F], what: str, where: Callable[[F], bool] = lambda _: True
    ) -> F | None:
        """The fault of that kind, and place, that strikes `what`, which is happening now.

        To ask is to count: each occurrence is asked about once.
        """
        for name, fault in self._named:
            if not isinstance(fault, kind):
                continue
            if self._is_there(fault) and where(fault) and self._applies(name, fault):
                self._note(name, fault, what)
                return fault
        return None

    def name_of(self, fault: Fault) -> str:
        """What the history calls it."""
        return next(name for name, other in self._named if other is fault)

    def _note(self, name: str, fault: Fault, what: str) -> None:
        self._timeline.note(FaultInjected(self._timeline.now, name, fault.kind, what))

    def _is_there(self, fault: Fault) -> bool:
        begin, end = fault.window(self._begin)
        return begin <= self._timeline.now < end

    def _applies(self, name: str, fault: Fault) -> bool:
        if not isinstance(fault, CountedFault):
            return True
        self._counts[name] = self._counts.get(name, 0) + 1
        return fault.strikes(self._counts[name])
