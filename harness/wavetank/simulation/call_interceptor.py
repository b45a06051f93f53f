"""Intercepts every call: handlers are suspended here, and faults of calls are injected here.

Faults hit only the calls of handlers, and of Lambda itself when it sends to a destination. The
calls of services to one another pass, and so do those of the simulation.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from wavetank.core.http_types import AnswerTooLateError, ConnectionLostError
from wavetank.faults.calls import LostReply
from wavetank.faults.functions import (
    FunctionTimeout,
    HandlerCrash,
    InvocationFault,
    OutOfMemory,
    Side,
)
from wavetank.faults.injectors.decisions import check_refused, latency, refused_entries
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import ApiCalled
from wavetank.history.events import OK
from wavetank.simulation.async_invoker import AsyncInvoker
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
            self._end_if_hit(attempt, call, Side.BEFORE)
            if self._timeline.is_contested():
                pause(Yield())
        elif not self._invocations.is_sending:
            return
        check_refused(self._matcher, _named(call))

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
        return refused_entries(self._matcher, stream, count)

    @property
    def _attempt(self) -> HandlerAttempt:
        attempt = self._invocations.attempts.running
        assert attempt is not None  # a handler runs only in its turn
        return attempt

    def _is_lost(self, name: str, what: str) -> bool:
        return self._matcher.match(LostReply, what, lambda fault: fault.call == name) is not None

    def _answer(
        self,
        attempt: HandlerAttempt,
        call: "ApiCall",
        error: str | None,
        patience_seconds: float | None,
    ) -> None:
        what = f"{_named(call)} of {attempt.request.id}"
        name = _named(call)
        takes = latency(self._matcher, name, what)
        lost = error is None and self._is_lost(name, what)
        patience = timedelta(seconds=patience_seconds) if patience_seconds else timedelta.max
        told = CONNECTION_LOST if lost else error or OK
        self._note(attempt, call, READ_TIMEOUT if takes > patience else told, error is None)
        self._end_if_hit(attempt, call, Side.AFTER)
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

    def _end_if_hit(self, attempt: HandlerAttempt, call: "ApiCall", side: Side) -> None:
        """Ends the invocation where a planned fault does so at this call, on this side of it."""
        what = f"{attempt.request.id} {side} its call {attempt.calls}, {_named(call)}"
        for kind, end in ENDS.items():
            if self._matcher.match(kind, what, self._is_at(attempt, side)) is not None:
                pause(end)

    def _is_at(self, attempt: HandlerAttempt, side: Side) -> Callable[[InvocationFault], bool]:
        plays, arn = self._invocations.attempts.plays, attempt.function.arn
        return lambda fault: (
            (fault.call_number, fault.side) == (attempt.calls, side) and plays(arn, fault.function)
        )


def _named(call: "ApiCall") -> str:
    return f"{call.service}:{call.operation}"
