"""Intercepts every AWS call: pauses the handler that makes it, and injects the faults of calls.

Only the calls of handlers are affected, and those of Lambda itself when it sends to a
destination. Calls of services to one another, and of the simulation, pass through.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wavetank.aws.answers import Answers, how_to_answer
from wavetank.core.http_call import HttpAnswer
from wavetank.core.http_types import (
    AnswerTooLateError,
    ConnectionLostError,
    HttpRequest,
    Refused,
)
from wavetank.faults.calls import LostReply
from wavetank.faults.functions import Side
from wavetank.faults.injectors.decisions import check_refused, latency, refused_entries
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.history import ApiCalled
from wavetank.history.events import OK, UNANSWERED
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.attempts import HandlerAttempt
from wavetank.simulation.call_targets import CallTargets
from wavetank.simulation.handler_task import (
    StartedThread,
    in_handler_thread,
    pause,
    raise_if_cancelled,
)
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Exit, Hang, Sleep, Wait, Yield

if TYPE_CHECKING:
    from wavetank.emulator.lambda_.outcome import ExitStatus
    from wavetank.emulator.request_interceptor import ApiCall

CONNECTION_LOST = "connection lost"
READ_TIMEOUT = "read timeout"
NOT_IMPLEMENTED = 501
"""What a caller gets instead of a service's error code, as recorded in the history."""


