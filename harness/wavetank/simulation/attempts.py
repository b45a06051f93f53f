"""A request to a function, and a running attempt at it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from wavetank.history import Trigger
from wavetank.simulation.environment_pool import PooledEnvironment
from wavetank.simulation.handler_threads import ScheduledThread, ThreadSchedule
from wavetank.simulation.request_chains import InvocationCause
from wavetank.simulation.request_durations import AttemptKey
from wavetank.simulation.retry_policy import QueuedEvent

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction
    from wavetank.emulator.request_interceptor import ApiCall


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

    @property
    def key(self) -> AttemptKey:
        """The attempt that is next, or running."""
        return AttemptKey(self.id, self.queued.attempts + 1)


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
