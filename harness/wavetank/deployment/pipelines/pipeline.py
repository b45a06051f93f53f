"""The interface through which a simulation uses a pipeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.invariants import Invariant


class Pipeline(Protocol):
    """A pipeline that can be deployed: a frozen value, so that other processes can use it too."""

    def deploy(self, aws: AwsClients, clock: Clock) -> None:
        """Deploys the pipeline with its schedules off, in wall time.

        Raises:
            UsageError: a part of it cannot be used.
            InfrastructureError: CloudFormation refused or failed.
        """
        ...

    def begin(self, aws: AwsClients, start: datetime) -> None:
        """Puts the data that a run from `start` on begins with, such as items of its tables."""
        ...

    def invariants(self) -> list[Invariant]:
        """The invariants of a run, as new objects, since they keep state."""
        ...

    def options(self) -> Mapping[str, str]:
        """The options of the command line that select this pipeline."""
        ...
