"""Injects a run's faults when they are due, and records when each begins, hits and ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from wavetank.engines.simulator.engine import Simulator
from wavetank.faults.changes import Change, SubscriptionChange
from wavetank.faults.delivery import PermissionRemoved
from wavetank.faults.deployments import NewDeployment, NewSchema, project_file
from wavetank.faults.event_sources import EventSourceFault
from wavetank.faults.fault import Fault, StateFault, StreamFault
from wavetank.faults.functions import FunctionFault
from wavetank.faults.injectors.api_resources import ApiResources, one_named
from wavetank.faults.injectors.applied import AppliedFaults
from wavetank.faults.injectors.matcher import FaultMatcher
from wavetank.faults.plan import FaultPlan
from wavetank.faults.references import UNLIMITED, FunctionRole, RoleOwner
from wavetank.faults.resources import DeployedCode, IndexDifference, StoredPackages, code_sha256
from wavetank.faults.serialization import describe
from wavetank.faults.ticks import RuleOff
from wavetank.history import FaultBegan, FaultInjected, FaultReverted, SubscriptionChanged
from wavetank.inspection.stack_resources import every_resource
from wavetank.invariants.applicability import FUNCTION, SCHEDULED_RULE
from wavetank.scenario.timing.settings import Durations
from wavetank.simulation.event_sources.mapping import event_source_mappings
from wavetank.simulation.simulation_clock import SimulationClock
from wavetank.simulation.table_indexes import change_indexes, index_differences, index_names
from wavetank.simulation.topology import Topology, function_name

if TYPE_CHECKING:
    from collections.abc import Callable

TYPES = {
    "function": frozenset({FUNCTION}),
    "rule": frozenset({SCHEDULED_RULE}),
    "stream": frozenset({"AWS::KinesisFirehose::DeliveryStream"}),
    "owner": frozenset({"AWS::IAM::Role"}),
    "event_source": frozenset(
        {
            SCHEDULED_RULE,
            "AWS::DynamoDB::Table",
            "AWS::Kinesis::Stream",
            "AWS::Logs::LogGroup",
            "AWS::S3::Bucket",
            "AWS::SNS::Topic",
            "AWS::SQS::Queue",
            "AWS::Scheduler::Schedule",
        }
    ),
}
"""The types of a resource by what a fault calls it."""


class SimulatedResources(StoredPackages, ApiResources):
    """The resources in a simulator that faults change; code is replaced in memory, at once."""

    def __init__(self, simulator: Simulator, topology: Topology) -> None:
        StoredPackages.__init__(self)
        ApiResources.__init__(self, simulator.aws)
        self._simulator = simulator
        self._topology = topology
        self._former: dict[str, tuple[str, Callable[[], None]]] = {}
        """By function whose code was replaced: the digest of the former code, and its restorer."""

    def deployed_code(self, function: str) -> DeployedCode:
        """What the stack deployed as the function's code."""
        arn = self._arns()[function]
        handler = self._simulator.function(arn).handler
        return DeployedCode(self._simulator.packaged_code(arn), handler)

    def code_sha256(self, function: str) -> str:
        """The `CodeSha256` of what the function runs now."""
        return self._simulator.function(self._arns()[function]).code_sha256

    def update_code(self, function: str, archive: bytes) -> None:
        """Replace the function's code at once.

        If the zip is that of the former code, that is restored.
        """
        digest = code_sha256(archive)
        former, restore = self._former.pop(function, ("", None))
        if restore is not None and former == digest:
            restore()
            return
        running = self.code_sha256(function)
        self._former[function] = (
            running,
            self._simulator.replace_code(self._arns()[function], archive),
        )

    def resolved(self, fault: Fault) -> Fault:
        """The fault with the deployed name of the resource that it names.

        Raises:
            UsageError: nothing of that name is deployed.
        """
        match fault:
            case FunctionFault(function=named) if named not in list(FunctionRole):
                return replace(fault, function=self.functions(named)[0])
            case RuleOff(rule=named) if named != UNLIMITED:
                return replace(fault, rule=self.rules(named)[0])
            case StreamFault(stream=named) if named != UNLIMITED:
                return replace(fault, stream=self.delivery_stream(named))
            case EventSourceFault(event_source=named) if named != UNLIMITED:
                return replace(fault, event_source=self.event_source(named))
            case PermissionRemoved(owner=named) if named not in list(RoleOwner):
                return replace(fault, owner=self.roles(named)[0])
        return fault

    def delivery_stream(self, reference: str) -> str:
        """The name of a delivery stream.

        Raises:
            UsageError: nothing of that name is deployed.
        """
        of = TYPES["stream"]
        deployed = [each.name for each in every_resource(self._simulator.aws) if each.kind in of]
        return self._one_named("stream", reference, deployed)

    def event_source(self, reference: str) -> str:
        """The name of a queue, stream, table, bucket, rule, topic or log group.

        Raises:
            UsageError: nothing of that name is deployed.
        """
        of = TYPES["event_source"]
        deployed = [each.name for each in every_resource(self._simulator.aws) if each.kind in of]
        mapped = [each.source_name for each in event_source_mappings(self._simulator.aws)]
        return self._one_named("event_source", reference, [*deployed, *mapped])

    def _one_named(self, kind: str, reference: str, deployed: Sequence[str]) -> str:
        """The resource of that name or logical id; an unknown one is answered with logical ids."""
        if reference in deployed:
            return reference
        found = [each for each in every_resource(self._simulator.aws) if each.name in deployed]
        names = {each.logical_id: each.name for each in found if each.kind in TYPES[kind]}
        others = [name for name in deployed if name not in names.values()]
        one_named(kind, reference, [*names, *others])
        return names[reference]

    def index_differences(self, template: str) -> Sequence[IndexDifference]:
        """Of each table the indexes that differ from those in the template of that path."""
        path = project_file(NewSchema, "template", template)
        return index_differences(self._simulator.aws, path)

    def index_names(self, table: str) -> Sequence[str]:
        """The global secondary indexes that the table has."""
        return index_names(self._simulator.aws, table)

    def change_indexes(self, table: str, created: Sequence[str], deleted: Sequence[str]) -> None:
        """Create indexes of the table by their definitions, and delete others, at once."""
        change_indexes(self._simulator.aws, table, created, deleted)

    def set_confirmed(self, subscription: str, *, confirmed: bool) -> bool:
        """Set whether the address has confirmed."""
        self._simulator.set_confirmed(subscription, confirmed=confirmed)
        return True

    def _arns(self) -> dict[str, str]:
        return {function_name(arn): arn for arn in self._topology.configurations}


