"""When a campaign ends before all of its cases have run."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of


class Until(StrEnum):
    """What ends a campaign early."""

    COVERED = "covered"
    FAILURE = "failure"


REASONS = {
    Until.COVERED: "until all pairs were tried",
    Until.FAILURE: "until the first failure",
}
OUT_OF_TIME = "until the time was up"


def until_option(text: str) -> Until:
    """What the option `--until` names.

    Raises:
        UsageError: it names nothing that a campaign can wait for.
    """
    if text not in list(Until):
        raise UsageError(*one_of("--until to be one of", text, Until))
    return Until(text)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What ends a campaign early: an event, or a span of real time, whichever comes first."""

    until: Until | None = None
    time_max: timedelta | None = None


class Ending:
    """Says whether a campaign has ended; its time begins when this is made.

    `has` says whether something that the campaign runs until has come.
    """

    def __init__(self, limits: Limits, clock: Clock, has: Callable[[Until], bool]) -> None:
        self._limits = limits
        self._clock = clock
        self._has = has
        self._begun = clock.monotonic()

    @property
    def reason(self) -> str | None:
        """Why the campaign has ended, as in "3 of 9 runs until the first failure", or None."""
        until = self._limits.until
        if until is not None and self._has(until):
            return REASONS[until]
        return OUT_OF_TIME if self.seconds_left == 0.0 else None

    @property
    def seconds_left(self) -> float | None:
        """How long the campaign may go on; None for as long as it takes."""
        if self._limits.time_max is None:
            return None
        passed = self._clock.monotonic() - self._begun
        return max(0.0, self._limits.time_max.total_seconds() - passed)
