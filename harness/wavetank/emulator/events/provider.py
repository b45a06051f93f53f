"""LocalStack's EventBridge provider with Wavetank's schedules and targets.

[LocalStack 4.14: services/events/provider.py]
"""

import logging
import threading
from datetime import datetime
from typing import Any

from localstack.aws.api import RequestContext
from localstack.services.events.models import Rule, events_stores
from localstack.services.events.provider import EventsProvider
from localstack.services.events.rule import RuleService
from localstack.services.plugins import Service, aws_provider
from localstack.utils.xray.trace_header import TraceHeader

from wavetank.core.clock import Clock, WallClock
from wavetank.core.schedule import scheduled_event
from wavetank.emulator.event_patterns import replace_pattern_engine
from wavetank.emulator.events.rules import EmulatedRule, check_target_count, check_targets
from wavetank.emulator.events.targets import RuleTarget
from wavetank.emulator.events.timetable import Timetable
from wavetank.emulator.patches import patch_of
from wavetank.emulator.service_ids import IDS
from wavetank.emulator.settings import TimeChoice, read_emulator_settings
from wavetank.emulator.target_delivery.deliveries import TargetDeliveries

LOG = logging.getLogger(__name__)
POLL_SECONDS = 0.5
DISABLED = "DISABLED"
SERVICE_SOURCE = "aws."
"""How the sources of events of AWS's services begin. [EventBridge user guide: eb-events-structure]
"""
NOT_AUTHORIZED = {
    "ErrorCode": "NotAuthorizedForSourceException",
    "ErrorMessage": "Not authorized for the source.",
}
"""The result of an entry. [EventBridge API reference, PutEventsResultEntry]"""


class WavetankEvents(EventsProvider):
    """LocalStack's EventBridge provider with Wavetank's scheduler and retried deliveries."""

    def __init__(self, clock: Clock, *, fires: bool) -> None:
        super().__init__()
        self._targets: dict[str, Any] = self._target_sender_store
        self._clock = clock
        self._fires = fires
        self._timetable = Timetable()
        self._stopped = threading.Event()
        self.deliveries = TargetDeliveries(clock, has_thread=fires)

    def on_before_start(self) -> None:
        """Start the scheduler instead of LocalStack's, unless the simulation fires the rules."""
        if self._fires:
            threading.Thread(target=self._run, name="events-schedule", daemon=True).start()

    def on_before_stop(self) -> None:
        """Stop to fire scheduled rules, and report the retries that are lost."""
        self._stopped.set()
        self.deliveries.report_lost("EventBridge")

    def next_fire(self, arn: str) -> datetime | None:
        """When the rule of the ARN is due next; None if it has no schedule."""
        return self._timetable.due(arn)

    def create_rule_service(self, *details: Any, **named: Any) -> RuleService:
        """What PutRule creates and stores; refuses the expressions that AWS refuses."""
        service: RuleService = EmulatedRule.create_rule_service(*details, **named)
        self._rule_services_store[service.arn] = service
        return service

    def put_targets(
        self, context: RequestContext, rule: str, targets: Any, *args: Any, **kwargs: Any
    ) -> Any:
        """LocalStack's method, after the checks that AWS makes."""
        check_targets(targets)
        bus: Any = kwargs.get("event_bus_name") or next(iter(args), None)
        service = self.get_rule_service(context.region, context.account_id, rule, bus)
        check_target_count(service.rule, targets)
        return super().put_targets(context, rule, targets, *args, **kwargs)

    def create_target_sender(self, *details: Any, **named: Any) -> Any:
        """A target with retries, stored in place of LocalStack's sender."""
        sender = super().create_target_sender(*details, **named)
        target = RuleTarget(sender, self.deliveries, self._clock)
        self._targets[target.unique_id] = target
        return target

    def fire_rule(self, arn: str, target_id: str, event: dict[str, Any]) -> None:
        """Deliver the event to one target of the rule of that ARN, if it exists."""
        for rule in _rules():
            if rule.arn == arn and target_id in rule.targets:
                self.fire(rule, target_id, event)

    def fire(self, rule: Rule, target_id: str, event: dict[str, Any]) -> None:
        """Deliver the event to one target of the rule."""
        target = self._targets.get(f"{rule.arn}-{target_id}")
        if target is not None:  # it may have been removed meanwhile
            target.process_event(event, trace_header=TraceHeader().ensure_root_exists())

    def _process_entry(
        self, entry: Any, processed: Any, failed: dict[str, int], context: RequestContext
    ) -> None:
        """Process the entry as LocalStack does; a source that begins with `aws.` is refused."""
        source = str(entry.get("Source") or "")
        if source.startswith(SERVICE_SOURCE) and not context.is_internal_call:
            processed.append(NOT_AUTHORIZED)
            failed["count"] += 1
        else:
            super()._process_entry(entry, processed, failed, context)

    def _process_rules_async(self, params: Any) -> None:
        """LocalStack's method, also for rules that have a schedule besides their pattern."""
        names = ("region", "account_id", "event_formatted", "trace_header")
        for rule in params["rules"]:
            if rule.event_pattern:
                try:
                    self._process_rules(rule, *(params[name] for name in names))
                except Exception:  # the other rules of the bus must get the event
                    LOG.exception("%s has not processed an event", rule.arn)

    def _process_rules(
        self, rule: Rule, region: str, account_id: str, event_formatted: Any, trace_header: Any
    ) -> None:
        """LocalStack's method, except for disabled rules, which it does not know."""
        if rule.state != DISABLED:
            super()._process_rules(rule, region, account_id, event_formatted, trace_header)

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            try:
                self._fire_due()
            except Exception:  # without this thread no rule would fire again
                LOG.exception("rules were not checked; they are checked again")

    def _fire_due(self) -> None:
        for rule, due in self._timetable.take_due(_rules(), self._clock.now()):
            threading.Thread(target=self._fire, args=(rule, due), daemon=True).start()

    def _fire(self, rule: Rule, due: datetime) -> None:
        """Send the event of the due instant to every target of the rule."""
        for target_id in list(rule.targets):
            self.fire(rule, target_id, scheduled_event(str(rule.arn), due))


@aws_provider(api="events", name="wavetank")  # type: ignore[untyped-decorator]  # LocalStack's
def wavetank_events() -> Service:
    """The service that LocalStack loads under the provider name `wavetank`."""
    replace_pattern_engine()
    fires = read_emulator_settings().time is TimeChoice.WALL
    if not fires:
        patch_of("localstack.services.events.utils:long_uid").apply(IDS.new)
        patch_of("localstack.services.events.provider:start_worker_thread").apply(_call_at_once)
    return Service.for_provider(WavetankEvents(WallClock(), fires=fires))


def _call_at_once(method: Any, params: Any = None, name: str | None = None) -> None:
    """Call the method in the caller's thread: in virtual time its order must be repeatable."""
    del name
    method(params)


def _rules() -> list[Rule]:
    return [
        rule
        for _, _, store in events_stores.iter_stores()
        for bus in list(store.event_buses.values())
        for rule in list(bus.rules.values())
    ]
