"""Invokes the targets of EventBridge Scheduler's schedules in virtual time."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from wavetank.core.schedule import InvocationPlan, PlannedInvocation
from wavetank.engines.simulator.engine import Simulator
from wavetank.simulation.simulation_clock import SimulationClock

if TYPE_CHECKING:
    from wavetank.emulator.scheduler.access import DeployedSchedule


class ScheduleInvoker:
    """Invokes enabled schedules of EventBridge Scheduler until `until`.

    `until` can be lowered during a run. Each schedule counts as created at the start of the run, as
    rules do. Targets are called with the schedule's role, failures are retried, and functions are
    invoked in virtual time.
    """

    def __init__(self, simulator: Simulator, clock: SimulationClock, until: datetime) -> None:
        self._simulator = simulator
        self._clock = clock
        self._begin = clock.now
        self.until = until

    def plan(self) -> None:
        """Schedule the first invocation of every schedule."""
        for schedule in self._simulator.schedules():
            plan = replace(schedule.plan, created=self._begin)
            self._plan_next(schedule, plan, plan.first())

    def _plan_next(
        self, schedule: "DeployedSchedule", plan: InvocationPlan, next_: PlannedInvocation | None
    ) -> None:
        if next_ is not None and next_.at <= self.until:
            self._clock.at(next_.at, lambda: self._invoke(schedule, plan, next_))

    def _invoke(
        self, schedule: "DeployedSchedule", plan: InvocationPlan, invocation: PlannedInvocation
    ) -> None:
        if invocation.at > self.until:
            return
        later = plan.after(invocation.scheduled)
        self._plan_next(schedule, plan, later)
        self._simulator.invoke_schedule(
            schedule.arn, invocation.scheduled, self._clock.new_id(), is_last=later is None
        )
