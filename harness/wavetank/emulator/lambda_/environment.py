"""The life cycle of an execution environment: cold start, invocation, time-out, crash.

One thread at a time invokes. It waits for four things at once - the process's output, its response,
its end, and the clock - so that nothing a handler does (print without end, hang, fork, exit, never
read its event) can delay anything but its own invocation.
"""

import selectors
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from wavetank.core.clock import Clock
from wavetank.emulator.lambda_ import outcome as outcomes
from wavetank.emulator.lambda_.invocation_log import InvocationOutput, ReportLine, as_json, as_text
from wavetank.emulator.lambda_.outcome import ExitStatus, InvocationOutcome
from wavetank.emulator.lambda_.process import MEGABYTE, FunctionProcess
from wavetank.emulator.lambda_.runtime_api import RuntimeApi
from wavetank.emulator.lambda_.runtime_requests import Reply, ReplyKind, RuntimeEvent
from wavetank.emulator.lambda_.runtimes import OPT

INIT_SECONDS_MAX = 10.0
"""AWS's limit of the init phase; a longer init starts again within the invocation's own time."""
CHECK_SECONDS = 0.1
CHECK_SHARE = 0.1
"""The maximum share of a processor for measuring memory and storage, which takes longer with more
processes and files."""


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """The part of a function's configuration that its execution environment needs.

    `task_root`, `runtime_site` and `layers` are the host's folders. `has_entry_point` is False for
    an OS-only runtime without a program to run.
    """

    timeout_seconds: int
    memory_mb: int
    version: str
    json_log: bool
    task_root: str
    runtime_site: str
    layers: str = ""
    has_entry_point: bool = True


@dataclass(frozen=True)
class InvokeRequest:
    """A request to invoke a function: id, payload, ARN and trace."""

    request_id: str
    payload: bytes
    function_arn: str
    trace_id: str


@dataclass(frozen=True)
class EnvironmentInvocation:
    """The result of one invocation in an execution environment, with its report and log."""

    report: ReportLine
    log: str


class _LimitExceeded(Enum):
    """Why the platform kills an invocation that has neither answered nor exited."""

    TIME_UP = "time up"
    OUT_OF_MEMORY = "out of memory"
    OUT_OF_STORAGE = "out of storage"


type _Waited = Reply | bool | ExitStatus | _LimitExceeded
_FROM_THE_HANDLER = frozenset({ReplyKind.RESPONSE, ReplyKind.ERROR})


class _Runtime:
    """A process together with its Runtime API; they start and end together."""

    def __init__(self, start: Callable[[str], FunctionProcess], clock: Clock) -> None:
        self._clock = clock
        self.is_new = True
        self.started = clock.monotonic()
        self._ready: float | None = None
        self.api = RuntimeApi()
        self.process = start(self.api.address)
        self.api.serve(on_idle=self._idle, on_busy=self.process.thaw)

    def ready_since(self) -> float:
        """The instant at which it was first idle; the current one if it never was."""
        return self._clock.monotonic() if self._ready is None else self._ready

    def _idle(self) -> None:
        if self._ready is None:
            self._ready = self._clock.monotonic()
        self.process.freeze()

    def end(self) -> None:
        self.process.close()
        self.api.close()


@dataclass(frozen=True)
class _Run:
    """How one invocation went; its duration counts from the monotonic instant `started`.

    `then` is what the process did after its response: True if it asked for its next event.
    """

    runtime: _Runtime
    waited: _Waited
    started: float
    init_ms: float | None
    then: _Waited = False

    def is_reusable(self) -> bool:
        """Whether the process can serve another event; AWS replaces it after any other end."""
        return self.then is True


