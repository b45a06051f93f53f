"""Runs a function's handler in an execution environment, and records how the attempt ends.

A cold start and the handler's own code take virtual time, as its calls and waits do. At the
function's timeout, or when a fault ends its process, the environment is discarded too.
"""

import json
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from wavetank.core.clock import StallLimits
from wavetank.emulator.lambda_ import outcome as outcomes
from wavetank.emulator.lambda_.invocation_log import ReportLine
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.environment import ExecutionEnvironment, LambdaContext
from wavetank.faults.functions import (
    FunctionTimeout,
    HandlerCrash,
    InvocationFault,
    NotificationFailure,
    OutOfMemory,
    Side,
    SlowColdStart,
    ThrottledFunction,
)
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.references import FunctionReference, FunctionRole
from wavetank.history import AttemptBegan, AttemptEnded, Outcome, Trigger
from wavetank.simulation.environment_pool import EnvironmentPool, PooledEnvironment
from wavetank.simulation.handler_task import (
    HandlerTask,
    StartedThread,
    StuckError,
    TaskEnded,
    TaskExited,
    pause,
)
from wavetank.simulation.handler_threads import ScheduledThread, Task, ThreadSchedule
from wavetank.simulation.request_chains import InvocationCause, refuse_recursive_loop
from wavetank.simulation.request_durations import AttemptKey, RequestDurations
from wavetank.simulation.retry_policy import QueuedEvent
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Crash, CrashCause, Exit, Hang, Pause, Sleep, Wait, Yield
from wavetank.simulation.topology import Topology, function_name

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.request_interceptor import ApiCall