class CallInterceptor:
    """Intercepts handlers' AWS calls in their threads: schedules handlers, injects faults."""

    def __init__(
        self,
        clock: SimulationClock,
        matcher: FaultMatcher,
        invocations: AsyncInvoker,
        answers: Answers,
        targets: CallTargets,
    ) -> None:
        self._answers = answers
        self._targets = targets
        self._clock = clock
        self._matcher = matcher
        self._invocations = invocations

    def before(self, call: "ApiCall") -> None:
        """Pause if another action is due at this instant, and refuse the call if a fault does.

        Raises:
            Refused: a fault refuses it.
        """
        if call.by_service is not None:
            return
        if in_handler_thread():
            raise_if_cancelled()
            attempt = self._attempt
            attempt.count_call()
            self._invocations.attempts.handlers.end_if_hit(attempt, Side.BEFORE, _call_name(call))
            if self._clock.is_contested():
                pause(Yield())
        elif not self._invocations.is_sending:
            return
        check_refused(self._matcher, _call_name(call))

    def answer(self, call: "ApiCall") -> Mapping[str, Any] | None:
        """The test's answer to a handler's call; None if it has none.

        Raises:
            Refused: the answer is an error.
        """
        if call.by_service is not None or not in_handler_thread():
            return None
        found = self._answers.find(call.service, call.operation)
        return None if found is None else found.to(call.parameters, self._clock.now)

    def web_answer(self, request: HttpRequest) -> HttpAnswer:
        """The test's answer to a handler's request to the web.

        Raises:
            UnsupportedCall: it has none.
        """
        raise_if_cancelled()
        return self._answers.web.answer(request)

    def unanswered(self, call: "ApiCall") -> Refused | None:
        """The error for a handler's call that neither a service nor the test answers."""
        if call.by_service is not None or not in_handler_thread():
            return None
        return Refused(UNANSWERED, how_to_answer(call.service, call.operation), NOT_IMPLEMENTED)

    def after(self, call: "ApiCall", error: str | None) -> None:
        """Keep the call and its error until `answered`, since its response may still be lost."""
        if call.by_service is None and in_handler_thread():
            self._attempt.answered_calls.append((call, error))

    def answered(self, timeout_seconds: float | None) -> None:
        """Record the calls that were served. The response may be late or lost, or end the handler.

        `timeout_seconds` is the read timeout of the caller; None is no timeout.

        Raises:
            AnswerTooLateError: a fault delays the response beyond the timeout.
            ConnectionLostError: a fault loses the response.
        """
        attempt = self._attempt
        while attempt.answered_calls:
            self._finish_call(attempt, *attempt.answered_calls.pop(0), timeout_seconds)

    def slept(self, seconds: float) -> None:
        """Let virtual time pass for the handler, which stands still at a debugger's prompt."""
        if not in_handler_thread():
            return
        raise_if_cancelled()
        self._wait(timedelta(seconds=max(0.0, seconds)))

    def waited(self, is_ready: Callable[[], bool], seconds: float) -> bool:
        """Let virtual time pass for a handler that waits in a service; False for other callers."""
        if not in_handler_thread():
            return False
        self.wait_until(is_ready, seconds)
        return True

    def wait_until(self, is_ready: Callable[[], bool], seconds: float | None) -> bool:
        """Let virtual time pass until it is ready, or for so long; returns whether it is."""
        if not in_handler_thread():
            return is_ready()
        raise_if_cancelled()
        pause(Wait(is_ready, None if seconds is None else timedelta(seconds=max(0.0, seconds))))
        return is_ready()

    def start_thread(self, name: str, body: Callable[[], None]) -> StartedThread:
        """Schedule a thread of the handler."""
        raise_if_cancelled()
        return self._invocations.attempts.handlers.start_thread(name, body)

    def exited(self, status: "ExitStatus") -> None:
        """The handler ended its own process, and its execution environment with it."""
        raise_if_cancelled()
        pause(Exit(status))

    def stopped(self) -> None:
        """The handler stopped its own process: it hangs until the function's timeout."""
        raise_if_cancelled()
        pause(Hang())

    def refuses(self, stream: str, count: int) -> Mapping[int, str]:
        """The entries of a batch that a fault refuses, by position, with their error codes."""
        return refused_entries(self._matcher, stream, count)

    @property
    def _attempt(self) -> HandlerAttempt:
        attempt = self._invocations.attempts.handlers.running
        assert attempt is not None  # handlers run only while the Lambda runner runs them
        return attempt

    def _is_lost(self, name: str, what: str) -> bool:
        return self._matcher.match(LostReply, what, lambda fault: fault.call == name) is not None

    def _finish_call(
        self,
        attempt: HandlerAttempt,
        call: "ApiCall",
        error: str | None,
        timeout_seconds: float | None,
    ) -> None:
        what = f"{_call_name(call)} of {attempt.request.id}"
        name = _call_name(call)
        handlers = self._invocations.attempts.handlers
        delay = handlers.call_takes(attempt, call) + latency(self._matcher, name, what)
        lost = error is None and self._is_lost(name, what)
        timeout = timedelta(seconds=timeout_seconds) if timeout_seconds else timedelta.max
        result = CONNECTION_LOST if lost else error or OK
        # recorded before the handler can end here, since the service did handle the call
        recorded = READ_TIMEOUT if delay > timeout else result
        self._record_call(attempt, call, recorded, took_effect=error is None)
        handlers.end_if_hit(attempt, Side.AFTER, name)
        self._wait(min(delay, timeout) + handlers.compute(attempt))
        if delay > timeout:
            raise AnswerTooLateError(f"no response of {_call_name(call)} in {timeout_seconds} s")
        if lost:
            raise ConnectionLostError(f"the response of {_call_name(call)} was lost")

    def _wait(self, duration: timedelta) -> None:
        """Let time pass for the handler; it is suspended only if something happens meanwhile."""
        if duration and not self._invocations.attempts.handlers.passes(self._attempt, duration):
            pause(Sleep(duration))

    def _record_call(
        self, attempt: HandlerAttempt, call: "ApiCall", result: str, *, took_effect: bool
    ) -> None:
        named: tuple[str, ...] = ()
        if took_effect:  # a call that failed may lack the parameters that name its targets
            named = self._targets.of(call.service, call.operation, call.parameters)
        self._clock.record(
            ApiCalled(
                self._clock.now,
                attempt.request.id,
                call.service,
                call.operation,
                result,
                took_effect,
                named,
            )
        )


def _call_name(call: "ApiCall") -> str:
    return f"{call.service}:{call.operation}"
