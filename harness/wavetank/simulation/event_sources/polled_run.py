"""What every event source needs of its run, and what a run needs of every source."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from wavetank.aws.clients import AwsClients, role_clients, without_retries
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.simulation.async_invoker import AsyncInvoker
from wavetank.simulation.event_sources.mapping import EventSourceMapping
from wavetank.simulation.request_chains import RequestChains
from wavetank.simulation.simulation_clock import SimulationClock

FAILURES_MAX_AT_END = 10
"""What fails so often after the last rule and step is given up by the run, if nothing else limits
it, such as a message without a dead-letter queue or a source that may not be read: it would be
tried until it expires, after days."""
REFUSED_WAIT = timedelta(minutes=1)
"""Until the next poll if the role may not read, or the source does not exist."""
PAYLOAD_BYTES_MAX = 6 * 1024 * 1024
"""The largest event of a synchronous invocation. [Lambda developer guide: gettingstarted-limits]"""
SEPARATOR_BYTES = 2
"""Between two records of an event."""


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
    """A run with event sources, whose faults `matcher` finds.

    `last_action` returns the instant of the last rule or step. `ends_at` returns it while the run
    drains, and None until then.
    """

    simulator: Simulator
    clock: SimulationClock
    matcher: FaultMatcher
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


class SourceAccess:
    """The permissions with which Lambda polls a source: those of the mapping's function's role.

    After a refusal the source is left alone for a minute, and then asked with a new session.
    """

    def __init__(self, run: PolledRun, mapping: EventSourceMapping) -> None:
        self._run = run
        self._mapping = mapping
        self._clients: AwsClients | None = None
        self._refused_until: datetime | None = None
        self._refusals_at_end = 0

    @property
    def is_given_up(self) -> bool:
        """Whether the source refused so often at the end of the run that it is not asked again."""
        return self._refusals_at_end >= FAILURES_MAX_AT_END

    def earliest(self, due: datetime) -> datetime:
        """When the source may be asked that is due then."""
        return due if self._refused_until is None else max(due, self._refused_until)

    def clients(self) -> AwsClients:
        """Clients with the permissions of the role.

        Raises:
            ClientError: the role does not exist.
        """
        if self._clients is None:
            role = self._run.simulator.function(self._mapping.function).role
            self._clients = without_retries(role_clients(self._run.simulator.aws, role))
        return self._clients

    def accepted(self) -> None:
        """The source has answered."""
        self._refused_until = None

    def refused(self) -> None:
        """The source or the role has refused."""
        now = self._run.clock.now
        self._refused_until = now + REFUSED_WAIT
        self._refusals_at_end += now > self._run.last_action()
        self._clients = None  # the role may be another one by then, or its session has ended