HANDLER_LIMITS = StallLimits(busy_seconds=20.0, idle_seconds=20.0)
"""Between two calls of a handler; beyond them it counts as stuck."""
PAUSES: Mapping[type[InvocationFault], Pause] = {
    HandlerCrash: Crash(CrashCause.CRASH),
    OutOfMemory: Crash(CrashCause.OUT_OF_MEMORY),
    FunctionTimeout: Hang(),
}
"""What a fault does to the handler, at one of its calls."""


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

    `thread` is the one that runs now, or ran last. `initialization` is what the cold start took,
    None for a warm one. `answered_calls` are served
    but not yet recorded; `computing` is what the handler's own code will still take.
    """

    request: InvocationRequest
    function: "DeployedFunction"
    pooled: PooledEnvironment
    threads: ThreadSchedule
    thread: ScheduledThread
    began: datetime
    initialization: timedelta | None
    key: AttemptKey
    computing: timedelta
    _calls: int = 0
    answered_calls: list[tuple["ApiCall", str | None]] = field(default_factory=list)

    @property
    def has_called(self) -> bool:
        """Whether one of its threads has made a call."""
        return bool(self._calls)

    def count_call(self) -> None:
        """Number the call that the running thread begins."""
        self._calls += 1
        self.thread.call = self._calls


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
        if self._is_throttled(request, function):
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
        initialization = None
        if pooled.environment.is_cold:
            initialization = takes = takes + self._durations.cold_start(key, function)
        self._after(takes, lambda: self._start(request, function, pooled, initialization))

    def _is_throttled(self, request: InvocationRequest, function: "DeployedFunction") -> bool:
        """Whether the function's concurrency is used up, or that of the account by a fault."""
        limit, arn = function.concurrency_max, function.arn
        if limit is not None and self._busy[arn] >= limit:
            return True
        what = f"{request.id} of {function.name}"
        found = self._matcher.match(
            ThrottledFunction, what, lambda fault: self.matches(arn, fault.function)
        )
        return found is not None

    def end_if_hit(self, attempt: HandlerAttempt, side: Side, call: str) -> None:
        """End the invocation if a fault does so at this call, on this `side` of it."""
        number = attempt.thread.call
        what = f"{attempt.request.id} {side} its call {number}, {call}"
        self._end_if(attempt, what, {(number, side)})

    def end_all(self) -> None:
        """Cancel all attempts, at the end of a run."""
        for attempt in list(self._unfinished.values()):
            self._cancel_threads(attempt)
            attempt.pooled.thread.end()
        self._unfinished.clear()
        self._pool.evict_all()

    def _start(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        pooled: PooledEnvironment,
        initialization: timedelta | None,
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
        began = self._clock.now
        deadline = began + timedelta(seconds=function.timeout_seconds)
        context = self._context(request, function, environment.log_stream, deadline)

        def invoke() -> outcomes.InvocationOutcome:
            outcome = environment.invoke(request.event, context)
            if not attempt.has_called and not outcome.is_error:
                sides = {(1, side) for side in Side}
                self._end_if(attempt, f"{request.id} at its end, without a call", sides)
            return outcome

        task: Task = HandlerTask(pooled.thread, invoke, HANDLER_LIMITS)
        main = ScheduledThread("main", pooled.thread, task)
        threads = ThreadSchedule(
            self._clock,
            deadline,
            main,
            pooled.started,
            resume=lambda thread: self._follow(attempt, thread),
            time_out=lambda: self._time_out(attempt),
        )
        attempt = HandlerAttempt(
            request=request,
            function=function,
            pooled=pooled,
            threads=threads,
            thread=main,
            began=began,
            initialization=initialization,
            key=key,
            computing=self._durations.handler(key, function),
        )
        self._unfinished[id(attempt)] = attempt
        takes = self.compute(attempt)
        if not takes or self.passes(attempt, takes):
            self._follow(attempt, main)
        else:
            threads.at(main, self._clock.now + takes)
            threads.update()

    def compute(self, attempt: HandlerAttempt) -> timedelta:
        """What the handler's own code takes now, until its next call; the rest is less then."""
        takes = self._durations.share(attempt.key, attempt.thread.call, attempt.computing)
        attempt.computing -= takes
        return takes

    def call_takes(self, attempt: HandlerAttempt, call: "ApiCall") -> timedelta:
        """What the current call of the running thread takes."""
        key, number = attempt.key, attempt.thread.call
        return self._durations.call(key, number, call.service, call.operation)

    def passes(self, attempt: HandlerAttempt, duration: timedelta) -> bool:
        """Let time pass for a handler without suspending it, if nothing happens until then."""
        threads = attempt.threads
        is_in_time = self._clock.now + duration < threads.deadline
        # another thread may go on now that this one has released a lock
        return is_in_time and not threads.started and self._clock.passes(duration)

    def _after(self, duration: timedelta, then: Callable[[], None]) -> None:
        if not duration or self._clock.passes(duration):
            then()
        else:
            self._clock.after(duration, then)

    def start_thread(self, name: str, body: Callable[[], None]) -> StartedThread:
        """Schedule a thread of the handler that runs now, from within it."""
        assert self.running is not None  # it calls this
        threads, thread = self.running.threads, StartedThread(body, HANDLER_LIMITS)
        scheduled = ScheduledThread(name, thread, thread.task)
        threads.started.append(scheduled)
        threads.at(scheduled, self._clock.now)
        return thread

    def _end_if(self, attempt: HandlerAttempt, what: str, moments: set[tuple[int, Side]]) -> None:
        """End the invocation if a fault does so at one of these calls and sides."""
        # always in this order: each match counts the event, which decides later matches
        for kind, end in PAUSES.items():
            found = self._matcher.match(
                kind,
                what,
                lambda fault: (
                    (fault.call_number, fault.side) in moments
                    and self.matches(attempt.function.arn, fault.function)
                ),
            )
            if found is not None:
                pause(end)

    def _fails_before_handler(
        self, request: InvocationRequest, function: "DeployedFunction"
    ) -> bool:
        if not self.matches(function.arn, FunctionRole.FAILURE_DESTINATION):
            return False
        what = f"{request.id} of {function.name}"
        return self._matcher.match(NotificationFailure, what) is not None

    def _follow(self, attempt: HandlerAttempt, thread: ScheduledThread) -> None:
        """Run a thread of the handler until it pauses or ends; schedule what follows from that."""
        self.running, threads = attempt, attempt.threads
        attempt.thread = thread
        try:
            state = thread.step()
        except BaseException as error:
            del self._unfinished[id(attempt)]
            if not isinstance(error, StuckError):  # a stuck thread cannot be ended
                threads.cancel_all()
            raise
        finally:
            self.running = None
        match state:
            case TaskEnded(value=outcome):
                if outcome is not None:
                    self._return(attempt, outcome)
                    return
                threads.started.remove(thread)
            case Yield():
                threads.at(thread, self._clock.now)
            case Sleep(duration=duration):
                threads.at(thread, self._clock.now + duration)
            case Wait():
                threads.wait(thread, state)
            case Crash(cause=cause):
                self._cancel(attempt, _crash_outcome(attempt.request.id, cause))
                return
            case TaskExited(status=status) | Exit(status=status):
                self._cancel(attempt, outcomes.exited(attempt.request.id, status))
                return
        threads.update()

    def update(self, attempt: HandlerAttempt) -> None:
        """Resume the threads of the handler that are ready now; it may have ended meanwhile."""
        if id(attempt) in self._unfinished and attempt is not self.running:
            attempt.threads.update()

    def update_all(self) -> None:
        """Resume all handlers' threads that are ready now."""
        for attempt in list(self._unfinished.values()):
            self.update(attempt)

    def _return(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        """End the attempt once the rest of the handler's own code has taken its time."""
        threads, takes = attempt.threads, attempt.computing
        threads.refuse_unjoined(attempt.function.name)
        if not takes or self.passes(attempt, takes):
            self._finish(attempt, outcome)
        else:
            due = self._clock.now + takes
            threads.at(threads.main, due, lambda: self._finish(attempt, outcome))
            threads.update()

    def _finish(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        del self._unfinished[id(attempt)]
        self._pool.release(attempt.function, attempt.pooled)
        self._write_log(attempt, outcome)
        self._end(attempt.request, attempt.function, outcome)

    def _time_out(self, attempt: HandlerAttempt) -> None:
        seconds = attempt.function.timeout_seconds
        self._cancel(attempt, outcomes.timed_out(attempt.request.id, seconds))

    def _cancel(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        """End the attempt together with its environment."""
        self._cancel_threads(attempt)
        del self._unfinished[id(attempt)]
        attempt.pooled.thread.end()
        self._write_log(attempt, outcome)
        self._end(attempt.request, attempt.function, outcome)

    def _cancel_threads(self, attempt: HandlerAttempt) -> None:
        # The handler's cleanup code (`finally`) runs now, and its calls are those of an attempt.
        self.running = attempt
        try:
            attempt.threads.cancel_all()
        finally:
            self.running = None

    def _write_log(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        """Bring the attempt's log into its group; what a filter there begins is caused by it."""
        function, environment = attempt.function, attempt.pooled.environment
        report = ReportLine(
            request_id=attempt.request.id,
            version=function.version,
            duration_ms=(self._clock.now - attempt.began) / MILLISECOND,
            init_ms=_milliseconds(attempt.initialization),
            memory_mb=function.memory_mb,
            memory_used_mb=0,  # all handlers share this process
            outcome=outcome,
        )
        self.running = attempt
        try:
            self._simulator.log_attempt(function, environment, report, environment.output)
        finally:
            self.running = None

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
        stream = f"{self._clock.now:%Y/%m/%d}/[{function.version}]{self._clock.new_id()[:8]}"
        return self._simulator.environment(function, stream)

    def _context(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        log_stream: str,
        deadline: datetime,
    ) -> LambdaContext:
        return LambdaContext(
            aws_request_id=request.id,
            function_name=function.name,
            function_version=function.version,
            invoked_function_arn=request.function,
            memory_limit_in_mb=str(function.memory_mb),
            log_group_name=function.log_group,
            log_stream_name=log_stream,
            remaining_milliseconds=lambda: (deadline - self._clock.now) / MILLISECOND,
        )


MILLISECOND = timedelta(milliseconds=1)


def _milliseconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration / MILLISECOND


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
