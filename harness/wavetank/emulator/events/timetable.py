"""When each scheduled rule is due next.

LocalStack's scheduler checks about once a minute, aligns rates to the clock's minutes, fires twice
if PutTargets was called twice, and continues for rules that are disabled or deleted. This one reads
the rules themselves.
[EventBridge user guide, eb-create-rule-schedule; LocalStack 4.14: services/events/scheduler.py]
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from localstack.services.events.models import Rule

from wavetank.core.schedule import ScheduleError, parse_schedule
from wavetank.emulator.target_delivery.planning_errors import PlanningErrors

LOG = logging.getLogger(__name__)


@dataclass
class Timer:
    """When one rule fires next; a changed schedule expression creates a new timer."""

    expression: str
    created: datetime
    due: datetime | None


class Timetable:
    """The timers of all rules; pure except for the rules that are passed to it."""

    def __init__(self) -> None:
        self._timers: dict[str, Timer] = {}
        self._errors = PlanningErrors()

    def take_due(self, rules: list[Rule], now: datetime) -> Iterator[tuple[Rule, datetime]]:
        """The rules that are due, each with its due instant; missed instants are skipped.

        An error of one rule is logged, and does not affect the others.
        """
        scheduled = {str(rule.arn): rule for rule in rules if rule.schedule_expression}
        self._timers = {arn: timer for arn, timer in self._timers.items() if arn in scheduled}
        for arn, rule in scheduled.items():
            due = None
            with self._errors.logged(arn):
                due = self._take(arn, rule, now)
            if due is not None:
                yield rule, due

    def _take(self, arn: str, rule: Rule, now: datetime) -> datetime | None:
        timer, expression = self._timers.get(arn), str(rule.schedule_expression)
        if timer is None or timer.expression != expression:
            self._timers[arn] = Timer(expression, now, next_due(expression, now, now))
            return None
        if timer.due is None or now < timer.due:
            return None
        due, timer.due = timer.due, next_due(timer.expression, timer.created, now)
        return None if rule.state == "DISABLED" else due

    def due(self, arn: str) -> datetime | None:
        """When the rule is due next, even if disabled; None without a timer or a next instant."""
        timer = self._timers.get(arn)
        return timer.due if timer else None


def next_due(expression: str, created: datetime, after: datetime) -> datetime | None:
    """The first instant after `after` at which a rule of that age is due; None: never again.

    PutRule refuses an invalid expression, but a snapshot of another version may contain one.
    """
    try:
        return parse_schedule(expression).due_after(created, after)
    except ScheduleError as error:
        LOG.warning("a rule never fires: %s", error)
        return None
