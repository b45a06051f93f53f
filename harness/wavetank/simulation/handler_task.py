"""Handlers as cooperative tasks: each in its environment's thread, only one running at a time.

A handler runs until it pauses (at an AWS call or a sleep) or ends, and then its caller continues.
So the code between two pauses runs alone, in an order that the caller chooses.
"""

import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from wavetank.core.clock import HostClock, ProcessorClock, StallLimits, StallTimer
from wavetank.core.errors import WavetankError
from wavetank.core.http_types import UnsupportedCall
from wavetank.emulator.lambda_.outcome import ExitStatus

LOCAL = threading.local()
CHECK_SECONDS = 1.0
DEBUGGERS = frozenset({"bdb", "pdb"})
"""Modules of Python's debugger, on which others, such as pytest's and IPython's, are built."""
EXIT_CODE_BITS = 0xFF
"""The part of an exit code that the parent process sees. [POSIX: _exit]"""


class StuckError(WavetankError):
    """A handler neither pauses nor ends within its limits."""


class Cancelled(BaseException):
    """Raised in a cancelled handler's thread. As a BaseException it passes `except Exception`."""


@dataclass(frozen=True)
class TaskExited:
    """The result of a handler that ended its process by an exception: `exit(code)`."""

    status: ExitStatus


@dataclass(frozen=True)
class TaskEnded[T]:
    """The result of a handler that returned `value`."""

    value: T


class HandlerThread:
    """The thread of one execution environment, in which its invocations run one after another.

    As on AWS, thread-local state of a handler is there again at its next invocation. Waking a
    waiting thread also costs a quarter of what starting one does.
    """

    def __init__(self) -> None:
        self._submitted = _acquired_lock()
        self._next: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None

    def run(self, body: Callable[[], None]) -> None:
        """Run the body in the thread, which must be idle."""
        self._next = body
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="handler", daemon=True)
            self._thread.start()
        else:
            self._submitted.release()

    def end(self) -> None:
        """End the thread, which must be idle."""
        if self._thread is not None:
            self._next = None
            self._submitted.release()

    def _run(self) -> None:
        while self._next is not None:
            self._next()
            self._submitted.acquire()


class StartedThread:
    """A thread that a handler has started: it begins when its task does."""

    def __init__(self, body: Callable[[], None], limits: StallLimits) -> None:
        self._turn = _acquired_lock()
        self._body: Callable[[], None] | None = None
        self.task: HandlerTask[Any, Any] = HandlerTask(self, body, limits)

    @property
    def is_over(self) -> bool:
        """Whether it has done its work."""
        return self.task.is_over

    def run(self, body: Callable[[], None]) -> None:
        """Run the body in the thread, which `occupy` has."""
        self._body = body
        self._turn.release()

    def end(self) -> None:
        """End the thread, which has not begun."""
        self._turn.release()

    def occupy(self) -> None:
        """Wait in the thread until it has a body to run, and run it."""
        self._turn.acquire()
        if self._body is not None:
            self._body()