class FaultScheduler:
    """Injects and reverts the faults of one run; `matcher` decides which events they hit."""

    def __init__(self, simulator: Simulator, clock: SimulationClock, topology: Topology) -> None:
        self._clock = clock
        self._resources = SimulatedResources(simulator, topology)
        self._applied = AppliedFaults(self._resources, self._record_change)
        self.matcher = FaultMatcher(lambda: clock.now, self._record_injected)

    def plan(self, plan: FaultPlan, start: datetime) -> None:
        """Schedule the faults of a plan.

        A fault's window applies to what it hits; what it changes is changed before anything else
        that is due at that instant.

        Raises:
            UsageError: a fault names something that is not deployed.
        """
        resolved = {name: self._resources.resolved(fault) for name, fault in plan.named()}
        for name, fault in resolved.items():
            if isinstance(fault, NewDeployment | NewSchema):
                list(fault.changes(name, self._resources))  # reads the files: an error comes first
            self.matcher.add(name, fault, fault.window(start))
        for moment in plan.moments(start):
            action = self._revert if moment.reverts else self._begin
            fault = resolved[moment.name]
            self._clock.at(moment.at, partial(action, moment.name, fault), first=True)

    def resolved_durations(self, durations: Durations) -> Durations:
        """The durations with the deployed names of the functions.

        Raises:
            UsageError: no function of that name is deployed.
        """
        named = {
            name: each
            for reference, each in durations.functions.items()
            for name in self._resources.functions(reference)
        }
        return replace(durations, functions=named)

    def begin(self, name: str, fault: Fault) -> None:
        """Begin a fault that lasts until `revert`."""
        fault = self._resources.resolved(fault)
        if not isinstance(fault, StateFault):
            self.matcher.add(name, fault)
        self._begin(name, fault)

    def revert(self, name: str, fault: Fault) -> None:
        """End a fault that `begin` began."""
        self.matcher.remove(name)
        self._revert(name, fault)

    def revert_all(self) -> None:
        """Revert what is still changed, when a run is cancelled."""
        self._applied.revert_all()

    def _begin(self, name: str, fault: Fault) -> None:
        # Recorded before it is applied, and reverted before that is recorded: what a fault changes
        # (`SubscriptionChanged`) is then always between the two events of the fault.
        self._clock.record(FaultBegan(self._clock.now, name, fault.kind, describe(fault)))
        if isinstance(fault, StateFault):
            self._applied.apply(name, fault)

    def _revert(self, name: str, fault: Fault) -> None:
        if isinstance(fault, StateFault):
            self._applied.revert(name)
        self._clock.record(FaultReverted(self._clock.now, name, fault.kind, describe(fault)))

    def _record_injected(self, name: str, fault: Fault, what: str) -> None:
        self._clock.record(FaultInjected(self._clock.now, name, fault.kind, what))

    def _record_change(self, change: Change, in_force: bool) -> None:  # noqa: FBT001 - the signature of `OnChange`
        if isinstance(change, SubscriptionChange):
            now, confirmed = self._clock.now, not in_force
            self._clock.record(SubscriptionChanged(now, change.topic, change.address, confirmed))
