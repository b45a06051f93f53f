"""What a driver and its judges need to know of any pipeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from wavetank.aws.clients import AwsClients
from wavetank.core.clock import Clock
from wavetank.invariants import Invariant


class Pipeline(Protocol):
    """One that can be deployed: a frozen value, so that it can be handed to other processes."""

    def deploy(self, aws: AwsClients, clock: Clock) -> None:
        """Deploys it with its schedules off, in the machine's time.

        Raises:
            UsageError: something of it cannot be used.
            InfrastructureError: CloudFormation refused or failed.
        """
        ...

    def begin(self, aws: AwsClients, start: datetime) -> None:
        """Puts the data that a run from `start` on begins with, where a deployment does so."""
        ...

    def invariants(self) -> list[Invariant]:
        """What must hold of each run, fresh for one."""
        ...

    def options(self) -> Mapping[str, str]:
        """What tells it from others, as the options of the command line that would choose it."""
        ...
