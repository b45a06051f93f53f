"""Runs a function's handler in an execution environment, and records how the attempt ends.

A cold start and the handler's own code take virtual time, as its calls and waits do. At the
function's timeout, or when a fault ends its process, the environment is discarded too.
"""

import json
import signal
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wavetank.core.clock import StallLimits
from wavetank.emulator.lambda_ import outcome as outcomes
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.environment import ExecutionEnvironment, LambdaContext
from wavetank.faults.functions import NotificationFailure, SlowColdStart
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.references import FunctionReference, FunctionRole
from wavetank.history import AttemptBegan, AttemptEnded, Outcome, Trigger
from wavetank.simulation.environment_pool import EnvironmentPool, PooledEnvironment
from wavetank.simulation.handler_task import HandlerTask, TaskEnded, TaskExited
from wavetank.simulation.request_chains import InvocationCause, refuse_recursive_loop
from wavetank.simulation.request_durations import AttemptKey, RequestDurations
from wavetank.simulation.retry_policy import QueuedEvent
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Crash, CrashCause, Exit, Hang, Pause, Sleep, Yield
from wavetank.simulation.topology import Topology, function_name

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.request_interceptor import ApiCall

HANDLER_LIMITS = StallLimits(busy_seconds=20.0, idle_seconds=20.0)
"""Between two calls of a handler; beyond them it counts as stuck."""


@dataclass(frozen=True)
class InvocationRequest:
    """An event for a function; a `synchronous` caller gets the result itself.

    `cause` is this invocation, with what caused it.
    """

    id: str
    function: str
    event: object
    trigger: Trigger
    queued: QueuedEvent
    cause: InvocationCause
    synchronous: bool = False


@dataclass
class HandlerAttempt:
    """A running attempt at a request.

    `answered_calls` are served but not yet recorded; `computing` is what the handler's own code
    will still take.
    """

    request: InvocationRequest
    function: "DeployedFunction"
    pooled: PooledEnvironment
    task: HandlerTask[Pause, outcomes.InvocationOutcome]
    deadline: datetime
    key: AttemptKey
    computing: timedelta
    calls: int = 0
    answered_calls: list[tuple["ApiCall", str | None]] = field(default_factory=list)


type OnEnd = Callable[[InvocationRequest, "DeployedFunction", outcomes.InvocationOutcome], None]
type OnThrottle = Callable[[InvocationRequest, "DeployedFunction"], None]


