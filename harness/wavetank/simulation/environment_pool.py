"""Where functions run: execution environments with their threads, kept while they are warm."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wavetank.engines.simulator.environment import ExecutionEnvironment
from wavetank.simulation.handler_task import HandlerThread

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction

type MakeEnvironment = Callable[["DeployedFunction"], ExecutionEnvironment]


@dataclass(frozen=True)
class PooledEnvironment:
    """An execution environment of one revision of a function, and the thread it runs in."""

    revision: str
    environment: ExecutionEnvironment
    thread: HandlerThread


class EnvironmentPool:
    """The warm places of every function; `make` gives a new, cold environment."""

    def __init__(self, make: MakeEnvironment) -> None:
        self._make = make
        self._warm: dict[str, list[PooledEnvironment]] = defaultdict(list)

    def take(self, function: "DeployedFunction") -> PooledEnvironment:
        """A warm one of this revision, or a new one; those of an older revision are gone."""
        warm = self._warm[function.arn]
        while warm:
            place = warm.pop()
            if place.revision == function.revision:
                return place
            place.thread.end()
        return PooledEnvironment(function.revision, self._make(function), HandlerThread())

    def keep(self, function: "DeployedFunction", place: PooledEnvironment) -> None:
        """It is free again, and warm."""
        self._warm[function.arn].append(place)

    def cool(self, arn: str) -> None:
        """None of the function's is warm any more."""
        while self._warm[arn]:
            self._warm[arn].pop().thread.end()

    def cool_all(self) -> None:
        """The run is over."""
        for arn in self._warm:
            self.cool(arn)
