"""Fires EventBridge rules when they are due, and injects the faults of their events."""

import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from wavetank.core.clock import rfc3339
from wavetank.core.schedule import parse_schedule, scheduled_event
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.fault import Fault
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.ticks import (
    DuplicateTick,
    LateTick,
    MissedTick,
    OverlappingTicks,
    RuleOff,
)
from wavetank.history import RuleFired, TickSuppressed, Trigger
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import InvokedTarget, ScheduledRule


class RuleScheduler:
    """Fires all rules that have a schedule, whether or not they are enabled.

    Functions are invoked in virtual time. What EventBridge delivers elsewhere, or transforms, is
    delivered by the emulator, which retries in virtual time; the history has no record of it.

    In the simulator rules are deployed disabled, so that LocalStack does not fire them too. Each
    counts as created at the start of the run. None fires after `until`, which can be lowered during
    a run.
    """

    def __init__(
        self,
        simulator: Simulator,
        clock: SimulationClock,
        matcher: FaultMatcher,
        invocations: AsyncInvoker,
        until: datetime,
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._matcher = matcher
        self._invocations = invocations
        self._begin = clock.now
        self.until = until

    def plan(self, rule: ScheduledRule) -> None:
        """Schedule every firing of the rule, up to and including `until`."""
        self._plan_next(rule, self._instants_after(rule, self._begin))

    def _plan_next(self, rule: ScheduledRule, instants: Iterator[datetime]) -> None:
        due = next(instants, None)
        if due is not None and due <= self.until:
            self._clock.at(due, lambda: self._fire(rule, due, instants))

    def _fire(self, rule: ScheduledRule, due: datetime, instants: Iterator[datetime]) -> None:
        if due > self.until:
            return
        self._plan_next(rule, instants)
        tick = f"{rule.name} due {rfc3339(due)}"
        cause = self._suppressing_fault(rule, tick)
        if cause is not None:
            name = self._matcher.name_of(cause)
            for target in rule.targets:
                self._clock.record(TickSuppressed(due, rule.name, target.arn, due, name))
            return
        for instant in self._arrivals(rule, due, tick):
            self._clock.at(instant, lambda: self._invoke_targets(rule, due))

    def _suppressing_fault(self, rule: ScheduledRule, tick: str) -> Fault | None:
        """The fault that keeps the rule from firing, if any."""
        off = self._matcher.match(RuleOff, tick, lambda fault: fault.disables(rule.name))
        return off or self._matcher.match(MissedTick, tick)

    def _arrivals(self, rule: ScheduledRule, due: datetime, tick: str) -> Iterator[datetime]:
        """When the event of one due instant arrives: more than once if a fault repeats it."""
        # always in this order: each match counts the tick, which decides later matches
        late = self._matcher.match(LateTick, tick)
        arrives = due if late is None else due + late.delay
        yield arrives
        if twice := self._matcher.match(DuplicateTick, tick):
            yield from (arrives + number * twice.gap for number in range(1, twice.copies + 1))
        if again := self._matcher.match(OverlappingTicks, tick):
            later = again.ticks_later
            yield from islice(self._instants_after(rule, due), later - 1, later)

    def _invoke_targets(self, rule: ScheduledRule, due: datetime) -> None:
        """Invoke each target whose policy allows the rule."""
        for target in rule.targets:
            if self._simulator.rule_may_invoke(rule.arn, target.arn):
                event = self._event(rule, target, due)
                request = self._invocations.queue(target.arn, event, Trigger.SCHEDULE)
                now = self._clock.now
                self._clock.record(RuleFired(now, rule.name, target.arn, request, due))
        for other in rule.delivered:
            event = scheduled_event(rule.arn, due) | {"id": self._clock.new_id()}
            self._simulator.fire_target(rule.arn, other.id, event)

    def _event(self, rule: ScheduledRule, target: InvokedTarget, due: datetime) -> object:
        event = scheduled_event(rule.arn, due) | {"id": self._clock.new_id()}
        return json.loads(target.input) if target.input else event

    def _instants_after(self, rule: ScheduledRule, instant: datetime) -> Iterator[datetime]:
        return parse_schedule(rule.expression).instants(self._begin, instant)
