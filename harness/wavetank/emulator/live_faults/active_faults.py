"""What is switched on, and healing it: one fault, or all of them."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from wavetank.core.clock import Clock
from wavetank.core.errors import UsageError
from wavetank.emulator.live_faults.kind import FaultSwitch, Parameter, RevertCallback, checked
from wavetank.emulator.stack_index import DeployedStack


@dataclass(frozen=True, kw_only=True)
class ActiveFault:
    """A fault that is switched on."""

    id: str
    kind: str
    title: str
    given: Mapping[str, str]
    since: datetime

    @property
    def told(self) -> str:
        """What it was told, in a line."""
        return ", ".join(f"{name} {value}" for name, value in self.given.items())


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A kind of fault, what it can be told now, and those of it that are on."""

    name: str
    title: str
    does: str
    parameters: tuple[Parameter, ...]
    active: tuple[ActiveFault, ...]

    @property
    def can_begin(self) -> bool:
        """Whether there is anything deployed for it."""
        return all(entry.is_number or entry.choices for entry in self.parameters)


class Board:
    """All kinds, in the order in which they are shown; `stacks` tells what is deployed."""

    def __init__(
        self,
        kinds: Sequence[FaultSwitch],
        stacks: Callable[[], Sequence[DeployedStack]],
        clock: Clock,
    ) -> None:
        self._stacks = stacks
        self._kinds = {kind.name: kind for kind in kinds}
        self._clock = clock
        self._lock = threading.RLock()
        self._numbers = count(1)
        self._on: dict[str, tuple[ActiveFault, RevertCallback]] = {}

    def switches(self) -> list[Switch]:
        """All of them, for what is deployed."""
        active, stacks = self.active(), self._stacks()
        return [
            Switch(
                name=kind.name,
                title=kind.title,
                does=kind.does,
                parameters=kind.parameters(stacks),
                active=tuple(fault for fault in active if fault.kind == kind.name),
            )
            for kind in self._kinds.values()
        ]

    def active(self) -> list[ActiveFault]:
        """Those that are on, the oldest first."""
        with self._lock:
            return [fault for fault, _ in self._on.values()]

    def begin(self, name: str, told: Mapping[str, object]) -> ActiveFault:
        """Switches a fault on.

        Raises:
            UsageError: there is no such kind, it cannot be told that, or it is on already.
        """
        kind = self._kinds.get(name)
        if kind is None:
            known = ", ".join(self._kinds)
            raise UsageError(f"kind to be one of {known}", repr(name), "correct it")
        with self._lock:
            given = checked(kind.parameters(self._stacks()), told)
            heal = kind.begin(given)
            fault = ActiveFault(
                id=f"{name}-{next(self._numbers)}",
                kind=name,
                title=kind.title,
                given=given,
                since=self._clock.now(),
            )
            self._on[fault.id] = (fault, heal)
            return fault

    def heal(self, fault_id: str) -> ActiveFault:
        """Heals one.

        Raises:
            UsageError: it is not on, or could not be healed and stays.
        """
        with self._lock:
            if fault_id not in self._on:
                raise UsageError("a fault that is on", repr(fault_id), "see which are")
            fault, heal = self._on[fault_id]
            try:
                heal()
            except Exception as error:  # whatever a service says, the fault stays on the board
                raise UsageError(f"{fault_id} to heal", str(error), "try it again") from error
            del self._on[fault_id]
            return fault

    def heal_all(self) -> list[ActiveFault]:
        """Heals all, the newest first, since a later one may have changed what an earlier did.

        Raises:
            UsageError: one could not be healed, and stays with those that came before it.
        """
        with self._lock:
            return [self.heal(fault_id) for fault_id in reversed(list(self._on))]
