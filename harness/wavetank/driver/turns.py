"""Handlers that take turns: each in a thread of its own, and never two of them running.

A handler runs until it pauses (at an AWS call, or where it sleeps) or ends; then whoever gave it
its turn goes on. So what runs between two pauses runs alone, in an order that its caller chooses.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from wavetank.errors import WavetankError

LOCAL = threading.local()


class StuckError(WavetankError):
    """A handler neither paused nor ended within its real time."""


class Cut(BaseException):
    """Raised in a handler's thread when its time is up; its `except Exception` does not see it."""


@dataclass(frozen=True)
class Ended[T]:
    """What came of it."""

    value: T


class Turn[P, T]:
    """One handler's run, from its first turn to its end. `P` is what it says when it pauses."""

    def __init__(self, body: Callable[[], T], seconds_max: float) -> None:
        self._body = body
        self._seconds_max = seconds_max
        self._go = threading.Semaphore(0)
        self._stopped = threading.Semaphore(0)
        self._state: P | Ended[T] | BaseException | None = None
        self._cut = False
        self._thread = threading.Thread(target=self._run, name="handler", daemon=True)

    def start(self) -> P | Ended[T]:
        """Its first turn; returns what it paused for, or that it ended.

        Raises:
            StuckError: it did neither in time.
        """
        self._thread.start()
        return self._wait()

    def go_on(self) -> P | Ended[T]:
        """Its next turn, as `start`."""
        self._go.release()
        return self._wait()

    def cut(self) -> P | Ended[T]:
        """Ends it where it paused; returns as `go_on` does, for a `finally` may pause again."""
        self._cut = True
        return self.go_on()

    def _wait(self) -> P | Ended[T]:
        if not self._stopped.acquire(timeout=self._seconds_max):
            raise StuckError(
                f"a handler that calls or returns within {self._seconds_max:.0f} s of real time",
                "one that does neither",
                "look for an endless loop, or a wait for something outside the pipeline",
            )
        state = self._state
        if isinstance(state, BaseException):
            raise state
        assert state is not None  # set before it stopped
        return state

    def _run(self) -> None:
        LOCAL.turn = self
        try:
            self._state = Ended(self._body())
        except BaseException as error:  # noqa: BLE001 - handed to whoever waits
            self._state = error
        self._stopped.release()

    def _pause(self, what: P) -> None:
        self._state = what
        self._stopped.release()
        self._go.acquire()
        if self._cut:
            self._cut = False
            raise Cut


def is_a_turn() -> bool:
    """Whether this thread is a handler's."""
    return getattr(LOCAL, "turn", None) is not None


def pause(what: object) -> None:
    """Called in a handler's thread: stops until it is given its next turn.

    Raises:
        Cut: it gets none; the platform has ended it.
    """
    turn: Turn[object, object] = LOCAL.turn
    turn._pause(what)  # noqa: SLF001 - the other half of the class
