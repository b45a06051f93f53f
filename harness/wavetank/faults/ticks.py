"""The rule's firings. EventBridge promises each tick at least once, and soon; not once, on time."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from wavetank.faults.fault import CountedFault


@dataclass(frozen=True, kw_only=True)
class TickFault(CountedFault):
    """Strikes ticks whose scheduled time is in its window; what it causes may come after it."""

    @property
    def target(self) -> str:
        return "the rule's ticks"


@dataclass(frozen=True, kw_only=True)
class MissedTick(TickFault):
    """The rule does not fire."""

    kind: ClassVar[str] = "missed-tick"


@dataclass(frozen=True, kw_only=True)
class LateTick(TickFault):
    """The event arrives `delay` after its scheduled time, which it still carries."""

    kind: ClassVar[str] = "late-tick"

    delay: timedelta = timedelta(seconds=90)


@dataclass(frozen=True, kw_only=True)
class DuplicateTick(TickFault):
    """The event arrives again, `copies` times, `gap` apart: same scheduled time, other event id."""

    kind: ClassVar[str] = "duplicate-tick"

    copies: int = 1
    gap: timedelta = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class OverlappingTicks(TickFault):
    """A tick's event arrives again at the very instant of the tick that is `ticks_later`."""

    kind: ClassVar[str] = "overlapping-ticks"

    ticks_later: int = 1
