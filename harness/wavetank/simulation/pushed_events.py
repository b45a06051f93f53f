"""Events that services push to functions: queued in virtual time, and recorded.

EventBridge, SNS, S3 and CloudWatch Logs deliver in the caller's thread, so the order is that of the
calls that cause the events; retries are made when they are due.
"""

from functools import partial
from typing import TYPE_CHECKING

from wavetank.core.resource_name import service_of
from wavetank.faults.injectors.decisions import event_delays
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import EventOffered, EventUndelivered, Trigger
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.handler_task import in_handler_thread, pause, raise_if_cancelled
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Wait

if TYPE_CHECKING:
    from collections.abc import Callable

    from wavetank.emulator.lambda_.outcome import InvocationOutcome
    from wavetank.emulator.target_delivery.deliveries import TargetDelivery, Undelivered
    from wavetank.emulator.target_delivery.function_invoker import FunctionAnswer, OfferedEvent
    from wavetank.simulation.async_invoker import OnOutcome

TRIGGERS = {
    "": Trigger.FUNCTION,
    "events": Trigger.RULE,
    "logs": Trigger.LOG_GROUP,
    "s3": Trigger.BUCKET,
    "sns": Trigger.TOPIC,
}
"""By the service in the source's ARN."""


class PushedEvents:
    """Invokes functions for services and handlers, and records what is offered and given up."""

    def __init__(
        self, clock: SimulationClock, matcher: FaultMatcher, invocations: AsyncInvoker
    ) -> None:
        self._clock = clock
        self._matcher = matcher
        self._invocations = invocations

    def queue(self, offered: "OfferedEvent") -> None:
        """Queue the event for its function: now, unless a fault delays or repeats it."""
        trigger = TRIGGERS.get(service_of(offered.source.arn), Trigger.SERVICE)
        source = offered.source
        for delay in event_delays(self._matcher, source.arn, source.ids):
            if delay:
                queue = self._invocations.with_current_cause(self._queue)
                self._clock.after(delay, partial(queue, offered, trigger))
            else:
                self._queue(offered, trigger)

    def _queue(self, offered: "OfferedEvent", trigger: Trigger) -> None:
        self._requested(offered, trigger)

    def _requested(
        self, offered: "OfferedEvent", trigger: Trigger, on_end: "OnOutcome | None" = None
    ) -> str:
        """Queue the event, and record it; returns the id of the request."""
        source = offered.source.arn or self._invocations.running_function
        request = self._invocations.queue(
            offered.function, offered.event, trigger, source=source, on_end=on_end
        )
        self._clock.record(EventOffered(self._clock.now, request, source, offered.source.ids))
        return request

    def call(self, offer: "Callable[[], OfferedEvent]") -> "FunctionAnswer | None":
        """Invoke the function for the handler that runs now, which waits for the answer.

        Returns:
            None if the caller is no handler.
        """
        from wavetank.emulator.in_process.function_output import FUNCTION_OUTPUT  # noqa: PLC0415 - imports LocalStack
        from wavetank.emulator.target_delivery.function_invoker import FunctionAnswer  # noqa: PLC0415 - as above

        handlers = self._invocations.attempts.handlers
        caller = handlers.running
        if caller is None or not in_handler_thread():
            return None
        raise_if_cancelled()
        answers: list[FunctionAnswer] = []

        def on_end(outcome: "InvocationOutcome | None") -> None:
            if outcome is None:
                answers.append(FunctionAnswer(is_throttled=True))
            else:
                log = FUNCTION_OUTPUT.latest_of(request)
                version, text = (log.function.version, log.text) if log else ("", "")
                answers.append(FunctionAnswer(outcome.payload, outcome.is_error, version, text))
            handlers.update(caller)

        request = self._requested(offer(), Trigger.CALL, on_end)
        pause(Wait(lambda: bool(answers)))
        return answers[0]

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