class LambdaRunner:
    """Runs handlers, one at a time, and passes the outcome of each attempt to `on_end`."""

    def __init__(
        self,
        simulator: Simulator,
        clock: SimulationClock,
        matcher: FaultMatcher,
        topology: Topology,
        durations: RequestDurations,
        on_end: OnEnd,
        on_throttle: OnThrottle,
    ) -> None:
        self._simulator = simulator
        self._clock = clock
        self._matcher = matcher
        self._durations = durations
        self._roles = {role: topology.functions(role) for role in FunctionRole}
        self._on_end = on_end
        self._on_throttle = on_throttle
        self._pool = EnvironmentPool(self._environment)
        self._busy = Counter[str]()
        self._unfinished: dict[int, HandlerAttempt] = {}
        self.running: HandlerAttempt | None = None
        """The attempt whose handler runs now."""

    def matches(self, arn: str, reference: FunctionReference) -> bool:
        """Whether the function has that role in the pipeline, or that name."""
        if isinstance(reference, FunctionRole):
            return arn in self._roles[reference]
        return function_name(arn) == reference

    def begin(self, request: InvocationRequest) -> None:
        """Begin an attempt, or throttle it if the function's concurrency is used up."""
        function = self._simulator.function(request.function)
        arn = function.arn
        refuse_recursive_loop(request.cause, is_allowed=function.may_recurse)
        if function.concurrency_max is not None and self._busy[arn] >= function.concurrency_max:
            self._record_end(request, function, Outcome.THROTTLED)
            self._on_throttle(request, function)
            return
        self._busy[arn] += 1
        slow = self._matcher.match(
            SlowColdStart,
            f"{request.id} of {function.name}",
            lambda f: self.matches(arn, f.function),
        )
        if slow is not None:
            self._pool.evict(arn)  # a warm environment would have no cold start
        pooled, key = self._pool.take(function), _key(request)
        takes = timedelta() if slow is None else slow.takes
        if pooled.environment.is_cold:
            takes += self._durations.cold_start(key, function)
        self._after(takes, lambda: self._start(request, function, pooled))

    def end_all(self) -> None:
        """Cancel all attempts, at the end of a run."""
        for attempt in list(self._unfinished.values()):
            self._cancel_task(attempt)
            attempt.pooled.thread.end()
        self._unfinished.clear()
        self._pool.evict_all()

    def _start(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        pooled: PooledEnvironment,
    ) -> None:
        environment, key = pooled.environment, _key(request)
        self._clock.record(
            AttemptBegan(
                self._clock.now,
                request.id,
                function.name,
                key.number,
                environment.is_cold,
                request.trigger,
            )
        )
        if self._fails_before_handler(request, function):
            self._pool.release(function, pooled)
            self._end(request, function, outcomes.raised(_planned_error()))
            return
        deadline = self._clock.now + timedelta(seconds=function.timeout_seconds)
        context = self._context(request, function, deadline)
        task = HandlerTask[Pause, outcomes.InvocationOutcome](
            pooled.thread, lambda: environment.invoke(request.event, context), HANDLER_LIMITS
        )
        computing = self._durations.handler(key, function)
        attempt = HandlerAttempt(request, function, pooled, task, deadline, key, computing)
        self._unfinished[id(attempt)] = attempt
        self._wait(attempt, self.compute(attempt), lambda: self._follow(attempt, task.start))

    def compute(self, attempt: HandlerAttempt) -> timedelta:
        """What the handler's own code takes now, until its next call; the rest is less then."""
        takes = self._durations.share(attempt.key, attempt.calls, attempt.computing)
        attempt.computing -= takes
        return takes

    def call_takes(self, attempt: HandlerAttempt, call: "ApiCall") -> timedelta:
        """What the attempt's current call takes."""
        key, number = attempt.key, attempt.calls
        return self._durations.call(key, number, call.service, call.operation)

    def passes(self, attempt: HandlerAttempt, duration: timedelta) -> bool:
        """Let time pass for a handler without suspending it, if nothing happens until then."""
        is_in_time = self._clock.now + duration < attempt.deadline
        return is_in_time and self._clock.passes(duration)

    def _wait(self, attempt: HandlerAttempt, duration: timedelta, then: Callable[[], None]) -> None:
        """Go on after the duration, or stop the attempt at its deadline if that comes first."""
        if self._clock.now + duration < attempt.deadline:
            self._after(duration, then)
        else:
            self._clock.at(attempt.deadline, lambda: self._time_out(attempt))

    def _after(self, duration: timedelta, then: Callable[[], None]) -> None:
        if not duration or self._clock.passes(duration):
            then()
        else:
            self._clock.after(duration, then)

    def _fails_before_handler(
        self, request: InvocationRequest, function: "DeployedFunction"
    ) -> bool:
        if not self.matches(function.arn, FunctionRole.FAILURE_DESTINATION):
            return False
        what = f"{request.id} of {function.name}"
        return self._matcher.match(NotificationFailure, what) is not None

    def _follow(
        self,
        attempt: HandlerAttempt,
        resume: Callable[[], Pause | TaskEnded[outcomes.InvocationOutcome] | TaskExited],
    ) -> None:
        """Run the handler until it pauses or ends, and schedule what follows from that."""
        self.running = attempt
        try:
            state = resume()
        except BaseException:
            del self._unfinished[id(attempt)]
            raise
        finally:
            self.running = None
        match state:
            case TaskEnded(value=outcome):
                self._wait(attempt, attempt.computing, lambda: self._return(attempt, outcome))
            case TaskExited(status=status):
                self._discard(attempt, outcomes.exited(attempt.request.id, status))
            case Yield():
                self._clock.at(self._clock.now, lambda: self._resume(attempt))
            case Sleep(duration=duration):
                self._wait(attempt, duration, lambda: self._resume(attempt))
            case Hang():
                self._clock.at(attempt.deadline, lambda: self._time_out(attempt))
            case Crash(cause=cause):
                self._cancel(attempt, _crash_outcome(attempt.request.id, cause))
            case Exit(status=status):
                self._cancel(attempt, outcomes.exited(attempt.request.id, status))

    def _return(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        del self._unfinished[id(attempt)]
        self._pool.release(attempt.function, attempt.pooled)
        self._end(attempt.request, attempt.function, outcome)

    def _resume(self, attempt: HandlerAttempt) -> None:
        self._follow(attempt, attempt.task.resume)

    def _time_out(self, attempt: HandlerAttempt) -> None:
        seconds = attempt.function.timeout_seconds
        self._cancel(attempt, outcomes.timed_out(attempt.request.id, seconds))

    def _cancel(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        self._cancel_task(attempt)
        self._discard(attempt, outcome)

    def _cancel_task(self, attempt: HandlerAttempt) -> None:
        # The handler's cleanup code (`finally`) runs now, and its calls are those of an attempt.
        self.running = attempt
        try:
            attempt.task.cancel()
        finally:
            self.running = None

    def _discard(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        """End the attempt together with its environment."""
        del self._unfinished[id(attempt)]
        attempt.pooled.thread.end()
        self._end(attempt.request, attempt.function, outcome)

    def _end(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        outcome: outcomes.InvocationOutcome,
    ) -> None:
        self._busy[function.arn] -= 1
        error: Any = json.loads(outcome.payload) if outcome.is_error else {}
        kind, message = str(error.get("errorType", "")), str(error.get("errorMessage", ""))
        self._record_end(request, function, _recorded_outcome(outcome), kind, message)
        self._on_end(request, function, outcome)

    def _record_end(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        outcome: Outcome,
        kind: str = "",
        message: str = "",
    ) -> None:
        number = request.queued.attempts + 1
        self._clock.record(
            AttemptEnded(self._clock.now, request.id, function.name, number, outcome, kind, message)
        )

    def _environment(self, function: "DeployedFunction") -> ExecutionEnvironment:
        return self._simulator.environment(function, f"environment-{self._clock.new_id()[:8]}")

    def _context(
        self, request: InvocationRequest, function: "DeployedFunction", deadline: datetime
    ) -> LambdaContext:
        return LambdaContext(
            aws_request_id=request.id,
            function_name=function.name,
            function_version=function.version,
            invoked_function_arn=request.function,
            memory_limit_in_mb=str(function.memory_mb),
            log_group_name=f"/aws/lambda/{function.name}",
            log_stream_name="stream",
            remaining_milliseconds=lambda: (deadline - self._clock.now) / MILLISECOND,
        )


MILLISECOND = timedelta(milliseconds=1)


def _key(request: InvocationRequest) -> AttemptKey:
    return AttemptKey(request.id, request.queued.attempts + 1)


def _recorded_outcome(outcome: outcomes.InvocationOutcome) -> Outcome:
    if not outcome.is_error:
        return Outcome.SUCCESS
    if outcome.status == "timeout":
        return Outcome.TIMEOUT
    return Outcome.ERROR if outcome.error_type is None else Outcome.CRASH


def _crash_outcome(request: str, cause: CrashCause) -> outcomes.InvocationOutcome:
    if cause is CrashCause.OUT_OF_MEMORY:
        return outcomes.out_of_memory(request)
    return outcomes.exited(request, outcomes.ExitStatus(signal_number=signal.SIGKILL))


def _planned_error() -> bytes:
    return json.dumps(
        {"errorType": "RuntimeError", "errorMessage": "failed by a planned fault"}
    ).encode()
