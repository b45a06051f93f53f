"""Faults that are injected into a running sandbox, and stay active until they are reverted."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count

from wavetank.core.clock import Clock
from wavetank.core.engine_names import EngineName
from wavetank.core.errors import UsageError
from wavetank.core.suggestions import one_of
from wavetank.faults.catalogue import kinds_of
from wavetank.faults.fault import Fault, StateFault
from wavetank.faults.host_faults import HostFault
from wavetank.faults.injectors.applied import AppliedFaults
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.parameters import (
    DeployedNames,
    Parameter,
    entries_of,
    fault_from_entries,
    is_possible,
    parameters,
)
from wavetank.faults.plan import FaultPlan
from wavetank.faults.resources import Resources

INJECTIONS_MAX = 1000
"""The latest injections of each fault that are listed; `hits` counts all of them."""


@dataclass(frozen=True)
class Injection:
    """A record that a fault hit an event: when, and which."""

    at: datetime
    what: str


@dataclass(kw_only=True)
class ActiveFault:
    """A fault that is active in a running sandbox; `given` are its fields as text."""

    id: str
    kind: str
    title: str
    given: Mapping[str, str]
    since: datetime
    hits: int = 0
    injections: list[Injection] = field(default_factory=list)

    @property
    def entries(self) -> str:
        """Its fields, in a line."""
        return ", ".join(f"{name} {value}" for name, value in self.given.items())


@dataclass(frozen=True, kw_only=True)
class FaultSwitch:
    """A kind of fault on the sandbox's fault page: parameters, and its active faults."""

    name: str
    title: str
    summary: str
    can_begin: bool
    parameters: tuple[Parameter, ...]
    active: tuple[ActiveFault, ...]


class FaultSwitches:
    """All kinds of fault that a running sandbox supports, in the order of the catalogue.

    `deployed` returns the names of what is deployed now. `matcher` is what calls and deliveries of
    the sandbox consult from the first fault on that needs it, when `on_matched` is called.
    """

    def __init__(
        self,
        resources: Resources,
        deployed: Callable[[], DeployedNames],
        on_matched: Callable[[FaultMatcher], None],
        clock: Clock,
    ) -> None:
        kinds = kinds_of(EngineName.EMBEDDED)
        self._kinds = {kind.kind: kind for kind in kinds if not issubclass(kind, HostFault)}
        self._deployed = deployed
        self._clock = clock
        self._applied = AppliedFaults(resources)
        self._matcher = FaultMatcher(clock.now, self._record)
        self._on_matched = on_matched
        self._lock = threading.RLock()
        self._numbers = count(1)
        self._on: dict[str, tuple[ActiveFault, Fault]] = {}

    def switches(self) -> list[FaultSwitch]:
        """All kinds, for what is deployed now."""
        active, deployed = self.active(), self._deployed()
        return [
            FaultSwitch(
                name=name,
                title=kind.title,
                summary=kind.summary(),
                can_begin=is_possible(kind, deployed),
                parameters=parameters(kind, deployed),
                active=tuple(fault for fault in active if fault.kind == name),
            )
            for name, kind in self._kinds.items()
        ]

    def active(self) -> list[ActiveFault]:
        """The active faults, the oldest first."""
        with self._lock:
            return [active for active, _ in self._on.values()]

    def begin(self, name: str, entries: Mapping[str, object]) -> ActiveFault:
        """Inject a fault of the kind of that name.

        Raises:
            UsageError: there is no such kind or call, a parameter is invalid, nothing that it names
                is deployed, or a fault with the same target is in force.
        """
        from wavetank.aws.service_models import check_calls  # noqa: PLC0415 - imports the SDK

        kind = self._kinds.get(name)
        if kind is None:
            raise UsageError(*one_of("kind to be one of", name, self._kinds))
        fault = fault_from_entries(kind, self._defaults(kind) | dict(entries))
        check_calls(FaultPlan((fault,)).unlisted_calls())
        with self._lock:
            self._require_free(fault)
            active = ActiveFault(
                id=f"{name}-{next(self._numbers)}",
                kind=name,
                title=kind.title,
                given=entries_of(fault),
                since=self._clock.now(),
            )
            self._on[active.id] = (active, fault)
            try:
                self._inject(active.id, fault)
            except BaseException:
                del self._on[active.id]
                raise
            return active

    def revert(self, fault_id: str) -> ActiveFault:
        """Revert a fault.

        Raises:
            UsageError: it is not active, or could not be reverted and stays.
        """
        with self._lock:
            if fault_id not in self._on:
                raise UsageError(*one_of("an active fault", fault_id, self._on))
            active, fault = self._on[fault_id]
            try:
                if isinstance(fault, StateFault):
                    self._applied.revert(fault_id)
                self._matcher.remove(fault_id)
            except Exception as error:  # whatever error a service returns, the fault stays active
                raise UsageError(f"{fault_id} to revert", str(error), "try it again") from error
            del self._on[fault_id]
            return active

    def revert_all(self) -> list[ActiveFault]:
        """Revert all, the newest first, since a later one may have changed what an earlier did.

        Raises:
            UsageError: one could not be reverted, and stays with those that came before it.
        """
        with self._lock:
            return [self.revert(fault_id) for fault_id in reversed(list(self._on))]

    def _defaults(self, kind: type[Fault]) -> dict[str, object]:
        """The defaults of a switch, without a limit on how often it hits."""
        return {entry.name: entry.default for entry in parameters(kind, {})}

    def _require_free(self, fault: Fault) -> None:
        others: Sequence[tuple[ActiveFault, Fault]] = tuple(self._on.values())
        for active, other in others:
            if other.target == fault.target:
                raise UsageError(
                    f"one fault at a time for {fault.target}",
                    f"{active.id}, which is active",
                    "revert that one first",
                )

    def _inject(self, name: str, fault: Fault) -> None:
        if not isinstance(fault, StateFault):
            self._on_matched(self._matcher)
            self._matcher.add(name, fault)
        elif not self._applied.apply(name, fault):
            self._applied.revert(name)
            raise UsageError(
                f"something deployed that {fault.kind} can change",
                f"nothing that is {fault.target}",
                "deploy it first, or choose another",
            )

    def _record(self, name: str, _: Fault, what: str) -> None:
        found = self._on.get(name)
        if found is None:  # reverted while the event was decided
            return
        active = found[0]
        active.hits += 1
        active.injections.append(Injection(self._clock.now(), what))
        del active.injections[:-INJECTIONS_MAX]
