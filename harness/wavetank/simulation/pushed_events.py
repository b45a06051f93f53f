"""Events that services push to functions: queued in virtual time, and recorded.

EventBridge, SNS, S3 and CloudWatch Logs deliver in the caller's thread, so the order is that of the
calls that cause the events; retries are made when they are due.
"""

from typing import TYPE_CHECKING

from wavetank.core.resource_name import service_of
from wavetank.history import EventOffered, EventUndelivered, Trigger
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.simulation_clock import SimulationClock

if TYPE_CHECKING:
    from wavetank.emulator.target_delivery.deliveries import TargetDelivery, Undelivered
    from wavetank.emulator.target_delivery.function_invoker import OfferedEvent

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

    def __init__(self, clock: SimulationClock, invocations: AsyncInvoker) -> None:
        self._clock = clock
        self._invocations = invocations

    def queue(self, offered: "OfferedEvent") -> None:
        """Queue the event for its function."""
        source = offered.source.arn or self._invocations.running_function
        trigger = TRIGGERS.get(service_of(offered.source.arn), Trigger.SERVICE)
        request = self._invocations.queue(offered.function, offered.event, trigger, source=source)
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
