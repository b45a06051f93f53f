"""Lambda's asynchronous invocation: queued events, retries and destinations."""

import json
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from wavetank.emulator.lambda_.dead_letters import dead_letter
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import DestinationReached, RequestDiscarded, Trigger
from wavetank.simulation.attempts import InvocationRequest
from wavetank.simulation.destinations import SUCCESS, Destinations, invocation_record
from wavetank.simulation.lambda_runner import LambdaRunner
from wavetank.simulation.request_chains import InvocationCause, invocation_cause
from wavetank.simulation.request_durations import RequestDurations
from wavetank.simulation.retry_policy import (
    AsyncFailure,
    EndingCondition,
    GiveUp,
    QueuedEvent,
    Retry,
    after_failure,
)
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import Topology, unqualified

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.lambda_.outcome import InvocationOutcome

    type OnOutcome = Callable[[InvocationOutcome | None], None]


class AsyncInvoker:
    """Simulates Lambda's asynchronous invocation: queue, retries and destinations."""

    def __init__(
        self,
        simulator: Simulator,
        clock: SimulationClock,
        matcher: FaultMatcher,
        topology: Topology,
        durations: RequestDurations,
    ) -> None:
        self._clock = clock
        self._topology = topology
        self._on_end: dict[str, OnOutcome] = {}
        self._requests = Counter[str]()
        self.destinations = Destinations(simulator.aws)
        self._sending: InvocationCause | None = None
        self.attempts = LambdaRunner(
            simulator, clock, matcher, topology, durations, self._end, self._throttle
        )

    @property
    def is_sending(self) -> bool:
        """Whether Lambda is sending a record to a destination at this moment."""
        return self.destinations.is_sending

    @property
    def running_function(self) -> str:
        """The ARN of the function whose handler runs now; empty if none does."""
        running = self.attempts.handlers.running
        return running.function.arn if running else ""

    @property
    def current_cause(self) -> InvocationCause | None:
        """What causes the events of this moment: the handler that runs, or Lambda's own sending."""
        running = self.attempts.handlers.running
        return running.request.cause if running else self._sending

    @contextmanager
    def causing(self, cause: InvocationCause | None) -> "Iterator[None]":
        """Count what is sent and queued by services meanwhile as caused by this."""
        before, self._sending = self._sending, cause
        try:
            yield
        finally:
            self._sending = before

    def with_current_cause[**P, T](self, action: "Callable[P, T]") -> "Callable[P, T]":
        """The action, which counts as caused by the same as this call, whenever it is run."""
        cause = self.current_cause

        def run(*arguments: P.args, **named: P.kwargs) -> T:
            with self.causing(cause):
                return action(*arguments, **named)

        return run

    def queue(
        self,
        function: str,
        event: object,
        trigger: Trigger,
        *,
        synchronous: bool = False,
        on_end: "OnOutcome | None" = None,
        source: str = "",
        causes: "Iterable[InvocationCause]" = (),
    ) -> str:
        """Queue the event, due at once; returns the id of the request.

        `source` is the ARN of what offers it, if a service does, and `causes` have sent it, if the
        handler that runs now has not.

        A `synchronous` caller, as of some triggers, gets the result itself, so a failure is neither
        retried nor sent to a destination; `on_end` is then called with the outcome, None if it was
        throttled.
        """
        synchronous = synchronous or trigger.is_synchronous
        queued = QueuedEvent(self._clock.now)
        current = self.current_cause
        known = [*causes, current] if current else causes
        cause = invocation_cause(unqualified(function), source, known)
        # by function, so that a further request of one does not change the ids of another's
        number = self._requests[function] = self._requests[function] + 1
        request_id = self._clock.id_of(f"request {number} of {function}")
        request = InvocationRequest(
            request_id, function, event, trigger, queued, cause, synchronous
        )
        if on_end is not None:
            self._on_end[request.id] = on_end
        # scheduled even if it is due now, so that its order among other actions is drawn
        self._clock.at(self._clock.now, lambda: self.attempts.begin(request))
        return request.id

    def _end(
        self, request: InvocationRequest, function: "DeployedFunction", outcome: "InvocationOutcome"
    ) -> None:
        if request.synchronous:
            self._answer_caller(request, outcome)
            return
        answer = _answer(outcome.payload)
        if not outcome.is_error:
            destination = self._topology.configuration(request.function).on_success
            if destination:
                self._send_record(request, function, destination, SUCCESS, answer)
            return
        queued = replace(request.queued, function_errors=request.queued.function_errors + 1)
        self._fail(replace(request, queued=queued), function, AsyncFailure.FUNCTION, answer)

    def _throttle(self, request: InvocationRequest, function: "DeployedFunction") -> None:
        """Retry a throttled request, or discard it if the function has no concurrency at all.

        [Lambda developer guide: invocation-async-error-handling]
        """
        if request.synchronous:
            self._answer_caller(request, None)
            return
        queued = replace(request.queued, system_errors=request.queued.system_errors + 1)
        request = replace(request, queued=queued)
        if function.concurrency_max == 0:
            self._give_up(request, function, EndingCondition.RETRIES_EXHAUSTED, None)
        else:
            self._fail(request, function, AsyncFailure.SYSTEM, None)

    def _answer_caller(
        self, request: InvocationRequest, outcome: "InvocationOutcome | None"
    ) -> None:
        on_end = self._on_end.pop(request.id, None)
        if on_end is not None:
            on_end(outcome)

    def _fail(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        failure: AsyncFailure,
        answer: object,
    ) -> None:
        configuration = self._topology.configuration(request.function)
        match after_failure(request.queued, failure, self._clock.now, configuration):
            case Retry(at):
                self._clock.at(at, lambda: self.attempts.begin(request))
            case GiveUp(condition):
                self._give_up(request, function, condition, answer)

    def _give_up(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        condition: EndingCondition,
        answer: object,
    ) -> None:
        attempts = request.queued.attempts
        now = self._clock.now
        self._clock.record(RequestDiscarded(now, request.id, function.name, condition, attempts))
        destination = self._topology.configuration(request.function).on_failure
        if destination:
            self._send_record(request, function, destination, condition, answer)
        if target := self._topology.configuration(request.function).dead_letters:
            self._send_dead_letter(request, function, target, answer)

    def _send_dead_letter(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        target: str,
        answer: object,
    ) -> None:
        """Send the event itself to the function's dead-letter queue or topic."""
        payload = None if answer is None else json.dumps(answer).encode()
        letter = dead_letter(request.id, json.dumps(request.event), payload)
        with self.causing(request.cause):
            outcome = self.destinations.send_dead_letter(function.role, target, letter)
        self._clock.record(DestinationReached(self._clock.now, request.id, target, outcome))

    def _send_record(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        destination: str,
        condition: str,
        answer: object,
    ) -> None:
        """Send the record to the destination, with the permissions of the function's role."""
        now = self._clock.now
        record = invocation_record(request, function, condition, answer, now)
        invocation = None
        with self.causing(request.cause):
            outcome = self.destinations.send(function.role, destination, record)
            if self.destinations.is_queued(destination, outcome):
                source = unqualified(request.function)
                invocation = self.queue(destination, record, Trigger.DESTINATION, source=source)
        self._clock.record(DestinationReached(now, request.id, destination, outcome, invocation))


def _answer(payload: bytes) -> object:
    """The return value for a record. A handler that returns bytes may return any, not only JSON."""
    try:
        answer: object = json.loads(payload or b"null")
    except ValueError:
        return payload.decode(errors="replace")
    return answer
