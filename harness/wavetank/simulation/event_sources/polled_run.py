"""What every event source needs of its run, and what a run needs of every source."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from wavetank.engines.simulator.engine import Simulator
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.request_chains import RequestChains
from wavetank.simulation.simulation_clock import SimulationClock


class PolledSource(Protocol):
    """Reads the source of one mapping, and invokes the mapping's function with what it reads."""

    def plan(self) -> None:
        """Schedule the next poll, if it is due at another instant than planned."""
        ...

    def remaining(self) -> list[str]:
        """What waits in the source and was not processed, such as `3 messages of orders`."""
        ...


@dataclass(frozen=True, kw_only=True)
class PolledRun:
    """A run with event sources; `last_action` returns the instant of the last rule or step.

    `ends_at` returns that instant while the run drains, and None until then.
    """

    simulator: Simulator
    clock: SimulationClock
    invocations: AsyncInvoker
    last_action: Callable[[], datetime]
    ends_at: Callable[[], datetime | None]
    chains: RequestChains = field(default_factory=RequestChains)


class PlannedPoll:
    """The next poll of a source: at most one is scheduled, and another instant replaces it."""

    def __init__(self, clock: SimulationClock, poll: Callable[[], None]) -> None:
        self._clock = clock
        self._poll = poll
        self._due: datetime | None = None
        self._number = 0

    def plan(self, due: datetime | None) -> None:
        """Poll at that instant, now if it is past; never if it is None."""
        due = None if due is None else max(due, self._clock.now)
        if due == self._due:
            return
        if self._due is not None:
            self._clock.cancel(self._number)
        if due is not None:
            self._number = self._clock.at(due, self._run)
        self._due = due

    def _run(self) -> None:
        self._due = None
        self._poll()
