"""Attempts: a function's handler runs in an execution environment, and ends in one way or another.

A handler takes no time by itself; what takes time are its waits. Where its function's time is up,
or a planned fault ends its process, its environment is gone with it.
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
from wavetank.faults.parts import FunctionReference, FunctionRole
from wavetank.history import AttemptBegan, AttemptEnded, Outcome, Trigger
from wavetank.simulation.environment_pool import EnvironmentPool, PooledEnvironment
from wavetank.simulation.handler_task import HandlerTask, TaskEnded, TaskExited
from wavetank.simulation.retry_policy import QueuedEvent
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.suspensions import Crash, Death, Exit, Hang, Pause, Sleep, Yield
from wavetank.simulation.topology import Topology, function_name

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.request_interceptor import ApiCall

HANDLER_LIMITS = StallLimits(busy_seconds=20.0, idle_seconds=20.0)
"""Between two calls of a handler; more, and it is taken to be stuck."""


@dataclass(frozen=True)
class InvocationRequest:
    """An event on its way to a function; whoever `waits` for the answer is told of a failure."""

    id: str
    function: str
    event: object
    trigger: Trigger
    queued: QueuedEvent
    waits: bool = False


@dataclass
class HandlerAttempt:
    """A function's try at a request, while it runs."""

    request: InvocationRequest
    function: "DeployedFunction"
    place: PooledEnvironment
    turn: HandlerTask[Pause, outcomes.InvocationOutcome]
    deadline: datetime
    calls: int = 0
    answered: list[tuple["ApiCall", str | None]] = field(default_factory=list)


type OnEnd = Callable[[InvocationRequest, "DeployedFunction", outcomes.InvocationOutcome], None]
type OnThrottle = Callable[[InvocationRequest, "DeployedFunction"], None]


