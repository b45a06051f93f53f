"""When a rule is due, and the event that EventBridge then hands to its targets.

expression  `parse_schedule`, from a rule's expression to its `Schedule`
rate        `rate(5 minutes)`, counted from the rule's creation
cron        `cron(0 10 * * ? *)`, read off the calendar in UTC
days        the days of a month that a cron expression can mean: `L`, `15W`, `3#2`, `6L`
fields      what may stand in each field of a cron expression: numbers, names, ranges, steps
refusal     why an expression is none
event       what the targets get
"""

from wavetank.core.schedule.cron import Cron
from wavetank.core.schedule.event import scheduled_event
from wavetank.core.schedule.expression import DueNumbers, Schedule, parse_schedule
from wavetank.core.schedule.rate import Rate
from wavetank.core.schedule.refusal import ScheduleError

__all__ = [
    "Cron",
    "DueNumbers",
    "Rate",
    "Schedule",
    "ScheduleError",
    "parse_schedule",
    "scheduled_event",
]
