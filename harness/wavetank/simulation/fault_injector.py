"""Injects a run's faults when they are due, and records when each begins, hits and ends."""

from datetime import datetime
from functools import partial

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.changes import Change, SubscriptionChange
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.fault import Fault, StateFault
from wavetank.faults.functions import FunctionFault
from wavetank.faults.injectors.applied import AppliedFaults
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.plan import FaultPlan
from wavetank.faults.serialization import describe
from wavetank.faults.ticks import RuleOff
from wavetank.history import FaultBegan, FaultInjected, FaultReverted, SubscriptionChanged
from wavetank.simulation.fault_resources import SimulatedResources
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import Topology


class FaultInjector:
    """The faults of one run. `matcher` is what calls, ticks and deliveries consult."""

    def __init__(self, simulator: Simulator, clock: SimulationClock, topology: Topology) -> None:
        self._clock = clock
        self._resources = SimulatedResources(simulator, topology)
        self._applied = AppliedFaults(self._resources, self._record_change)
        self.matcher = FaultMatcher(lambda: clock.now, self._record_injected)

    def plan(self, plan: FaultPlan, start: datetime) -> None:
        """Schedule the faults of a plan.

        A fault's window applies to what it hits; what it changes is changed before anything else
        that is due at that instant.

        Raises:
            UsageError: a fault names something that is not deployed.
        """
        for name, fault in plan.named():
            self.require_deployed(fault)
            self.matcher.add(name, fault, fault.window(start))
        for moment in plan.moments(start):
            action = self._revert if moment.reverts else self._begin
            self._clock.at(moment.at, partial(action, moment.name, moment.fault), first=True)

    def require_deployed(self, fault: Fault) -> None:
        """Check that what the fault names is deployed.

        Raises:
            UsageError: it is not.
        """
        match fault:
            case FunctionFault():
                self._resources.functions(fault.function)
            case RuleOff():
                self._resources.rules(fault.rule)
            case PermissionRemoved():
                self._resources.roles(fault.owner)

    def begin(self, name: str, fault: Fault) -> None:
        """Begin a fault that lasts until `revert`."""
        self.require_deployed(fault)
        if not isinstance(fault, StateFault):
            self.matcher.add(name, fault)
        self._begin(name, fault)

    def revert(self, name: str, fault: Fault) -> None:
        """End a fault that `begin` began."""
        self.matcher.remove(name)
        self._revert(name, fault)

    def revert_all(self) -> None:
        """Revert what is still changed, when a run is cancelled."""
        self._applied.revert_all()

    def _begin(self, name: str, fault: Fault) -> None:
        self._clock.record(FaultBegan(self._clock.now, name, fault.kind, describe(fault)))
        if isinstance(fault, StateFault):
            self._applied.apply(name, fault)

    def _revert(self, name: str, fault: Fault) -> None:
        if isinstance(fault, StateFault):
            self._applied.revert(name)
        self._clock.record(FaultReverted(self._clock.now, name, fault.kind, describe(fault)))

    def _record_injected(self, name: str, fault: Fault, what: str) -> None:
        self._clock.record(FaultInjected(self._clock.now, name, fault.kind, what))

    def _record_change(self, change: Change, in_force: bool) -> None:  # noqa: FBT001 - the signature of `OnChange`
        if isinstance(change, SubscriptionChange):
            now, confirmed = self._clock.now, not in_force
            self._clock.record(SubscriptionChanged(now, change.topic, change.address, confirmed))
