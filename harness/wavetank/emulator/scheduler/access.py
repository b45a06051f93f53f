"""The schedules of this LocalStack, for a simulation that invokes them in virtual time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from moto.scheduler.models import Schedule

from wavetank.core.schedule import InvocationPlan
from wavetank.emulator.scheduler.provider import all_schedules, complete
from wavetank.emulator.scheduler.schedules import plan_of
from wavetank.emulator.scheduler.timetable import ENABLED
from wavetank.emulator.services import scheduler


@dataclass(frozen=True)
class DeployedSchedule:
    """An enabled schedule of EventBridge Scheduler, and when it is due."""

    arn: str
    plan: InvocationPlan


def enabled_schedules() -> list[DeployedSchedule]:
    """Every schedule that is enabled, in the order of their ARNs."""
    found = [DeployedSchedule(each.arn, plan_of(each)) for each in _enabled()]
    return sorted(found, key=lambda each: each.arn)


def invoke_schedule(arn: str, scheduled: datetime, execution: str, *, is_last: bool) -> None:
    """Invoke the target of the schedule for the instant, unless it is gone or disabled by now."""
    for schedule in _enabled():
        if schedule.arn == arn:
            scheduler().invoke(schedule, scheduled, execution)
            if is_last:
                complete(schedule)


def _enabled() -> Iterator[Schedule]:
    return (each for each in all_schedules() if each.state == ENABLED)