class HandlerTask[P, T]:
    """One execution of a handler, or of a thread of it, as a cooperative task.

    `P` is the type of its pauses.
    """

    _state: P | TaskEnded[T] | TaskExited | BaseException | None

    def __init__(
        self, thread: HandlerThread | StartedThread, body: Callable[[], T], limits: StallLimits
    ) -> None:
        self._thread = thread
        self._body = body
        self._limits = limits
        self._resumed = _acquired_lock()
        self._paused = _acquired_lock()
        self._state = None
        self._cancelled = False
        self._thread_id: int | None = None
        self.is_over = False

    def start(self) -> P | TaskEnded[T] | TaskExited:
        """Run until the first pause or the end; returns what it paused with, or how it ended.

        Raises:
            StuckError: it did neither in time.
        """
        self._thread.run(self._run)
        return self._wait()

    def resume(self) -> P | TaskEnded[T] | TaskExited:
        """Run until the next pause or the end; returns and raises as `start` does."""
        self._resumed.release()
        return self._wait()

    def cancel(self) -> None:
        """End the handler where it paused, by raising `Cancelled` there and at each later pause.

        One that has not started, or has returned, is left as it is.

        Raises:
            StuckError: it did not end in time.
        """
        if self._state is None or isinstance(self._state, TaskEnded | TaskExited):
            return
        self._cancelled = True
        self._resumed.release()
        self._wait_until_paused()

    def _wait(self) -> P | TaskEnded[T] | TaskExited:
        self._wait_until_paused()
        state = self._state
        if isinstance(state, UnsupportedCall):
            raise state.error
        if isinstance(state, BaseException):
            raise state
        assert state is not None  # set before it paused
        return state

    def _wait_until_paused(self) -> None:
        check_seconds = min(CHECK_SECONDS, self._limits.idle_seconds)
        if self._paused.acquire(timeout=check_seconds):
            return  # the usual case, kept free of clock reads
        timer = StallTimer(self._limits, ProcessorClock().monotonic, HostClock())
        while not self._paused.acquire(timeout=check_seconds):
            if not timer.is_stuck():
                continue
            if self._is_in_debugger():
                timer = StallTimer(self._limits, ProcessorClock().monotonic, HostClock())
            else:
                raise StuckError(
                    "a handler that calls or returns",
                    f"one that computed for {self._limits.busy_seconds:.0f} s, or waited for "
                    f"{self._limits.idle_seconds:.0f} s, without a call",
                    "look for an endless loop, or a wait for something outside the pipeline",
                )

    def _is_in_debugger(self) -> bool:
        """Whether a debugger has stopped the handler, and waits for a command."""
        frame = sys._current_frames().get(self._thread_id or 0)  # noqa: SLF001 - documented for debuggers
        while frame is not None:
            if frame.f_globals.get("__name__") in DEBUGGERS:
                return True
            frame = frame.f_back
        return False

    def _run(self) -> None:
        LOCAL.task = self
        self._thread_id = threading.get_ident()
        try:
            self._state = TaskEnded(self._body())
        except SystemExit as exit_error:
            self._state = TaskExited(ExitStatus(exit_code=_exit_code(exit_error.code)))
        except (UnsupportedCall, Cancelled, Exception) as error:  # noqa: BLE001 - raised in the waiting thread
            self._state = error
        except BaseException as error:  # noqa: BLE001 - ends the interpreter, and here the handler
            traceback.print_exception(error)
            self._state = TaskExited(_exit_status(error))
        self.is_over = True
        self._paused.release()

    def _pause(self, what: P) -> None:
        if not self._cancelled:
            self._state = what
            self._paused.release()
            self._resumed.acquire()
        if self._cancelled:
            raise Cancelled


def _acquired_lock() -> threading.Lock:
    """A lock that blocks the next `acquire` until another thread releases it."""
    lock = threading.Lock()
    lock.acquire()
    return lock


def in_handler_thread() -> bool:
    """Whether the current thread runs a handler."""
    return getattr(LOCAL, "task", None) is not None


@contextmanager
def outside_the_task() -> Iterator[None]:
    """Let calls in this thread be no handler's while the body runs: they take no time."""
    task, LOCAL.task = LOCAL.task, None
    try:
        yield
    finally:
        LOCAL.task = task


def raise_if_cancelled() -> None:
    """Keep the cleanup code of a cancelled handler from calling anything; for a handler's thread.

    Raises:
        Cancelled: the task was cancelled.
    """
    task: HandlerTask[object, object] | None = LOCAL.task
    if task is not None and task._cancelled:  # noqa: SLF001 - the other half of the class
        raise Cancelled


def pause(what: object) -> None:
    """Pause the handler until its task is resumed; for a handler's thread.

    Raises:
        Cancelled: the task was cancelled instead.
    """
    task: HandlerTask[object, object] = LOCAL.task
    task._pause(what)  # noqa: SLF001 - the other half of the class


def _exit_code(argument: object) -> int:
    """The exit code that the interpreter makes of the argument of `exit`."""
    if argument is None:
        return 0
    return argument & EXIT_CODE_BITS if isinstance(argument, int) else 1


def _exit_status(error: BaseException) -> ExitStatus:
    """How the interpreter ends by an exception that the handler and the runtime do not catch.

    The runtime interface client catches `Exception` only; a KeyboardInterrupt ends the interpreter
    by the signal itself. [CPython 3.13: Modules/main.c, exit_sigint]
    """
    if isinstance(error, KeyboardInterrupt):
        return ExitStatus(signal_number=signal.SIGINT)
    return ExitStatus(exit_code=1)
