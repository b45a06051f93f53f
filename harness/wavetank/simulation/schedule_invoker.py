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

    `until` can be lowered during a run. Each schedule that is deployed counts as created at the
    start of the run, as rules do; a function may create, change and delete others. Targets are
    called with the schedule's role, failures are retried, and functions are invoked in virtual
    time.
    """

    def __init__(self, simulator: Simulator, clock: SimulationClock, until: datetime) -> None:
        self._simulator = simulator
        self._clock = clock
        self._begin = clock.now
        self._plans: dict[str, InvocationPlan] | None = None
        self.until = until

    def plan(self) -> None:
        """Schedule the first invocation of every schedule that is new or has changed.

        It is called after every action, since each may have been a call of CreateSchedule.
        """
        schedules = self._simulator.schedules()
        for schedule in schedules:
            plan = schedule.plan
            if self._plans is None:  # deployed, by the wall clock
                plan = replace(plan, created=self._begin)
            elif self._plans.get(schedule.arn) == plan:
                continue
            self._plan_next(schedule, plan, plan.first())
        self._plans = {each.arn: each.plan for each in schedules}

    def _plan_next(
        self, schedule: "DeployedSchedule", plan: InvocationPlan, next_: PlannedInvocation | None
    ) -> None:
        if next_ is not None and next_.at <= self.until:
            due = max(next_.at, self._clock.now)  # instants of creation have whole seconds
            self._clock.at(due, lambda: self._invoke(schedule, plan, next_))

    def _invoke(
        self, schedule: "DeployedSchedule", plan: InvocationPlan, invocation: PlannedInvocation
    ) -> None:
        is_current = (self._plans or {}).get(schedule.arn) == schedule.plan
        if invocation.at > self.until or not is_current:
            return
        later = plan.after(invocation.scheduled)
        self._plan_next(schedule, plan, later)
        self._simulator.invoke_schedule(
            schedule.arn, invocation.scheduled, self._clock.new_id(), is_last=later is None
        )
