"""Which schedules are due: each invocation once, and none of a schedule that is off or gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from moto.scheduler.models import Schedule

from wavetank.core.schedule import InvocationPlan, PlannedInvocation
from wavetank.emulator.scheduler.schedules import plan_of
from wavetank.emulator.target_delivery.planning_errors import PlanningErrors

ENABLED = "ENABLED"


@dataclass(frozen=True)
class DueInvocation:
    """A due invocation of a schedule; `is_last` if the schedule has no further one."""

    schedule: Schedule
    scheduled: datetime
    is_last: bool


@dataclass(frozen=True)
class _Timer:
    plan: InvocationPlan
    next: PlannedInvocation | None


class ScheduleTimetable:
    """The next invocation of every schedule; pure except for the schedules passed to it."""

    def __init__(self) -> None:
        self._timers: dict[str, _Timer] = {}
        self._errors = PlanningErrors()

    def take_due(self, schedules: Iterable[Schedule], now: datetime) -> Iterator[DueInvocation]:
        """The invocations that are due; of those that were missed, only the first.

        A schedule that changes is planned anew. One that is disabled misses its invocations. An
        error of one schedule is logged, and does not affect the others.
        """
        found = {schedule.arn: schedule for schedule in schedules}
        self._timers = {arn: timer for arn, timer in self._timers.items() if arn in found}
        for arn, schedule in found.items():
            due = None
            with self._errors.logged(arn):
                due = self._take(arn, schedule, now)
            if due is not None:
                yield due

    def _take(self, arn: str, schedule: Schedule, now: datetime) -> DueInvocation | None:
        timer = self._timer(arn, schedule)
        if timer.next is None or timer.next.at > now:
            return None
        later = _later(timer.plan, timer.next, now)
        self._timers[arn] = replace(timer, next=later)
        if schedule.state != ENABLED:
            return None
        return DueInvocation(schedule, timer.next.scheduled, is_last=later is None)

    def _timer(self, arn: str, schedule: Schedule) -> _Timer:
        plan, known = plan_of(schedule), self._timers.get(arn)
        if known is None or known.plan != plan:
            known = self._timers[arn] = _Timer(plan, plan.first())
        return known


def _later(
    plan: InvocationPlan, invocation: PlannedInvocation, now: datetime
) -> PlannedInvocation | None:
    """The invocation after this one, none of those that were missed until now."""
    return plan.after(max(invocation.scheduled, now - plan.window))
