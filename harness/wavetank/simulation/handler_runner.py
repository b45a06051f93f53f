"""Runs handlers: their threads, one at a time, what they take, and the faults that end them.

At the function's timeout, or when a fault ends its process, the attempt ends at once.
"""

import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wavetank.core.clock import StallLimits
from wavetank.emulator.lambda_ import outcome as outcomes
from wavetank.engines.simulator.environment import LambdaContext
from wavetank.faults.functions import (
    FunctionTimeout,
    HandlerCrash,
    InvocationFault,
    OutOfMemory,
    Side,
)
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.references import FunctionReference
from wavetank.simulation.attempts import HandlerAttempt, InvocationRequest
from wavetank.simulation.environment_pool import PooledEnvironment
from wavetank.simulation.handler_task import (
    HandlerTask,
    StartedThread,
    StuckError,
    TaskEnded,
    TaskExited,
    pause,
)
from wavetank.simulation.handler_threads import ScheduledThread, Task, ThreadSchedule
from wavetank.simulation.request_durations import RequestDurations
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Crash, CrashCause, Exit, Hang, Pause, Sleep, Wait, Yield

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
MILLISECOND = timedelta(milliseconds=1)

type Matches = Callable[[str, FunctionReference], bool]
"""Whether the function with the ARN is the one that a fault names."""
type OnEnd = Callable[[HandlerAttempt, outcomes.InvocationOutcome], None]


class HandlerRunner:
    """Runs handlers, one at a time, and passes each attempt to `on_end` when it ends.

    `release` takes those whose environment can be used again, before.
    """

    def __init__(
        self,
        clock: SimulationClock,
        matcher: FaultMatcher,
        matches: Matches,
        durations: RequestDurations,
        release: Callable[[HandlerAttempt], None],
        on_end: OnEnd,
    ) -> None:
        self._clock = clock
        self._matcher = matcher
        self._matches = matches
        self._durations = durations
        self._release = release
        self._on_end = on_end
        self._unfinished: dict[int, HandlerAttempt] = {}
        self.running: HandlerAttempt | None = None
        """The attempt whose handler runs now."""

    def start(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        pooled: PooledEnvironment,
        initialization: timedelta | None,
        failure: Exception | None,
    ) -> None:
        """Begin an attempt in the environment, which took so long to initialize if it was cold.

        A `failure` ends it at once, before the handler runs.
        """
        environment, key = pooled.environment, request.key
        began = self._clock.now
        deadline = began + timedelta(seconds=function.timeout_seconds)
        context = _context(self._clock, request, function, environment.log_stream, deadline)

        def invoke() -> outcomes.InvocationOutcome:
            outcome = environment.invoke(request.event, context, failure)
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
            computing=timedelta() if failure else self._durations.handler(key, function),
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

    def start_thread(self, name: str, body: Callable[[], None]) -> StartedThread:
        """Schedule a thread of the handler that runs now, from within it."""
        assert self.running is not None  # it calls this
        threads, thread = self.running.threads, StartedThread(body, HANDLER_LIMITS)
        scheduled = ScheduledThread(name, thread, thread.task)
        threads.started.append(scheduled)
        threads.at(scheduled, self._clock.now)
        return thread

    def end_if_hit(self, attempt: HandlerAttempt, side: Side, call: str) -> None:
        """End the invocation if a fault does so at this call, on this `side` of it."""
        number = attempt.thread.call
        what = f"{attempt.request.id} {side} its call {number}, {call}"
        self._end_if(attempt, what, {(number, side)})

    @contextmanager
    def acting(self, attempt: HandlerAttempt) -> Iterator[None]:
        """Attribute to the attempt what the body causes."""
        self.running = attempt
        try:
            yield
        finally:
            self.running = None

    def end_all(self) -> None:
        """Cancel all attempts, at the end of a run."""
        for attempt in list(self._unfinished.values()):
            self._cancel_threads(attempt)
            attempt.pooled.thread.end()
        self._unfinished.clear()

    def update(self, attempt: HandlerAttempt) -> None:
        """Resume the threads of the handler that are ready now; it may have ended meanwhile."""
        if id(attempt) in self._unfinished and attempt is not self.running:
            attempt.threads.update()

    def update_all(self) -> None:
        """Resume all handlers' threads that are ready now."""
        for attempt in list(self._unfinished.values()):
            self.update(attempt)

    def _end_if(self, attempt: HandlerAttempt, what: str, moments: set[tuple[int, Side]]) -> None:
        """End the invocation if a fault does so at one of these calls and sides."""
        # always in this order: each match counts the event, which decides later matches
        for kind, end in PAUSES.items():
            found = self._matcher.match(
                kind,
                what,
                lambda fault: (
                    (fault.call_number, fault.side) in moments
                    and self._matches(attempt.function.arn, fault.function)
                ),
            )
            if found is not None:
                pause(end)

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
        self._release(attempt)
        self._on_end(attempt, outcome)

    def _time_out(self, attempt: HandlerAttempt) -> None:
        seconds = attempt.function.timeout_seconds
        self._cancel(attempt, outcomes.timed_out(attempt.request.id, seconds))

    def _cancel(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        """End the attempt together with its environment."""
        self._cancel_threads(attempt)
        del self._unfinished[id(attempt)]
        attempt.pooled.thread.end()
        self._on_end(attempt, outcome)

    def _cancel_threads(self, attempt: HandlerAttempt) -> None:
        # The handler's cleanup code (`finally`) runs now, and its calls are those of an attempt.
        with self.acting(attempt):
            attempt.threads.cancel_all()


def _context(
    clock: SimulationClock,
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
        remaining_milliseconds=lambda: (deadline - clock.now) / MILLISECOND,
    )


def _crash_outcome(request: str, cause: CrashCause) -> outcomes.InvocationOutcome:
    if cause is CrashCause.OUT_OF_MEMORY:
        return outcomes.out_of_memory(request)
    return outcomes.exited(request, outcomes.ExitStatus(signal_number=signal.SIGKILL))
