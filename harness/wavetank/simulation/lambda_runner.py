"""Lambda: throttles a request or begins an attempt at it, and records how the attempt ends.

A cold start takes virtual time, and environments that have not been ended are reused.
"""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from wavetank.emulator.lambda_ import outcome as outcomes
from wavetank.emulator.lambda_.invocation_log import ReportLine
from wavetank.engines.simulator.engine import Simulator
from wavetank.engines.simulator.environment import ExecutionEnvironment
from wavetank.faults.functions import NotificationFailure, SlowColdStart, ThrottledFunction
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.references import FunctionReference, FunctionRole
from wavetank.history import AttemptBegan, AttemptEnded, Outcome
from wavetank.simulation.attempts import HandlerAttempt, InvocationRequest
from wavetank.simulation.environment_pool import EnvironmentPool, PooledEnvironment
from wavetank.simulation.handler_runner import MILLISECOND, HandlerRunner
from wavetank.simulation.request_chains import refuse_recursive_loop
from wavetank.simulation.request_durations import RequestDurations
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import Topology, function_name

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction

type OnEnd = Callable[[InvocationRequest, "DeployedFunction", outcomes.InvocationOutcome], None]
type OnThrottle = Callable[[InvocationRequest, "DeployedFunction"], None]


class LambdaRunner:
    """The functions' environments and concurrency; passes each attempt's outcome to `on_end`."""

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
        self.handlers = HandlerRunner(
            clock, matcher, self.matches, durations, self._release, self._ended
        )

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
        pooled, key = self._pool.take(function), request.key
        takes = timedelta() if slow is None else slow.takes
        initialization = None
        if pooled.environment.is_cold:
            initialization = takes = takes + self._durations.cold_start(key, function)
        self._after(takes, lambda: self._start(request, function, pooled, initialization))

    def end_all(self) -> None:
        """Cancel all attempts, at the end of a run."""
        self.handlers.end_all()
        self._pool.evict_all()

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

    def _start(
        self,
        request: InvocationRequest,
        function: "DeployedFunction",
        pooled: PooledEnvironment,
        initialization: timedelta | None,
    ) -> None:
        self._clock.record(
            AttemptBegan(
                self._clock.now,
                request.id,
                function.name,
                request.key.number,
                pooled.environment.is_cold,
                request.trigger,
            )
        )
        failure = self._planned_failure(request, function)
        self.handlers.start(request, function, pooled, initialization, failure)

    def _after(self, duration: timedelta, then: Callable[[], None]) -> None:
        if not duration or self._clock.passes(duration):
            then()
        else:
            self._clock.after(duration, then)

    def _planned_failure(
        self, request: InvocationRequest, function: "DeployedFunction"
    ) -> Exception | None:
        """The error that a fault raises in place of the handler."""
        if not self.matches(function.arn, FunctionRole.FAILURE_DESTINATION):
            return None
        what = f"{request.id} of {function.name}"
        found = self._matcher.match(NotificationFailure, what)
        return None if found is None else RuntimeError("failed by a planned fault")

    def _release(self, attempt: HandlerAttempt) -> None:
        self._pool.release(attempt.function, attempt.pooled)

    def _ended(self, attempt: HandlerAttempt, outcome: outcomes.InvocationOutcome) -> None:
        self._write_log(attempt, outcome)
        self._end(attempt.request, attempt.function, outcome)

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
        with self.handlers.acting(attempt):
            self._simulator.log_attempt(function, environment, report, environment.output)

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
        number = request.key.number
        self._clock.record(
            AttemptEnded(self._clock.now, request.id, function.name, number, outcome, kind, message)
        )

    def _environment(self, function: "DeployedFunction") -> ExecutionEnvironment:
        stream = f"{self._clock.now:%Y/%m/%d}/[{function.version}]{self._clock.new_id()[:8]}"
        return self._simulator.environment(function, stream)


def _milliseconds(duration: timedelta | None) -> float | None:
    return None if duration is None else duration / MILLISECOND


def _recorded_outcome(outcome: outcomes.InvocationOutcome) -> Outcome:
    if not outcome.is_error:
        return Outcome.SUCCESS
    if outcome.status == "timeout":
        return Outcome.TIMEOUT
    return Outcome.ERROR if outcome.error_type is None else Outcome.CRASH
