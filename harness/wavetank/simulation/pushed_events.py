"""Events that services push to functions: queued in virtual time, and recorded.

EventBridge, SNS, S3 and CloudWatch Logs deliver in the caller's thread, so the order is that of the
calls that cause the events; retries are made when they are due.
"""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from wavetank.core.resource_name import bare_name, resource_name, service_of
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.pushed_events import DuplicateEvent, LateEvent
from wavetank.history import EventOffered, EventUndelivered, Trigger
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.request_chains import InvocationCause
from wavetank.simulation.simulation_clock import SimulationClock

if TYPE_CHECKING:
    from wavetank.emulator.target_delivery.deliveries import TargetDelivery, Undelivered
    from wavetank.emulator.target_delivery.function_invoker import EventOrigin, OfferedEvent

TRIGGERS = {
    "": Trigger.FUNCTION,
    "events": Trigger.RULE,
    "logs": Trigger.LOG_GROUP,
    "s3": Trigger.BUCKET,
    "sns": Trigger.TOPIC,
}
"""By the service in the source's ARN."""


class PushedEvents:
    """Invokes functions asynchronously, and records what services offer and give up."""

    def __init__(
        self, clock: SimulationClock, matcher: FaultMatcher, invocations: AsyncInvoker
    ) -> None:
        self._clock = clock
        self._matcher = matcher
        self._invocations = invocations

    def queue(self, offered: "OfferedEvent") -> None:
        """Queue the event for its function: now, unless a fault delays or repeats it."""
        cause = self._invocations.current_cause
        causes = () if cause is None else (cause,)
        if not offered.source.arn:
            self._offer(offered, self._invocations.running_function, causes)
            return
        for delay in self._delays(offered.source):
            if delay:
                self._clock.after(delay, partial(self._offer, offered, offered.source.arn, causes))
            else:
                self._offer(offered, offered.source.arn, causes)

    def _delays(self, source: "EventOrigin") -> Iterator[timedelta]:
        """How much later the event arrives: more than once if a fault repeats it."""
        name = bare_name(source.arn)
        what = f"{', '.join(source.ids)} of {resource_name(source.arn)}"
        # always in this order: each match counts the event, which decides later matches
        late = self._matcher.match(LateEvent, what, lambda fault: fault.is_of(name))
        delay = timedelta() if late is None else late.delay
        yield delay
        if twice := self._matcher.match(DuplicateEvent, what, lambda fault: fault.is_of(name)):
            yield from (delay + number * twice.gap for number in range(1, twice.copies + 1))

    def _offer(
        self, offered: "OfferedEvent", source: str, causes: tuple[InvocationCause, ...]
    ) -> None:
        trigger = TRIGGERS.get(service_of(offered.source.arn), Trigger.SERVICE)
        request = self._invocations.queue(
            offered.function, offered.event, trigger, source=source, causes=causes
        )
        self._clock.record(EventOffered(self._clock.now, request, source, offered.source.ids))

    def given_up(
        self, delivery: "TargetDelivery", undelivered: "Undelivered", dead_letter: str
    ) -> None:
        """Record an event that its target refuses for good."""
        self._clock.record(
            EventUndelivered(
                self._clock.now,
                delivery.source.arn,
                delivery.source.ids,
                delivery.destination,
                undelivered.failure.code,
                undelivered.retries,
                dead_letter,
            )
        )
