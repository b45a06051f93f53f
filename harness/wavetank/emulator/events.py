"""EventBridge schedules as on AWS: a rate counts from the rule's creation, and fires once.

LocalStack's scheduler checks about once a minute, aligns rates to the clock's minutes, fires twice
if PutTargets was called twice, and continues for rules that are disabled or deleted. This one reads
the rules themselves, twice a second. Selected with `PROVIDER_OVERRIDE_EVENTS=wavetank`.
[EventBridge user guide, eb-create-rule-schedule; LocalStack 4.14: services/events/scheduler.py]
"""

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from localstack.services.events.models import Rule, ValidationException, events_stores
from localstack.services.events.provider import EventsProvider
from localstack.services.events.rule import RuleService
from localstack.services.plugins import Service, aws_provider
from localstack.utils.xray.trace_header import TraceHeader

from wavetank.core.clock import Clock, WallClock
from wavetank.core.schedule import ScheduleError, parse_schedule, scheduled_event
from wavetank.emulator.settings import TimeChoice, read_emulator_settings

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.5
ACCEPTED_EXPRESSION = "rate(1 minute)"
INVALID_EXPRESSION = "Parameter ScheduleExpression is not valid."


@dataclass
class Timer:
    """When one rule fires next. A rule whose expression changes gets a new timer."""

    expression: str
    created: datetime
    due: datetime | None


class Timetable:
    """The timers of all rules; pure except for the rules that it is given."""

    def __init__(self) -> None:
        self._timers: dict[str, Timer] = {}

    def take_due(self, rules: list[Rule], now: datetime) -> Iterator[tuple[Rule, datetime]]:
        """The rules that are due, each with its due instant; missed instants are skipped."""
        scheduled = {str(rule.arn): rule for rule in rules if rule.schedule_expression}
        self._timers = {arn: timer for arn, timer in self._timers.items() if arn in scheduled}
        for arn, rule in scheduled.items():
            timer, expression = self._timers.get(arn), str(rule.schedule_expression)
            if timer is None or timer.expression != expression:
                self._timers[arn] = Timer(expression, now, next_due(expression, now, now))
            elif timer.due is not None and now >= timer.due:
                due, timer.due = timer.due, next_due(timer.expression, timer.created, now)
                if rule.state != "DISABLED":
                    yield rule, due

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


class EmulatedRule(RuleService):
    """LocalStack's rule, with AWS's schedule expressions.

    LocalStack's own accepts hour 24, which AWS refuses, and refuses the days 1-31/2, which AWS
    documents.
    """

    @classmethod
    def _validate_input(
        cls,
        event_pattern: str | None,
        schedule_expression: str | None,
        event_bus_name: str | None = "default",
    ) -> None:
        """Validate the expression here, and everything else with LocalStack."""
        stand_in = schedule_expression and ACCEPTED_EXPRESSION
        super()._validate_input(event_pattern, stand_in, event_bus_name)
        try:
            if schedule_expression:
                parse_schedule(schedule_expression)
        except ScheduleError as error:
            LOG.info("PutRule refused: %s", error)
            raise ValidationException(INVALID_EXPRESSION) from error


class WavetankEvents(EventsProvider):
    """LocalStack's provider with its own scheduler."""

    def __init__(self, clock: Clock, *, fires: bool) -> None:
        super().__init__()
        self._clock = clock
        self._fires = fires
        self._timetable = Timetable()
        self._stopped = threading.Event()

    def on_before_start(self) -> None:
        """Start the scheduler instead of LocalStack's, unless the simulation fires the rules."""
        if self._fires:
            threading.Thread(target=self._run, name="events-schedule", daemon=True).start()

    def on_before_stop(self) -> None:
        """Stop the scheduler."""
        self._stopped.set()

    def next_fire(self, arn: str) -> datetime | None:
        """When the rule of the ARN is due next; None if it has no schedule."""
        return self._timetable.due(arn)

    def create_rule_service(self, *details: Any, **named: Any) -> RuleService:
        """What PutRule creates and stores; refuses the expressions that AWS refuses."""
        service: RuleService = EmulatedRule.create_rule_service(*details, **named)
        self._rule_services_store[service.arn] = service
        return service

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            for rule, due in self._timetable.take_due(_rules(), self._clock.now()):
                threading.Thread(target=self._fire, args=(rule, due), daemon=True).start()

    def _fire(self, rule: Rule, due: datetime) -> None:
        """Send the event of the due instant to every target of the rule."""
        event: Any = scheduled_event(str(rule.arn), due)
        for target in list(rule.targets.values()):
            given = target.get("Input")
            content: Any = json.loads(given) if given else dict(event)
            sender = self._target_sender_store[f"{rule.arn}-{target['Id']}"]
            try:
                sender.process_event(content, trace_header=TraceHeader().ensure_root_exists())
            except Exception as error:  # noqa: BLE001 - one target must not keep the others waiting
                LOG.warning("%s could not reach %s: %s", rule.arn, target["Arn"], error)


@aws_provider(api="events", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_events() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    fires = read_emulator_settings().time is TimeChoice.WALL
    return Service.for_provider(WavetankEvents(WallClock(), fires=fires))


def _rules() -> list[Rule]:
    return [
        rule
        for _, _, store in events_stores.iter_stores()
        for bus in list(store.event_buses.values())
        for rule in list(bus.rules.values())
    ]