class Environment:
    """An execution environment of one function version, which handles one event at a time."""

    def __init__(
        self, settings: FunctionSettings, start: Callable[[str], FunctionProcess], clock: Clock
    ) -> None:
        self._settings = settings
        self._start = start
        self._clock = clock
        self._runtime: _Runtime | None = None
        self._init_output = InvocationOutput()

    def prepare(self) -> None:
        """Start the process, so that it initialises before the caller's event arrives."""
        self._running()

    def initialise(self, seconds_max: float) -> bool:
        """Start the process and wait until it is ready; returns False if its init phase fails.

        For provisioned concurrency. What it prints is in the log of its first invocation.
        """
        runtime, self._init_output = self._running(), InvocationOutput()
        deadline = self._clock.monotonic() + seconds_max
        waited = self._wait(runtime, deadline, self._init_output, lambda: _started(runtime))
        return waited is True

    def invoke(self, request: InvokeRequest) -> EnvironmentInvocation:
        """Run the handler once; there is a response whatever the handler does."""
        output, self._init_output = self._init_output, InvocationOutput()
        run = self._run(request, output)
        outcome = self._outcome(request.request_id, run.waited)
        if run.then is _LimitExceeded.TIME_UP:
            seconds = self._settings.timeout_seconds
            outcome = outcomes.ran_on(outcome, request.request_id, seconds)
        report = ReportLine(
            request_id=request.request_id,
            version=self._settings.version,
            duration_ms=1000 * (self._clock.monotonic() - run.started),
            init_ms=run.init_ms,
            memory_mb=self._settings.memory_mb,
            memory_used_mb=min(run.runtime.process.peak_memory_mb(), self._settings.memory_mb),
            outcome=outcome,
        )
        if not run.is_reusable():
            self.end()
        return EnvironmentInvocation(report, self._log(report, output))

    def end(self) -> None:
        """End the process; the next invocation starts a new one."""
        runtime, self._runtime = self._runtime, None
        if runtime is not None:
            runtime.end()

    def _running(self) -> _Runtime:
        """The runtime; a new one if none exists, or it ended since it was last used."""
        if self._runtime is not None and self._runtime.process.exit_status() is not None:
            self.end()
        if self._runtime is None:
            self._runtime = _Runtime(self._start, self._clock)
        return self._runtime

    def _run(self, request: InvokeRequest, output: InvocationOutput) -> _Run:
        """Run the init phase of a new process, unless it is over already, and then the handler."""
        runtime = self._running()
        is_cold, process_started = runtime.is_new, runtime.started
        runtime, waited = self._initialise(runtime, output)
        runtime.is_new = False
        init_ms = 1000 * (runtime.ready_since() - process_started) if is_cold else None
        if waited is not True:
            return _Run(runtime, waited, self._clock.monotonic(), init_ms)
        started = self._clock.monotonic()
        deadline = started + self._settings.timeout_seconds
        runtime.api.offer(self._event(request, deadline))
        waited = self._wait(runtime, deadline, output, runtime.api.take_reply)
        if not isinstance(waited, Reply) or waited.kind not in _FROM_THE_HANDLER:
            return _Run(runtime, waited, started, init_ms)
        # A handler can post a response by itself and continue: it times out nevertheless.
        then = self._wait(runtime, deadline, output, lambda: runtime.api.is_idle() or None)
        return _Run(runtime, waited, started, init_ms, then)

    def _initialise(self, runtime: _Runtime, output: InvocationOutput) -> tuple[_Runtime, _Waited]:
        """Wait until the process has asked for an event, including AWS's second try."""
        if runtime.api.ready:
            return runtime, True
        deadline = self._clock.monotonic() + INIT_SECONDS_MAX
        waited = self._wait(runtime, deadline, output, lambda: _started(runtime))
        if waited is _LimitExceeded.TIME_UP:
            self.end()
            runtime = self._running()
            deadline = self._clock.monotonic() + self._settings.timeout_seconds
            waited = self._wait(runtime, deadline, output, lambda: _started(runtime))
        return runtime, waited

    def _wait(
        self,
        runtime: _Runtime,
        deadline: float,
        output: InvocationOutput,
        done: Callable[[], Reply | bool | None],
    ) -> _Waited:
        """Wait until `done` returns something, the process ends, or it exceeds a limit."""
        process = runtime.process
        next_check = self._clock.monotonic() + CHECK_SECONDS
        with selectors.DefaultSelector() as selector:
            for source in (process.output_fd, process.status_fd, runtime.api.wake):
                selector.register(source, selectors.EVENT_READ)
            while True:
                now = self._clock.monotonic()
                selector.select(max(0.0, min(deadline, next_check) - now))
                result = done()
                ended = process.exit_status() if result is None else None
                _collect(process, output, until_closed=result is not None or ended is not None)
                if result is not None:
                    return result
                if ended is not None:
                    return done() or ended
                now = self._clock.monotonic()
                if now >= deadline:
                    return _LimitExceeded.TIME_UP
                if now >= next_check:
                    if exceeded := self._exceeded(process):
                        return exceeded
                    spent = self._clock.monotonic() - now
                    next_check = now + max(CHECK_SECONDS, spent / CHECK_SHARE)

    def _exceeded(self, process: FunctionProcess) -> _LimitExceeded | None:
        """The limit that the process exceeds; None if it exceeds none."""
        if process.memory_bytes() > self._settings.memory_mb * MEGABYTE:
            return _LimitExceeded.OUT_OF_MEMORY
        return _LimitExceeded.OUT_OF_STORAGE if process.scratch_is_full() else None

    def _event(self, request: InvokeRequest, deadline: float) -> RuntimeEvent:
        remaining_seconds = deadline - self._clock.monotonic()
        return RuntimeEvent(
            request_id=request.request_id,
            payload=request.payload,
            function_arn=request.function_arn,
            trace_id=request.trace_id,
            deadline_ms=int(1000 * (self._clock.now().timestamp() + remaining_seconds)),
        )

    def _outcome(self, request_id: str, waited: _Waited) -> InvocationOutcome:  # noqa: PLR0911 - one for each end
        match waited:
            case Reply(kind=ReplyKind.RESPONSE, body=body):
                return outcomes.responded(body)
            case Reply(kind=ReplyKind.TOO_LARGE):
                return outcomes.response_too_large()
            case Reply(body=body):
                return outcomes.raised(self._as_on_aws(body))
            case ExitStatus() if not self._settings.has_entry_point:
                return outcomes.no_entry_point(request_id)
            case ExitStatus() as status:
                return outcomes.exited(request_id, status)
            case _LimitExceeded.OUT_OF_MEMORY:
                return outcomes.out_of_memory(request_id)
            case _LimitExceeded.OUT_OF_STORAGE:
                return outcomes.out_of_storage(request_id)
            case _:
                return outcomes.timed_out(request_id, self._settings.timeout_seconds)

    def _as_on_aws(self, body: bytes) -> bytes:
        """An error's body, with the folders of its frames as on AWS."""
        settings = self._settings
        body = body.replace(settings.task_root.encode(), outcomes.TASK_ROOT.encode())
        if settings.layers:
            body = body.replace(settings.layers.encode(), OPT.encode())
        return body.replace(settings.runtime_site.encode(), outcomes.RUNTIME_SITE.encode())

    def _log(self, report: ReportLine, output: InvocationOutput) -> str:
        if self._settings.json_log:
            return as_json(report, output, self._clock.now())
        return as_text(report, output)


def _started(runtime: _Runtime) -> Reply | bool | None:
    """True once the process asked for an event, the init error if it reported one, else None."""
    return runtime.api.take_reply() or runtime.api.ready or None


def _collect(process: FunctionProcess, output: InvocationOutput, *, until_closed: bool) -> None:
    """Read what was printed: one piece, or everything if the process has ended."""
    while chunk := process.read_output():
        output.add(chunk)
        if not until_closed:
            return
