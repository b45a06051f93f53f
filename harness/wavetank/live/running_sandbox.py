"""The sandbox that runs from this project, or one at an endpoint: clients, pipeline, state."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wavetank.aws.clients import (
    AwsClients,
    anonymous_clients,
    role_clients,
    sandbox_clients,
)
from wavetank.aws.observers import pending_confirmations, resident_megabytes, topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts, count_alerts
from wavetank.core.clock import Clock, WallClock, rfc3339
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.iam_report import RoleReport, report, uses_of
from wavetank.core.installation import clone_folder
from wavetank.core.naming import Names
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT, read_settings
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deployed import find_pipeline
from wavetank.deployment.deployer import Deployer
from wavetank.engines.compose_project import compose_project_name
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.readiness import init_state
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.inspection.access.bucket_access import AccessMatrix, Actor, probe_bucket
from wavetank.inspection.access.role_policies import granted, stack_roles
from wavetank.inspection.requirements import CheckedPipeline
from wavetank.inspection.requirements.freshness import has_recent_tick, wait_until_fresh
from wavetank.ticker.observers import last_tick, read_prices

SANDBOX_PACE_SECONDS = 0.2


@dataclass(frozen=True)
class SandboxHealth:
    """State of a sandbox in numbers.

    `memory_mb` is the resident memory of LocalStack and the functions; None if the sandbox was
    attached by its endpoint.
    """

    last_tick: str | None
    objects: int
    alerts: int
    memory_mb: int | None


@dataclass(frozen=True)
class RunningSandbox:
    """A sandbox with one pipeline: its clients, names, addresses and clock."""

    record: SandboxRecord
    names: Names
    addresses: tuple[str, ...]
    aws: AwsClients
    clock: Clock
    shipped_folder: Path
    custom_handler: bool = False
    """Whether a custom script is the streaming function."""

    def deployer(self, on_event: Callable[[ResourceEvent], None] = lambda _: None) -> Deployer:
        """A deployer of this project onto the sandbox."""
        return Deployer(self.aws, self.shipped_folder, self.clock, SANDBOX_PACE_SECONDS, on_event)

    def health(self) -> SandboxHealth:
        """The state now."""
        tick = last_tick(read_prices(self.aws, self.names.table))
        return SandboxHealth(
            last_tick=rfc3339(tick) if tick else None,
            objects=SandboxControls(self.record.endpoint).bucket(self.names.bucket)["objects"],
            alerts=count_alerts(self.record.endpoint, topic_arn(self.aws, self.names)),
            memory_mb=self._memory_mb(),
        )

    def checked(self) -> CheckedPipeline:
        """The pipeline as the input of the requirement checks."""
        messages = tuple(alerts(self.record.endpoint))
        return CheckedPipeline(
            self.aws, self.names, self.clock, self.addresses, messages, self.access_matrix
        )

    def pending_confirmations(self) -> list[MailboxMessage]:
        """The confirmation messages that no one has answered."""
        return pending_confirmations(
            self.aws, topic_arn(self.aws, self.names), self.record.endpoint
        )

    def access_matrix(self) -> AccessMatrix | None:
        """Which callers can read and write the bucket; None if policies are not enforced."""
        if SandboxControls(self.record.endpoint).access_uses() is None:
            return None
        function = self.aws.awslambda.get_function_configuration(
            FunctionName=self.names.streaming_function
        )
        clients = {
            Actor.OWNER: self.aws,
            Actor.OWN_ROLE: role_clients(self.aws, function["Role"]),
            Actor.OTHER_ACCOUNT: sandbox_clients(self.record.endpoint, SANDBOX_OTHER_ACCOUNT),
            Actor.ANONYMOUS: anonymous_clients(self.aws),
        }
        return probe_bucket(clients, self.names.bucket)

    def role_reports(self) -> list[RoleReport]:
        """For each role of the pipeline, its permissions and those it used since the start."""
        found = SandboxControls(self.record.endpoint).access_uses() or []
        return [
            report(role, granted(self.aws, role), uses_of(role, found))
            for role in stack_roles(self.aws, self.names.pipeline_stack)
        ]

    def wait_until_fresh(self) -> None:
        """Waits for the first object after a start, as long as Firehose may buffer it."""
        wait_until_fresh(self.aws, self.names, self.clock, self._has_recent_tick)

    def _has_recent_tick(self) -> bool:
        """From the table, or from the stream with a custom script, which writes no tick."""
        if self.custom_handler:
            streams = SandboxControls(self.record.endpoint).streams()
            return bool(streams.get(self.names.delivery_stream, {}).get("buffered_records"))
        return has_recent_tick(self.aws, self.names, self.clock)

    def _memory_mb(self) -> int | None:
        match self.record.engine:
            case Engine.EMBEDDED:
                return resident_megabytes(self.record.localstack)
            case Engine.DOCKER:
                return compose_sandbox().memory_mb()
            case Engine.ATTACHED:
                return None


def compose_sandbox() -> ComposeSandbox:
    """The sandbox of this clone's docker-compose.yml; an installed wheel has none.

    Raises:
        UsageError: `COMPOSE_PROJECT_NAME` is not a valid name for Compose.
    """
    clone = clone_folder()
    if clone is None:
        return ComposeSandbox(None, "")
    settings = read_settings()
    name = compose_project_name(clone, settings.compose_project, settings.state_folder)
    return ComposeSandbox(clone, name)


def sandbox_record() -> SandboxRecord | None:
    """The sandbox that runs from this project, on either engine; None if none runs."""
    embedded = SandboxFolder(read_settings().state_folder).running()
    return embedded or compose_sandbox().record()


def attach(
    record: SandboxRecord, names: Names, addresses: tuple[str, ...], *, custom_handler: bool = False
) -> RunningSandbox:
    """The sandbox of the record, with the pipeline that is or will be deployed in it."""
    aws = sandbox_clients(record.endpoint)
    shipped = read_settings().shipped_folder
    return RunningSandbox(record, names, addresses, aws, WallClock(), shipped, custom_handler)


def attach_to_deployed(record: SandboxRecord, name: str | None = None) -> RunningSandbox:
    """The sandbox with the only pipeline that is deployed in it, or with that of `name`.

    Raises:
        UsageError: none is, or several are.
    """
    pipeline = find_pipeline(sandbox_clients(record.endpoint), name)
    custom = pipeline.handler is not None
    return attach(record, pipeline.names, pipeline.addresses, custom_handler=custom)


def running_record(endpoint: str | None) -> SandboxRecord:
    """The record of the sandbox at the endpoint, or of the one that runs from this project.

    Raises:
        UsageError: none runs.
        InfrastructureError: no sandbox answers at the endpoint.
    """
    if endpoint is None:
        record = sandbox_record()
        if record is None:
            raise UsageError("a running sandbox", "none", "start one with ./wavetank up")
        return record
    if init_state(endpoint) is None:
        raise InfrastructureError(
            f"LocalStack at {endpoint}",
            "no answer",
            "check --endpoint, or start one with ./wavetank up",
        )
    return SandboxRecord(engine=Engine.ATTACHED, endpoint=endpoint, log="where it was started")


def running_sandbox(endpoint: str | None = None, name: str | None = None) -> RunningSandbox:
    """The sandbox at the endpoint, or the one that runs from this project.

    `name` selects the pipeline if several are deployed.

    Raises:
        UsageError: no sandbox runs, or no pipeline is deployed in it.
        InfrastructureError: no sandbox answers at the endpoint.
    """
    return attach_to_deployed(running_record(endpoint), name)
