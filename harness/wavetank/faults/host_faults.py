"""What befalls the machine that the emulator runs on; the engine knows how, and how to heal it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from wavetank.faults.fault import Fault


@dataclass(frozen=True, kw_only=True)
class LiveFault(Fault):
    """Needs a machine, so a live engine, and wall time."""

    live_only: ClassVar[bool] = True

    @property
    def target(self) -> str:
        return "the machine"


@dataclass(frozen=True, kw_only=True)
class MachinePaused(LiveFault):
    """It stands still and then goes on, as a laptop that was closed."""

    kind: ClassVar[str] = "machine-paused"


@dataclass(frozen=True, kw_only=True)
class MachineKilled(LiveFault):
    """It is killed without a clean shutdown; reverted by a restart."""

    kind: ClassVar[str] = "machine-killed"


@dataclass(frozen=True, kw_only=True)
class NetworkCut(LiveFault):
    """It runs, and nobody reaches it."""

    kind: ClassVar[str] = "network-cut"


@dataclass(frozen=True, kw_only=True)
class DiskFull(LiveFault):
    """No file can grow."""

    kind: ClassVar[str] = "disk-full"


@dataclass(frozen=True, kw_only=True)
class WrongClock(LiveFault):
    """Its clock is `behind`; one that is ahead would leave silence until its future is past."""

    kind: ClassVar[str] = "wrong-clock"

    behind: timedelta = timedelta(hours=1)
