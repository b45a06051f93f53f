"""Lambda's side: events are queued, tried, tried again, given up, and told to a destination."""

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import DestinationReached, GivenUp, Trigger
from wavetank.simulation.destinations import SUCCESS, Destinations, invocation_record
from wavetank.simulation.lambda_runner import InvocationRequest, LambdaRunner
from wavetank.simulation.retry_policy import (
    AsyncFailure,
    EndingCondition,
    GiveUp,
    QueuedEvent,
    Retry,
    after_failure,
)
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import Topology

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.lambda_.outcome import InvocationOutcome


class AsyncInvoker:
    """Asynchronous invocations, from their event to their end."""

    def __init__(
        self,
        simulator: Simulator,
        timeline: SimulationClock,
        matcher: FaultMatcher,
        topology: Topology,
    ) -> None:
        self._timeline = timeline
        self._topology = topology
        self._destinations = Destinations(simulator.aws)
        self.attempts = LambdaRunner(
            simulator, timeline, matcher, topology, self._end, self._throttle
        )

    @property
    def is_sending(self) -> bool:
        """Whether Lambda is handing a record to a destination, now."""
        return self._destinations.is_sending

    def queue(self, function: str, event: object, trigger: Trigger, *, waits: bool = False) -> str:
        """Lambda takes the event, and tries it at once; returns the request's id.

        Where somebody `waits` for the answer, that is all: it is neither tried again nor told.
        """
        queued = QueuedEvent(self._timeline.now)
        request = InvocationRequest(
            self._timeline.new_id(), function, event, trigger, queued, waits
        )
        self._timeline.at(self._timeline.now, lambda: self.attempts.begin(request))
        return request.id

    def _end(
        self, request: InvocationRequest, function: "DeployedFunction", outcome: "InvocationOutcome"
    ) -> None:
        if request.waits:
            return
        answer = _answer(outcome.payload)
        if not outcome.is_error:
            destination = self._topology.configurations[function.arn].on_success
            if destination:
                self._tell(request, function, destination, SUCCESS, answer)
            return
        queued = replace(request.queued, function_errors=request.queued.function_errors + 1)
        self._fail(replace(request, queued=queued), function, AsyncFailure.FUNCTION, answer)

    def _throttle(self, request: InvocationRequest, function: "DeployedFunction") -> None:
        """One that may never run is given up at once.

        [Lambda developer guide: invocation-async-error-handling]
        """
        if request.waits:
            return
        queued = replace(request.queued, system_errors=request.queued.system_errors + 1)
        request = replace(request, queued=queued)
        if function.concurrency_max == 0:
            self._give_up(request, function, EndingCondition.RETRIES_EXHAUSTED, None)
        else:
            self._fail(request, function, AsyncFailure.SYSTEM, None)

    def _fail(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        failure: AsyncFailure,
        answer: object,
    ) -> None:
        configuration = self._topology.configurations[function.arn]
        match after_failure(request.queued, failure, self._timeline.now, configuration):
            case Retry(at):
                self._timeline.at(at, lambda: self.attempts.begin(request))
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
        now = self._timeline.now
        self._timeline.note(GivenUp(now, request.id, function.name, condition, attempts))
        destination = self._topology.configurations[function.arn].on_failure
        if destination:
            self._tell(request, function, destination, condition, answer)

    def _tell(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        destination: str,
        condition: str,
        answer: object,
    ) -> None:
        """Hands the record on, with the function's own rights."""
        now = self._timeline.now
        record = invocation_record(request, function, condition, answer, now)
        invocation, outcome = None, self._destinations.send(function.role, destination, record)
        if self._destinations.is_queued(destination, outcome):
            invocation = self.queue(destination, record, Trigger.DESTINATION)
        self._timeline.note(DestinationReached(now, request.id, destination, outcome, invocation))


def _answer(payload: bytes) -> object:
    """What a record says of it; a handler that returns bytes may return any."""
    try:
        answer: object = json.loads(payload or b"null")
    except ValueError:
        return payload.decode(errors="replace")
    return answer
