"""Handlers that take turns: each in its environment's thread, and never two of them running.

A handler runs until it pauses (at an AWS call, or where it sleeps) or ends; then whoever gave it
its turn goes on. So what runs between two pauses runs alone, in an order that its caller chooses.
"""

import signal
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from wavetank.core.clock import HostClock, ProcessorClock, StallLimits, StallTimer
from wavetank.core.errors import WavetankError
from wavetank.core.http_types import UnsupportedCall
from wavetank.emulator.lambda_.outcome import ExitStatus

LOCAL = threading.local()
LOOK_SECONDS = 1.0
EXIT_CODE_BITS = 0xFF
"""Of what a process exits with, a parent gets to see so much. [POSIX: _exit]"""


class StuckError(WavetankError):
    """A handler neither pauses nor ends."""


class Cancelled(BaseException):
    """Raised in a handler's thread when its time is up; its `except Exception` does not see it."""


@dataclass(frozen=True)
class TaskExited:
    """The handler ended its process by what it raised: `exit(code)`."""

    status: ExitStatus


@dataclass(frozen=True)
class TaskEnded[T]:
    """What came of it."""

    value: T


class HandlerThread:
    """The thread of one execution environment, in which its invocations follow one another.

    As on AWS, what a handler keeps by thread is there again at its next invocation. To hand a turn
    to a thread that waits costs a quarter of what it does to start one.
    """

    def __init__(self) -> None:
        self._given = _locked()
        self._next: Callable[[], None] | None = None
        self._thread: threading.Thread | None = None

    def run(self, body: Callable[[], None]) -> None:
        """Has the thread run the body; whatever it was given before must be over."""
        self._next = body
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="handler", daemon=True)
            self._thread.start()
        else:
            self._given.release()

    def end(self) -> None:
        """It is not needed any more; what it was given must be over."""
        if self._thread is not None:
            self._next = None
            self._given.release()

    def _run(self) -> None:
        while self._next is not None:
            self._next()
            self._given.acquire()


class HandlerTask[P, T]:
    """One handler's run, from its first turn to its end. `P` is what it says when it pauses."""

    _state: P | TaskEnded[T] | TaskExited | BaseException | None

    def __init__(self, thread: HandlerThread, body: Callable[[], T], limits: StallLimits) -> None:
        self._thread = thread
        self._body = body
        self._limits = limits
        self._go = _locked()
        self._stopped = _locked()
        self._state = None
        self._cut = False

    def start(self) -> P | TaskEnded[T] | TaskExited:
        """Its first turn; returns what it paused for, or that it ended.

        Raises:
            StuckError: it did neither in time.
        """
        self._thread.run(self._run)
        return self._wait()

    def go_on(self) -> P | TaskEnded[T] | TaskExited:
        """Its next turn, as `start`."""
        self._go.release()
        return self._wait()

    def cut(self) -> None:
        """Ends it where it paused; from then on, whatever it still tries ends it again.

        Raises:
            StuckError: it did not end in time.
        """
        self._cut = True
        self._go.release()
        self._wait_until_stopped()

    def _wait(self) -> P | TaskEnded[T] | TaskExited:
        self._wait_until_stopped()
        state = self._state
        if isinstance(state, UnsupportedCall):
            raise state.error
        if isinstance(state, BaseException):
            raise state
        assert state is not None  # set before it stopped
        return state

    def _wait_until_stopped(self) -> None:
        look_seconds = min(LOOK_SECONDS, self._limits.idle_seconds)
        if self._stopped.acquire(timeout=look_seconds):
            return  # nearly always, and without reading a clock
        timer = StallTimer(self._limits, ProcessorClock().monotonic, HostClock())
        while not self._stopped.acquire(timeout=look_seconds):
            if timer.is_stuck():
                raise StuckError(
                    "a handler that calls or returns",
                    f"one that has computed for {self._limits.busy_seconds:.0f} s, or waited for "
                    f"{self._limits.idle_seconds:.0f} s, and does neither",
                    "look for an endless loop, or a wait for something outside the pipeline",
                )

    def _run(self) -> None:
        LOCAL.turn = self
        try:
            self._state = TaskEnded(self._body())
        except SystemExit as leaving:
            self._state = TaskExited(ExitStatus(exit_code=_exit_code(leaving.code)))
        except (UnsupportedCall, Cancelled, Exception) as error:  # noqa: BLE001 - raised in the waiting thread
            self._state = error
        except BaseException as error:  # noqa: BLE001 - ends the interpreter, and here the handler
            traceback.print_exception(error)
            self._state = TaskExited(_exit_status(error))
        self._stopped.release()

    def _pause(self, what: P) -> None:
        if not self._cut:
            self._state = what
            self._stopped.release()
            self._go.acquire()
        if self._cut:
            raise Cancelled


def _locked() -> threading.Lock:
    """Who acquires it waits until another thread releases it."""
    lock = threading.Lock()
    lock.acquire()
    return lock


def is_a_turn() -> bool:
    """Whether this thread is a handler's."""
    return getattr(LOCAL, "turn", None) is not None


def stop_if_cut() -> None:
    """Called in a handler's thread: what is left of a handler that was ended may do nothing.

    Raises:
        Cut: it was.
    """
    turn: HandlerTask[object, object] = LOCAL.turn
    if turn._cut:  # noqa: SLF001 - the other half of the class
        raise Cancelled


def pause(what: object) -> None:
    """Called in a handler's thread: stops until it is given its next turn.

    Raises:
        Cut: it gets none; the platform has ended it.
    """
    turn: HandlerTask[object, object] = LOCAL.turn
    turn._pause(what)  # noqa: SLF001 - the other half of the class


def _exit_code(given: object) -> int:
    """As the interpreter makes one of what `exit` was given."""
    if given is None:
        return 0
    return given & EXIT_CODE_BITS if isinstance(given, int) else 1


def _exit_status(error: BaseException) -> ExitStatus:
    """As the interpreter ends for an exception that neither the handler nor the runtime catches.

    The runtime interface client catches `Exception` only; a KeyboardInterrupt ends the interpreter
    by the signal itself. [CPython 3.13: Modules/main.c, exit_sigint]
    """
    if isinstance(error, KeyboardInterrupt):
        return ExitStatus(signal_number=signal.SIGINT)
    return ExitStatus(exit_code=1)
