"""The time limit for one pipeline, and a stop of the whole assessment."""

from threading import Event

from wavetank.core.clock import Clock
from wavetank.core.errors import ConditionTimeoutError

SUBJECT_SECONDS_MAX = 120.0


class Deadline:
    """The time limit for one pipeline; checked before each request."""

    def __init__(self, clock: Clock, stopping: Event) -> None:
        self._clock = clock
        self._stopping = stopping
        self._ends_at = clock.monotonic() + SUBJECT_SECONDS_MAX

    def check(self) -> None:
        """Returns while time remains.

        Raises:
            ConditionTimeoutError: the time is up, or the assessment was stopped.
        """
        if self._stopping.is_set():
            raise ConditionTimeoutError("an answer", "a stop from outside", "assess again")
        if self._clock.monotonic() > self._ends_at:
            raise ConditionTimeoutError(
                f"all answers within {SUBJECT_SECONDS_MAX:.0f} s",
                "more requests to make",
                "inspect this bucket by hand",
            )
