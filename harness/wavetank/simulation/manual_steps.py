"""Runs a scenario step by step, without a schedule, as a live engine does."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from wavetank.core.schedule import scheduled_event
from wavetank.history import Invoked, Trigger
from wavetank.scenario.steps import Begin, Revert, Step, SynchronousTick, Tick
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.fault_scheduler import FaultScheduler
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import Topology, function_name

PACE = timedelta(minutes=10)
"""From one step to the next. By then Lambda has discarded an event that failed three times."""


class ManualSteps:
    """Executes the steps of a scenario, one each `PACE`, without a schedule."""

    def __init__(
        self,
        clock: SimulationClock,
        invocations: AsyncInvoker,
        injector: FaultScheduler,
        topology: Topology,
    ) -> None:
        self._clock = clock
        self._invocations = invocations
        self._injector = injector
        self._topology = topology

    def plan(self, steps: Iterable[Step]) -> None:
        """Schedule the steps; the first is one `PACE` from now."""
        for number, step in enumerate(steps, 1):
            self._clock.after(number * PACE, partial(self._take, step))

    def _take(self, step: Step) -> None:
        match step:
            case Tick(due):
                self._invoke(due, synchronous=False)
            case SynchronousTick(due):
                self._invoke(due, synchronous=True)
            case Begin(name, fault):
                self._injector.begin(name, fault)
            case Revert(name, fault):
                self._injector.revert(name, fault)

    def _invoke(self, due: datetime, *, synchronous: bool) -> None:
        """Invoke every function that a rule targets, with the rule's event for that instant."""
        for rule in self._topology.rules:
            for target in rule.targets:
                event = scheduled_event(rule.arn, due) | {"id": self._clock.new_id()}
                request = self._invocations.queue(
                    target.arn, event, Trigger.MANUAL, synchronous=synchronous
                )
                now, name = self._clock.now, function_name(target.arn)
                self._clock.record(Invoked(now, request, name, due, synchronous))
