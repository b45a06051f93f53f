"""The sandbox that runs from this project, as commands beside it see it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wavetank.clients import AwsClients, sandbox_clients
from wavetank.clock import Clock, WallClock, rfc3339
from wavetank.engines.embedded import SandboxFolder, SandboxRecord
from wavetank.errors import UsageError
from wavetank.naming import Names, StreamNameCase, derive_names
from wavetank.probes import delivered_objects, last_tick, mailbox, read_prices, resident_megabytes
from wavetank.requirements import Target
from wavetank.settings import read_settings
from wavetank.stack.cloudformation import ResourceEvent
from wavetank.stack.deployment import Deployer

SANDBOX_PACE_SECONDS = 0.2


@dataclass(frozen=True)
class Health:
    """How a sandbox does, in numbers; memory is LocalStack's and the functions', resident."""

    last_tick: str | None
    objects: int
    alerts: int
    memory_mb: int


@dataclass(frozen=True)
class RunningSandbox:
    """What is needed to work with it."""

    record: SandboxRecord
    names: Names
    aws: AwsClients
    clock: Clock
    project_folder: Path

    @property
    def addresses(self) -> tuple[str, ...]:
        """Those that get the alerts."""
        return tuple(self.record.addresses)

    def deployer(self, on_event: Callable[[ResourceEvent], None] = lambda _: None) -> Deployer:
        """Deploys this project onto it."""
        return Deployer(self.aws, self.project_folder, self.clock, SANDBOX_PACE_SECONDS, on_event)

    def health(self) -> Health:
        """How it does now."""
        tick = last_tick(read_prices(self.aws, self.names.table))
        return Health(
            last_tick=rfc3339(tick) if tick else None,
            objects=len(delivered_objects(self.aws, self.names.bucket)),
            alerts=len(mailbox(self.record.endpoint)),
            memory_mb=resident_megabytes(self.record.localstack),
        )

    def target(self) -> Target:
        """What the requirements are checked on."""
        messages = tuple(mailbox(self.record.endpoint))
        return Target(self.aws, self.names, self.clock, self.addresses, messages)


def attach(record: SandboxRecord) -> RunningSandbox:
    """The sandbox that the record tells of."""
    names = derive_names(
        record.first_name,
        record.surname,
        prefix=record.prefix,
        stream_name_case=StreamNameCase(record.stream_name_case),
    )
    aws = sandbox_clients(record.endpoint)
    return RunningSandbox(record, names, aws, WallClock(), read_settings().project_folder)


def running_sandbox() -> RunningSandbox:
    """The one that runs from this project's state folder.

    Raises:
        UsageError: none does.
    """
    record = SandboxFolder(read_settings().state_folder).running()
    if record is None:
        raise UsageError("a running sandbox", "none", "start one with ./wavetank up")
    return attach(record)
