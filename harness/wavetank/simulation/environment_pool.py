"""Execution environments with their threads, reused while they are warm."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wavetank.engines.simulator.environment import ExecutionEnvironment
from wavetank.simulation.handler_task import HandlerThread
from wavetank.simulation.handler_threads import ScheduledThread, cancel_threads

if TYPE_CHECKING:
    from wavetank.emulator.in_process.functions import DeployedFunction

type MakeEnvironment = Callable[["DeployedFunction"], ExecutionEnvironment]


@dataclass(frozen=True)
class PooledEnvironment:
    """An execution environment of one function revision, and the thread that it runs in."""

    revision: str
    environment: ExecutionEnvironment
    thread: HandlerThread
    started: list[ScheduledThread] = field(default_factory=list)
    """The threads that its handlers have started, and that have not ended."""

    def end(self) -> None:
        """End the threads; no handler may be running."""
        cancel_threads(self.started)
        self.thread.end()


class EnvironmentPool:
    """The warm execution environments of every function; `make` creates a cold one."""

    def __init__(self, make: MakeEnvironment) -> None:
        self._make = make
        self._warm: dict[tuple[str, str], list[PooledEnvironment]] = defaultdict(list)

    def take(self, function: "DeployedFunction") -> PooledEnvironment:
        """A warm environment of this revision, or a new one. Ends those of older revisions."""
        warm = self._warm[function.arn, function.version]
        while warm:
            # The newest first. AWS documents no order, so a handler must not depend on it; another
            # order would change which variables it finds, and with them every digest.
            pooled = warm.pop()
            if pooled.revision == function.revision:
                return pooled
            pooled.end()
        return PooledEnvironment(function.revision, self._make(function), HandlerThread())

    def release(self, function: "DeployedFunction", pooled: PooledEnvironment) -> None:
        """Return an environment to the pool, to be reused."""
        self._warm[function.arn, function.version].append(pooled)

    def evict(self, arn: str) -> None:
        """End all warm environments of the function, of each of its versions."""
        for (found, _), warm in self._warm.items():
            while found == arn and warm:
                warm.pop().end()

    def evict_all(self) -> None:
        """End all warm environments, at the end of a run."""
        for arn, _ in list(self._warm):
            self.evict(arn)
