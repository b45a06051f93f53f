"""The steps of a scenario that is run step by step, as on a live engine."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial

from wavetank.core.schedule import scheduled_event
from wavetank.history import Invoked, Trigger
from wavetank.scenario.steps import Begin, Revert, Step, Tick, WaitedTick
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.fault_injector import FaultInjector
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import Topology, function_name

PACE = timedelta(minutes=10)
"""From one step to the next: Lambda has given up by then what fails three times."""


class ManualSteps:
    """Takes each step when the one before is over."""

    def __init__(
        self,
        timeline: SimulationClock,
        invocations: AsyncInvoker,
        injector: FaultInjector,
        topology: Topology,
    ) -> None:
        self._timeline = timeline
        self._invocations = invocations
        self._injector = injector
        self._topology = topology

    def plan(self, steps: Iterable[Step]) -> None:
        """The first is taken one pace from now."""
        for number, step in enumerate(steps, 1):
            self._timeline.after(number * PACE, partial(self._take, step))

    def _take(self, step: Step) -> None:
        match step:
            case Tick(due):
                self._invoke(due, waits=False)
            case WaitedTick(due):
                self._invoke(due, waits=True)
            case Begin(name, fault):
                self._injector.begin_by_hand(name, fault)
            case Revert(name, fault):
                self._injector.revert_by_hand(name, fault)

    def _invoke(self, due: datetime, *, waits: bool) -> None:
        """Every function that a rule invokes, with the event that the rule has for that instant."""
        for rule in self._topology.rules:
            for target in rule.targets:
                event = scheduled_event(rule.arn, due) | {"id": self._timeline.new_id()}
                request = self._invocations.queue(target.arn, event, Trigger.MANUAL, waits=waits)
                now, name = self._timeline.now, function_name(target.arn)
                self._timeline.note(Invoked(now, request, name, due, waits))
