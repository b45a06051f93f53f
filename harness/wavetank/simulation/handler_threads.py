"""The threads of an invocation: the handler's own one, and those that it has started.

Each is a task, and only one of all tasks runs at a time. A thread that waits for a lock or another
thread is resumed when it has got what it waits for; the seed draws the order of those that could.
Threads that only wait when the handler returns go on with the environment's next invocation, as on
AWS; one that would go on by itself is refused, as AWS freezes it at an instant that is not defined.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wavetank.core.errors import UsageError
from wavetank.simulation.handler_task import (
    HandlerTask,
    HandlerThread,
    StartedThread,
    TaskEnded,
    TaskExited,
)
from wavetank.simulation.suspensions import Pause, Wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from wavetank.emulator.lambda_.outcome import InvocationOutcome
    from wavetank.simulation.simulation_clock import SimulationClock

EXECUTORS = logging.getLogger("concurrent.futures")

type Task = HandlerTask[Pause, InvocationOutcome | None]
type TaskState = Pause | TaskEnded[InvocationOutcome | None] | TaskExited


@dataclass(eq=False)
class ScheduledThread:
    """A thread with its task: scheduled, waiting, or neither if it hangs."""

    name: str
    thread: HandlerThread | StartedThread
    task: Task
    wait: Wait | None = None
    action: int | None = None
    """The number of the action that resumes it, if it is scheduled."""
    is_begun: bool = False
    call: int = 0
    """The number of its last call among all calls of the invocation."""

    @property
    def is_idle(self) -> bool:
        """Whether it waits for another thread, however long."""
        return self.action is None and self.wait is not None

    def step(self) -> TaskState:
        """Run until the next pause or the end."""
        self.wait = self.action = None
        if self.is_begun:
            return self.task.resume()
        self.is_begun = True
        return self.task.start()

    def cancel(self) -> None:
        """End it, if it has not ended."""
        if not self.is_begun:
            self.thread.end()
        elif not self.task.is_over:
            self.task.cancel()


@dataclass
class ThreadSchedule:
    """When the threads of one invocation go on; `resume` runs one, `time_out` ends all.

    `started` are the threads that handlers of this environment have started.
    """

    clock: "SimulationClock"
    deadline: "datetime"
    main: ScheduledThread
    started: list[ScheduledThread]
    resume: Callable[[ScheduledThread], None]
    time_out: Callable[[], None]
    _time_out: int | None = field(default=None, init=False)

    def at(
        self, thread: ScheduledThread, due: "datetime", then: Callable[[], None] | None = None
    ) -> None:
        """Resume the thread then, if it is before the function's timeout, at which Lambda stops it.

        A thread that is scheduled already is resumed at the new instant only. One that has returned
        does `then` instead.
        """
        self._cancel(thread)
        if due < self.deadline or due == self.clock.now:
            thread.action = self.clock.at(due, then or (lambda: self.resume(thread)))

    def wait(self, thread: ScheduledThread, wait: Wait) -> None:
        """Resume the thread when it is ready, or after the longest wait."""
        thread.wait = wait
        if wait.duration is not None:
            self.at(thread, self.clock.now + wait.duration)

    def update(self) -> None:
        """Resume the threads that are ready; if none is scheduled, the invocation times out."""
        for thread in (self.main, *self.started):
            if thread.wait is not None and thread.wait.is_ready():
                thread.wait = None
                self.at(thread, self.clock.now)
        is_going_on = any(each.action is not None for each in (self.main, *self.started))
        if is_going_on and self._time_out is not None:
            self.clock.cancel(self._time_out)
            self._time_out = None
        elif not is_going_on and self._time_out is None:
            self._time_out = self.clock.at(self.deadline, self._end)

    def refuse_unjoined(self, function: str) -> None:
        """Check that no started thread goes on by itself now that the handler has returned.

        Raises:
            UsageError: one does.
        """
        found = [each.name for each in self.started if not each.is_idle]
        if found:
            raise UsageError(
                "a handler that joins its threads before it returns",
                f"{function}, whose thread {found[0]} was still running",
                "join it, or run it on --engine embedded, where functions are processes",
            )

    def cancel_all(self) -> None:
        """End every thread of the environment, the handler's first."""
        if self._time_out is not None:
            self.clock.cancel(self._time_out)
            self._time_out = None
        for thread in (self.main, *self.started):
            self._cancel(thread)
        if self.main.is_begun:
            self.main.cancel()
        cancel_threads(self.started)

    def _cancel(self, thread: ScheduledThread) -> None:
        if thread.action is not None:
            self.clock.cancel(thread.action)
            thread.action = None

    def _end(self) -> None:
        self._time_out = None
        self.time_out()


def cancel_threads(threads: Iterable[ScheduledThread]) -> None:
    """End threads of an environment that ends."""
    with _quiet_executors():
        for thread in threads:
            thread.cancel()


@contextmanager
def _quiet_executors() -> "Iterator[None]":
    """An executor logs the exception that ends its idle threads, which no handler has raised."""
    EXECUTORS.addFilter(_nothing)
    try:
        yield
    finally:
        EXECUTORS.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False
