"""The interface through which a simulation uses a pipeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.deployment.fingerprint import Fingerprint
from wavetank.faults.targets import FaultTargets
from wavetank.history import TableSnapshot
from wavetank.invariants import Invariant


class Pipeline(Protocol):
    """Interface of a pipeline: a frozen value that any process can deploy to any engine."""

    def deploy(self, aws: AwsClients, clock: Clock, *, simulated: bool = True) -> None:
        """Deploys the pipeline with its schedules off, in wall time.

        `simulated` is whether the simulator is to run it, which does not support every resource.

        Raises:
            UsageError: a part of it cannot be used.
            InfrastructureError: CloudFormation refused or failed.
        """
        ...

    def begin(self, aws: AwsClients, start: datetime, initial: TableSnapshot | None = None) -> None:
        """Puts the data that a run from `start` on begins with, such as items of its tables.

        `initial` replaces them by the items with which a live run began.
        """
        ...

    def invariants(self) -> list[Invariant]:
        """The invariants of a run, as new objects, since they keep state."""
        ...

    def fault_targets(self) -> FaultTargets:
        """What the faults of a campaign can hit."""
        ...

    def fingerprint(self, aws: AwsClients) -> Fingerprint | None:
        """The fingerprint of what is deployed; None if passed runs of it are not recorded."""
        ...

    def with_addresses(self, addresses: tuple[str, ...]) -> "Pipeline":
        """The same pipeline, with these addresses for its alerts where it has alerts."""
        ...

    def options(self) -> Mapping[str, str]:
        """The options of the command line that select this pipeline."""
        ...
