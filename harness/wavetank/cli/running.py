"""The sandbox that runs from this project, or one at an endpoint, as commands beside it see it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wavetank.aws.clients import (
    AwsClients,
    anonymous_clients,
    role_clients,
    sandbox_clients,
)
from wavetank.aws.observers import (
    last_tick,
    read_prices,
    resident_megabytes,
    topic_arn,
    unanswered,
)
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts, count_alerts
from wavetank.core.clock import Clock, WallClock, rfc3339
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.iam_report import RoleReport, report, uses_of
from wavetank.core.naming import Names
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT, read_settings
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deployed import the_pipeline
from wavetank.deployment.deployer import Deployer
from wavetank.engines.compose_project import compose_project_name
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.readiness import init_state
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.inspection.access.bucket_access import AccessMatrix, Actor, probe_bucket
from wavetank.inspection.access.role_policies import granted, stack_roles
from wavetank.inspection.requirements import CheckedPipeline
from wavetank.inspection.requirements.freshness import made_a_tick_lately, wait_until_fresh

SANDBOX_PACE_SECONDS = 0.2


@dataclass(frozen=True)
class Health:
    """How a sandbox does, in numbers; memory is LocalStack's and the functions', resident.

    An attached sandbox's memory is not known.
    """

    last_tick: str | None
    objects: int
    alerts: int
    memory_mb: int | None


@dataclass(frozen=True)
class RunningSandbox:
    """What is needed to work with it."""

    record: SandboxRecord
    names: Names
    addresses: tuple[str, ...]
    aws: AwsClients
    clock: Clock
    project_folder: Path
    own_handler: bool = False
    """Whether somebody's own script is the streaming function."""

    def deployer(self, on_event: Callable[[ResourceEvent], None] = lambda _: None) -> Deployer:
        """Deploys this project onto it."""
        return Deployer(self.aws, self.project_folder, self.clock, SANDBOX_PACE_SECONDS, on_event)

    def health(self) -> Health:
        """How it does now."""
        tick = last_tick(read_prices(self.aws, self.names.table))
        return Health(
            last_tick=rfc3339(tick) if tick else None,
            objects=SandboxControls(self.record.endpoint).bucket(self.names.bucket)["objects"],
            alerts=count_alerts(self.record.endpoint),
            memory_mb=self._memory_mb(),
        )

    def checked(self) -> CheckedPipeline:
        """What the requirements are checked on."""
        messages = tuple(alerts(self.record.endpoint))
        return CheckedPipeline(
            self.aws, self.names, self.clock, self.addresses, messages, self.access_matrix
        )

    def unanswered(self) -> list[MailboxMessage]:
        """The messages that wait for somebody to confirm an address."""
        return unanswered(self.aws, topic_arn(self.aws, self.names), self.record.endpoint)

    def access_matrix(self) -> AccessMatrix | None:
        """Who can do what with the bucket; None where policies are not enforced."""
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
        """Of each of the pipeline's roles, what it has and what it used since the start."""
        found = SandboxControls(self.record.endpoint).access_uses() or []
        return [
            report(role, granted(self.aws, role), uses_of(role, found))
            for role in stack_roles(self.aws, self.names.pipeline_stack)
        ]

    def wait_until_fresh(self) -> None:
        """Waits for the first object after a start, as long as Firehose may buffer it."""
        wait_until_fresh(self.aws, self.names, self.clock, self._made_a_tick_lately)

    def _made_a_tick_lately(self) -> bool:
        """By the table; or by the stream, as somebody's own script leaves no tick in the table."""
        if self.own_handler:
            streams = SandboxControls(self.record.endpoint).streams()
            return bool(streams.get(self.names.delivery_stream, {}).get("records_held"))
        return made_a_tick_lately(self.aws, self.names, self.clock)

    def _memory_mb(self) -> int | None:
        match self.record.engine:
            case Engine.EMBEDDED:
                return resident_megabytes(self.record.localstack)
            case Engine.DOCKER:
                return compose_sandbox().memory_mb()
            case Engine.ATTACHED:
                return None


def compose_sandbox() -> ComposeSandbox:
    """The one of this clone's docker-compose.yml.

    Raises:
        UsageError: `COMPOSE_PROJECT_NAME` is no name that Compose takes.
    """
    settings = read_settings()
    folder = settings.project_folder
    name = compose_project_name(folder, settings.compose_project, settings.state_folder)
    return ComposeSandbox(folder, name)


def sandbox_record() -> SandboxRecord | None:
    """What runs from this project, on either engine; None where nothing does."""
    embedded = SandboxFolder(read_settings().state_folder).running()
    return embedded or compose_sandbox().record()


def attach(
    record: SandboxRecord, names: Names, addresses: tuple[str, ...], *, own_handler: bool = False
) -> RunningSandbox:
    """The sandbox that the record tells of, with the pipeline that is or will be in it."""
    aws = sandbox_clients(record.endpoint)
    project = read_settings().project_folder
    return RunningSandbox(record, names, addresses, aws, WallClock(), project, own_handler)


def attach_to_deployed(record: SandboxRecord, name: str | None = None) -> RunningSandbox:
    """The sandbox with the one pipeline that is deployed in it, or that of the name.

    Raises:
        UsageError: none is, or several are.
    """
    pipeline = the_pipeline(sandbox_clients(record.endpoint), name)
    own = pipeline.handler is not None
    return attach(record, pipeline.names, pipeline.addresses, own_handler=own)


def running_record(endpoint: str | None) -> SandboxRecord:
    """What is known of the sandbox at the endpoint, or of the one that runs from this project.

    Raises:
        UsageError: none runs.
        InfrastructureError: none answers at the endpoint.
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
    return SandboxRecord(engine=Engine.ATTACHED, endpoint=endpoint, log="whoever started it has it")


def running_sandbox(endpoint: str | None = None, name: str | None = None) -> RunningSandbox:
    """The sandbox at the endpoint, or the one that runs from this project.

    `name` says whose pipeline, where several are deployed in it.

    Raises:
        UsageError: none runs, or no pipeline is deployed in it.
        InfrastructureError: none answers at the endpoint.
    """
    return attach_to_deployed(running_record(endpoint), name)
