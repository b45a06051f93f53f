"""How long one pipeline may take, and whether anybody still waits for it."""

from threading import Event

from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError

SUBJECT_SECONDS_MAX = 120.0


class Patience:
    """Asked before every request; ends the work on one pipeline by an error."""

    def __init__(self, clock: Clock, stopping: Event) -> None:
        self._clock = clock
        self._stopping = stopping
        self._deadline = clock.monotonic() + SUBJECT_SECONDS_MAX

    def check(self) -> None:
        """Returns while there is time.

        Raises:
            ConditionTimeoutError: there is none left, or everything was stopped.
        """
        if self._stopping.is_set():
            raise ConditionTimeoutError("an answer", "a stop from outside", "assess again")
        if self._clock.monotonic() > self._deadline:
            raise ConditionTimeoutError(
                f"all answers within {SUBJECT_SECONDS_MAX:.0f} s",
                "more to ask",
                "look at this bucket by hand",
            )
