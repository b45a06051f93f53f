"""When a rule or a schedule is due, and the event that EventBridge sends to its targets.

expression: `parse_schedule`, from a rule's expression to its `Schedule`;
rate: `rate(5 minutes)`, counted from the rule's creation;
cron: `cron(0 10 * * ? *)`, by the calendar in UTC;
days: the days of a month that a cron expression can mean, `L`, `15W`, `3#2`, `6L`;
fields: the values of each field of a cron expression: numbers, names, ranges, steps;
zoned: a cron expression by the calendar of a time zone;
one_time: `at(2026-11-30T08:00:00)`;
invocation_plan: when a schedule of EventBridge Scheduler invokes its target;
refusal: the error of an invalid expression;
event: the event for the targets.
"""

from wavetank.core.schedule.cron import Cron
from wavetank.core.schedule.event import scheduled_event
from wavetank.core.schedule.expression import DueNumbers, Schedule, parse_schedule
from wavetank.core.schedule.invocation_plan import InvocationPlan, PlannedInvocation
from wavetank.core.schedule.rate import Rate
from wavetank.core.schedule.refusal import ScheduleError

__all__ = [
    "Cron",
    "DueNumbers",
    "InvocationPlan",
    "PlannedInvocation",
    "Rate",
    "Schedule",
    "ScheduleError",
    "parse_schedule",
    "scheduled_event",
]
