"""Faults that change what is deployed, and put it back when they are healed."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial

from wavetank.aws.deny_policy import deny
from wavetank.deployment.broken_package import break_package
from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.delivery import PermissionRemoved, RoleOwner, UnconfirmedAddress
from wavetank.faults.fault import Fault, FunctionRole
from wavetank.faults.functions import BrokenDeployment
from wavetank.history import SubscriptionChanged
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.topology import (
    Topology,
    confirmed_addresses,
    delivery_roles,
    subscriptions,
)

type Undo = Callable[[], object]


class ResourceFaults:
    """Makes the change of a fault, where it is one; what is made is undone once, when it heals."""

    def __init__(self, simulator: Simulator, timeline: SimulationClock, topology: Topology) -> None:
        self._simulator = simulator
        self._timeline = timeline
        self._topology = topology
        self._made: dict[str, ExitStack] = {}

    def make(self, name: str, fault: Fault) -> str:
        """Makes the change; says what was changed, nothing where the fault is none of a change."""
        undoing = self._made[name] = ExitStack()
        changed = []
        for what, undo in self._changes(name, fault):
            undoing.callback(undo)
            changed.append(what)
        return ", ".join(changed)

    def undo(self, name: str) -> None:
        """Puts back what the fault of this name changed."""
        self._made.pop(name).close()

    def undo_all(self) -> None:
        """Puts everything back, where a run is broken off."""
        for name in list(self._made):
            self.undo(name)

    def _changes(self, name: str, fault: Fault) -> Iterator[tuple[str, Undo]]:
        match fault:
            case BrokenDeployment():
                yield from self._break(fault.function)
            case PermissionRemoved():
                yield from self._deny(name, fault)
            case UnconfirmedAddress():
                yield from self._unconfirm(fault.subscription)

    def _break(self, part: FunctionRole) -> Iterator[tuple[str, Undo]]:
        for arn in sorted(self._topology.functions(part)):
            function = self._simulator.function(arn)
            broken = break_package(self._simulator.packaged_code(arn), function.handler)
            yield f"code of {function.name}", self._simulator.replace_code(arn, broken)

    def _deny(self, name: str, fault: PermissionRemoved) -> Iterator[tuple[str, Undo]]:
        """By a policy of its own, so that nothing of the role's is touched."""
        for role in sorted(self._roles(fault.owner)):
            yield f"{fault.action} of {role}", deny(self._simulator.aws, role, name, fault.action)

    def _roles(self, owner: RoleOwner) -> set[str]:
        if owner is RoleOwner.DELIVERY_STREAM:
            arns = delivery_roles(self._simulator.aws)
        else:
            functions = self._topology.functions(FunctionRole(owner))
            arns = frozenset(self._simulator.function(arn).role for arn in functions)
        return {arn.rpartition("/")[2] for arn in arns}

    def _unconfirm(self, number: int) -> Iterator[tuple[str, Undo]]:
        """The address is unconfirmed until `undo`, on every topic that has so many."""
        for topic in sorted(confirmed_addresses(self._simulator.aws)):
            found = subscriptions(self._simulator.aws, topic)[number - 1 : number]
            for address, arn in ((entry.address, entry.arn) for entry in found):
                if arn is not None:
                    change = partial(self._set_confirmed, topic, address, arn)
                    change(confirmed=False)
                    yield address, partial(change, confirmed=True)

    def _set_confirmed(self, topic: str, address: str, arn: str, *, confirmed: bool) -> None:
        self._simulator.set_confirmed(arn, confirmed=confirmed)
        event = SubscriptionChanged(self._timeline.now, topic, address, confirmed)
        self._timeline.note(event)
