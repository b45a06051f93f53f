"""What every fault has: a window, in which it is in force, and a target."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar

from wavetank.core.durations import YEAR, duration_text
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import shown

MILLISECOND = timedelta(milliseconds=1)
COUNT_MAX = 1_000_000
"""More than there are minutes in a year."""


class FaultError(UsageError):
    """A fault that cannot be; `field` is what to correct, empty where it is the whole of it."""

    def __init__(self, field: str, expected: str, found: str, action: str) -> None:
        super().__init__(expected, found, action)
        self.field = field


class FunctionRole(StrEnum):
    """A function by its part in the pipeline, since a name belongs to one deployment only."""

    RULE_TARGET = "rule-target"
    """What the rule invokes."""
    FAILURE_DESTINATION = "failure-destination"
    """What Lambda invokes when it has given an event up."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Something that goes wrong from `after` the run's begin on, and is well again `lasts` later.

    Making one that cannot be raises a FaultError.
    """

    kind: ClassVar[str]
    """Its name in files and histories."""
    live_only: ClassVar[bool] = False
    """Whether it needs a machine to befall, which virtual time does not have."""

    after: timedelta
    lasts: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if not self.lasts:
            raise FaultError("lasts", "`lasts` above zero", "0s", "say how long it lasts")
        for field in fields(self):
            match getattr(self, field.name):
                case timedelta() as duration:
                    _check_duration(field.name, duration)
                case int() as count if not 1 <= count <= COUNT_MAX:
                    expected = f"`{field.name}` from 1 to {COUNT_MAX}"
                    raise FaultError(field.name, expected, shown(count), "correct it")

    @property
    def target(self) -> str:
        """What it takes hold of: only one fault can hold the same target at a time."""
        raise NotImplementedError

    def window(self, begin: datetime) -> tuple[datetime, datetime]:
        """When it begins, and when it is healed, which is no longer part of it."""
        return begin + self.after, begin + self.healed_after

    @property
    def healed_after(self) -> timedelta:
        """From the run's begin to its healing."""
        return self.after + self.lasts

    def overlaps(self, other: "Fault") -> bool:
        """Whether there is an instant at which both are there."""
        return self.after < other.healed_after and other.after < self.healed_after


@dataclass(frozen=True, kw_only=True)
class CountedFault(Fault):
    """Of what could be struck in its window, it strikes `times` from the `occurrence`-th on.

    Counted from one, from the window's begin. Without `times` it strikes all until it is healed.
    """

    occurrence: int = 1
    times: int | None = 1

    def strikes(self, number: int) -> bool:
        """Whether the `number`-th of the window, counted from one, is struck."""
        last = None if self.times is None else self.occurrence + self.times - 1
        return number >= self.occurrence and (last is None or number <= last)


def _check_duration(field: str, duration: timedelta) -> None:
    """Bounded, so that no instant overflows, and exact in its written form."""
    if not timedelta() <= duration <= YEAR or duration % MILLISECOND:
        whole = duration - duration % MILLISECOND
        found = duration_text(whole) if duration == whole else f"{duration}"
        expected = f"`{field}` between zero and {duration_text(YEAR)}, in whole milliseconds"
        raise FaultError(field, expected, found, "correct it")
