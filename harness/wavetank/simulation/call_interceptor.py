"""At the gate before every service: handlers take turns here, and planned faults strike here.

Only calls of handlers, and of Lambda itself where it tells a destination, are struck; the services'
calls to one another are the delivery stream's matter, and the driver's own are nobody's.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from wavetank.core.http_types import AnswerTooLateError, ConnectionLostError, Refused
from wavetank.faults.calls import ApiError, ApiLatency, CallFault, LostReply, PartialBatchFailure
from wavetank.faults.delivery import ThrottledTopic
from wavetank.faults.functions import (
    FunctionTimeout,
    HandlerCrash,
    InvocationFault,
    OutOfMemory,
    Side,
)
from wavetank.history import ApiCalled
from wavetank.history.events import OK
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.fault_matcher import FaultMatcher
from wavetank.simulation.handler_task import is_a_turn, pause, stop_if_cut
from wavetank.simulation.lambda_runner import HandlerAttempt
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Crash, Death, Exit, Hang, Pause, Sleep, Yield

if TYPE_CHECKING:
    from wavetank.emulator.lambda_.outcome import ExitStatus
    from wavetank.emulator.request_interceptor import ApiCall

ENDS: Mapping[type[InvocationFault], Pause] = {
    HandlerCrash: Crash(Death.CRASH),
    OutOfMemory: Crash(Death.OUT_OF_MEMORY),
    FunctionTimeout: Hang(),
}
CONNECTION_LOST = "connection lost"
READ_TIMEOUT = "read timeout"
"""What a caller is told, where no service tells it anything."""
THROTTLED = "Throttling"
SERVER_FAULTS = frozenset(
    {"InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailableException"}
)
SERVER_STATUS, CLIENT_STATUS = 500, 400


class CallInterceptor:
    """Attends to every handler's calls, in its own thread."""

    def __init__(
        self, timeline: SimulationClock, matcher: FaultMatcher, invocations: AsyncInvoker
    ) -> None:
        self._timeline = timeline
        self._matcher = matcher
        self._invocations = invocations

    def before(self, call: "ApiCall") -> None:
        """Lets others go first who are due at this instant, and refuses what is to be refused."""
        if call.by_service is not None:
            return
        if is_a_turn():
            stop_if_cut()
            attempt = self._attempt
            attempt.calls += 1
            self._end_if_struck(attempt, call, Side.BEFORE)
            if self._timeline.is_contested():
                pause(Yield())
        elif not self._invocations.is_sending:
            return
        self._refuse_if_struck(call)

    def after(self, call: "ApiCall", error: str | None) -> None:
        """Remembers what became of the call, until its answer is on its way."""
        if call.by_service is None and is_a_turn():
            self._attempt.answered.append((call, error))

    def answered(self, patience_seconds: float | None) -> None:
        """Notes what the handler called; its answer may be late, lost, or the last that it got."""
        attempt = self._attempt
        while attempt.answered:
            self._answer(attempt, *attempt.answered.pop(0), patience_seconds)

    def slept(self, seconds: float) -> None:
        """Time passes for the handler."""
        stop_if_cut()
        pause(Sleep(timedelta(seconds=max(0.0, seconds))))

    def exited(self, status: "ExitStatus") -> None:
        """The handler's process is gone, and its environment with it."""
        stop_if_cut()
        pause(Exit(status))

    def stopped(self) -> None:
        """The handler does nothing until its function's time is up."""
        stop_if_cut()
        pause(Hang())

    def refuses(self, stream: str, count: int) -> Mapping[int, str]:
        """The entries of a batch that a planned fault has refused."""
        fault = self._matcher.now(PartialBatchFailure, f"a batch of {count} to {stream}")
        if fault is None:
            return {}
        return {entry: fault.code for entry in fault.entries if entry < count}

    @property
    def _attempt(self) -> HandlerAttempt:
        attempt = self._invocations.attempts.running
        assert attempt is not None  # a handler runs only in its turn
        return attempt

    def _refuse_if_struck(self, call: "ApiCall") -> None:
        code = None
        if (call.service, call.operation) == ("sns", "Publish"):
            code = THROTTLED if self._matcher.now(ThrottledTopic, _named(call)) else None
        error = self._matcher.now(ApiError, _named(call), _of(call))
        code = code or (error.code if error else None)
        if code is not None:
            status = SERVER_STATUS if code in SERVER_FAULTS else CLIENT_STATUS
            raise Refused(code, "refused by a planned fault", status)

    def _answer(
        self,
        attempt: HandlerAttempt,
        call: "ApiCall",
        error: str | None,
        patience_seconds: float | None,
    ) -> None:
        what = f"{_named(call)} of {attempt.request.id}"
        late = self._matcher.now(ApiLatency, what, _of(call))
        lost = error is None and self._matcher.now(LostReply, what, _of(call)) is not None
        takes = late.takes if late else timedelta()
        patience = timedelta(seconds=patience_seconds) if patience_seconds else timedelta.max
        told = CONNECTION_LOST if lost else error or OK
        self._note(attempt, call, READ_TIMEOUT if takes > patience else told, error is None)
        self._end_if_struck(attempt, call, Side.AFTER)
        if takes:
            pause(Sleep(min(takes, patience)))
        if takes > patience:
            raise AnswerTooLateError(f"no answer of {_named(call)} in {patience_seconds} s")
        if lost:
            raise ConnectionLostError(f"the answer of {_named(call)} was lost")

    def _note(self, attempt: HandlerAttempt, call: "ApiCall", told: str, took_effect: bool) -> None:  # noqa: FBT001 - as the event has it
        self._timeline.note(
            ApiCalled(
                self._timeline.now,
                attempt.request.id,
                call.service,
                call.operation,
                told,
                took_effect,
            )
        )

    def _end_if_struck(self, attempt: HandlerAttempt, call: "ApiCall", side: Side) -> None:
        """Ends the invocation where a planned fault does so at this call, on this side of it."""
        what = f"{attempt.request.id} {side} its call {attempt.calls}, {_named(call)}"
        for kind, end in ENDS.items():
            if self._matcher.now(kind, what, self._is_at(attempt, side)) is not None:
                pause(end)

    def _is_at(self, attempt: HandlerAttempt, side: Side) -> Callable[[InvocationFault], bool]:
        plays, arn = self._invocations.attempts.plays, attempt.function.arn
        return lambda fault: (
            (fault.call_number, fault.side) == (attempt.calls, side) and plays(arn, fault.function)
        )


def _of(call: "ApiCall") -> Callable[[CallFault], bool]:
    return lambda fault: (fault.service, fault.operation) == (call.service, call.operation)


def _named(call: "ApiCall") -> str:
    return f"{call.service}:{call.operation}"
