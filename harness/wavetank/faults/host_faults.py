"""Faults of the host that LocalStack runs on. They need wall time, so the simulator has none."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from wavetank.faults.capabilities import Capability
from wavetank.faults.changes import ClockChange
from wavetank.faults.choices import SECOND, Choose
from wavetank.faults.fault import Fault, StateFault
from wavetank.faults.targets import FaultTarget

if TYPE_CHECKING:
    from wavetank.faults.resources import Resources


@dataclass(frozen=True, kw_only=True)
class HostFault(Fault):
    """Base of faults of LocalStack's process or container, which `drill` injects."""

    needs: ClassVar[Capability] = Capability.PROCESS

    @property
    def target(self) -> str:
        return "the host"


@dataclass(frozen=True, kw_only=True)
class HostPaused(HostFault):
    """LocalStack is stopped and continued, like a laptop whose lid is closed and opened."""

    kind: ClassVar[str] = "host-paused"
    title: ClassVar[str] = "The host is paused"


@dataclass(frozen=True, kw_only=True)
class HostKilled(HostFault):
    """The process is killed without a clean shutdown; the sandbox restarts it."""

    kind: ClassVar[str] = "host-killed"
    title: ClassVar[str] = "The process is killed"


@dataclass(frozen=True, kw_only=True)
class NetworkCut(HostFault):
    """LocalStack runs, and no client can connect to it."""

    kind: ClassVar[str] = "network-cut"
    title: ClassVar[str] = "The network is cut"
    needs: ClassVar[Capability] = Capability.NETWORK


@dataclass(frozen=True, kw_only=True)
class DiskFull(HostFault):
    """No file of LocalStack can grow."""

    kind: ClassVar[str] = "disk-full"
    title: ClassVar[str] = "The disk is full"


@dataclass(frozen=True, kw_only=True)
class WrongClock(StateFault):
    """LocalStack's clock is `behind`: what is due, how old records are, when a token expires.

    A clock that is ahead is not offered: it would leave records of the future.
    """

    kind: ClassVar[str] = "wrong-clock"
    title: ClassVar[str] = "The clock is behind"
    needs: ClassVar[Capability] = Capability.CLOCK

    behind: timedelta = timedelta(hours=1)

    @property
    def target(self) -> str:
        return "the clock"

    @classmethod
    def generate(cls, choose: Choose, named: FaultTarget) -> dict[str, Any]:
        return super().generate(choose, named) | {"behind": choose(1, 120) * 60 * SECOND}

    def changes(self, name: str, resources: "Resources") -> Iterator[ClockChange]:  # noqa: ARG002 - there is only one clock
        yield ClockChange(behind_seconds=self.behind.total_seconds())