class LambdaRunner:
    """Has handlers run, one at a time; what came of each is told to `on_end`."""

    def __init__(
        self,
        simulator: Simulator,
        timeline: SimulationClock,
        matcher: FaultMatcher,
        topology: Topology,
        on_end: OnEnd,
        on_throttle: OnThrottle,
    ) -> None:
        self._simulator = simulator
        self._timeline = timeline
        self._matcher = matcher
        self._parts = {part: topology.functions(part) for part in FunctionRole}
        self._on_end = on_end
        self._on_throttle = on_throttle
        self._places = EnvironmentPool(self._environment)
        self._busy = Counter[str]()
        self._unfinished: dict[int, HandlerAttempt] = {}
        self.running: HandlerAttempt | None = None
        """Whose handler has its turn now."""

    def plays(self, arn: str, reference: FunctionReference) -> bool:
        """Whether the function has that part in the pipeline, or that name."""
        if isinstance(reference, FunctionRole):
            return arn in self._parts[reference]
        return function_name(arn) == reference

    def begin(self, request: InvocationRequest) -> None:
        """Starts on the request, unless as many as may are busy already."""
        function = self._simulator.function(request.function)
        arn = function.arn
        if function.concurrency_max is not None and self._busy[arn] >= function.concurrency_max:
            self._note_end(request, function, Outcome.THROTTLED)
            self._on_throttle(request, function)
            return
        self._busy[arn] += 1
        slow = self._matcher.match(
            SlowColdStart, f"{request.id} of {function.name}", lambda f: self.plays(arn, f.function)
        )
        if slow is None:
            self._start(request, function)
        else:
            self._places.cool(arn)
            self._timeline.after(slow.takes, lambda: self._start(request, function))

    def end_all(self) -> None:
        """Ends what still runs, for the run is over."""
        for attempt in list(self._unfinished.values()):
            attempt.turn.cut()
            attempt.place.thread.end()
        self._unfinished.clear()
        self._places.cool_all()

    def _start(self, request: InvocationRequest, function: "DeployedFunction") -> None:
        place = self._places.take(function)
        environment = place.environment
        is_cold, number = environment.is_cold, request.queued.attempts + 1
        self._timeline.note(
            AttemptBegan(
                self._timeline.now, request.id, function.name, number, is_cold, request.trigger
            )
        )
        if self._fails_by_itself(request, function):
            self._places.keep(function, place)
            self._end(request, function, outcomes.raised(_failed_on_purpose()))
            return
        deadline = self._timeline.now + timedelta(seconds=function.timeout_seconds)
        context = self._context(request, function, deadline)
        turn = HandlerTask[Pause, outcomes.InvocationOutcome](
            place.thread, lambda: environment.invoke(request.event, context), HANDLER_LIMITS
        )
        attempt = HandlerAttempt(request, function, place, turn, deadline)
        self._unfinished[id(attempt)] = attempt
        self._follow(attempt, turn.start)

    def _fails_by_itself(self, request: InvocationRequest, function: "DeployedFunction") -> bool:
        if not self.plays(function.arn, FunctionRole.FAILURE_DESTINATION):
            return False
        what = f"{request.id} of {function.name}"
        return self._matcher.match(NotificationFailure, what) is not None

    def _follow(
        self,
        attempt: HandlerAttempt,
        give_turn: Callable[[], Pause | TaskEnded[outcomes.InvocationOutcome] | TaskExited],
    ) -> None:
        """Gives the attempt its turn, and sees what it does with it."""
        self.running = attempt
        try:
            state = give_turn()
        except BaseException:
            del self._unfinished[id(attempt)]
            raise
        finally:
            self.running = None
        match state:
            case TaskEnded(value=outcome):
                del self._unfinished[id(attempt)]
                self._places.keep(attempt.function, attempt.place)
                self._end(attempt.request, attempt.function, outcome)
            case TaskExited(status=status):
                self._lose(attempt, outcomes.exited(attempt.request.id, status))
            case Yield():
                self._timeline.at(self._timeline.now, lambda: self._go_on(attempt))
            case Sleep(duration=duration) if self._timeline.now + duration < attempt.deadline:
                self._timeline.after(duration, lambda: self._go_on(attempt))
            case Sleep() | Hang():
                self._timeline.at(attempt.deadline, lambda: self._time_out(attempt))
            case Crash(death=death):
                self._cut(attempt, _death(attempt.request.id, death))
            case Exit(status=status):
                self._cut(attempt, outcomes.exited(attempt.request.id, status))

    def _go_on(self, attempt: HandlerAttempt) -> None:
        self._follow(attempt, attempt.turn.go_on)

    def _time_out(self, attempt: HandlerAttempt) -> None:
        seconds = attempt.function.timeout_seconds
        self._cut(attempt, outcomes.timed_out(attempt.request.id, seconds))

    def _cut(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        self.running = attempt
        attempt.turn.cut()
        self.running = None
        self._lose(attempt, outcome)

    def _lose(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        """Its environment is not kept."""
        del self._unfinished[id(attempt)]
        attempt.place.thread.end()
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
        self._note_end(request, function, _told(outcome), kind, message)
        self._on_end(request, function, outcome)

    def _note_end(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        outcome: Outcome,
        kind: str = "",
        message: str = "",
    ) -> None:
        number = request.queued.attempts + 1
        self._timeline.note(
            AttemptEnded(
                self._timeline.now, request.id, function.name, number, outcome, kind, message
            )
        )

    def _environment(self, function: "DeployedFunction") -> ExecutionEnvironment:
        return self._simulator.environment(function, f"environment-{self._timeline.new_id()[:8]}")

    def _context(
        self, request: InvocationRequest, function: "DeployedFunction", deadline: datetime
    ) -> LambdaContext:
        return LambdaContext(
            aws_request_id=request.id,
            function_name=function.name,
            invoked_function_arn=function.arn,
            memory_limit_in_mb=str(function.memory_mb),
            log_group_name=f"/aws/lambda/{function.name}",
            log_stream_name="stream",
            remaining_milliseconds=lambda: (deadline - self._timeline.now) / MILLISECOND,
        )


MILLISECOND = timedelta(milliseconds=1)


def _told(outcome: outcomes.InvocationOutcome) -> Outcome:
    if not outcome.is_error:
        return Outcome.SUCCESS
    if outcome.status == "timeout":
        return Outcome.TIMEOUT
    return Outcome.ERROR if outcome.error_type is None else Outcome.CRASH


def _death(request: str, death: Death) -> outcomes.InvocationOutcome:
    if death is Death.OUT_OF_MEMORY:
        return outcomes.out_of_memory(request)
    return outcomes.exited(request, outcomes.ExitStatus(signal_number=signal.SIGKILL))


def _failed_on_purpose() -> bytes:
    return json.dumps(
        {"errorType": "RuntimeError", "errorMessage": "failed by a planned fault"}
    ).encode()
