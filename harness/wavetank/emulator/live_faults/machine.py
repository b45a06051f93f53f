"""What the sandbox runs on: its clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from wavetank.core.errors import UsageError
from wavetank.emulator.clock import OFFSET_SECONDS_MAX, ClockOffset
from wavetank.emulator.live_faults.kind import Given, Parameter, RevertCallback
from wavetank.emulator.stack_index import DeployedStack


@dataclass(frozen=True)
class ClockOff:
    """LocalStack's clock, moved."""

    clock: ClockOffset
    name: ClassVar[str] = "wrong-clock"
    title: ClassVar[str] = "The clock is wrong"
    does: ClassVar[str] = (
        "All of LocalStack believes in another time: what is due, how old records are, when a "
        "token expires. Functions take the tick from their event."
    )

    def parameters(self, _: Sequence[DeployedStack]) -> tuple[Parameter, ...]:
        most = OFFSET_SECONDS_MAX
        return (
            Parameter(
                name="seconds", title="Seconds ahead", least=-most, most=most, default="-3600"
            ),
        )

    def begin(self, given: Given) -> RevertCallback:
        if self.clock.offset_seconds:
            found = f"one that is {self.clock.offset_seconds:.0f} s off"
            raise UsageError("a clock that is right", found, "heal that first")
        self.clock.move(float(given["seconds"]))
        return lambda: self.clock.move(0.0)
