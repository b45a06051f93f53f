"""The ticker's pipeline in a sandbox: clients, names, state, ticks."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from wavetank.aws.clients import (
    AwsClients,
    anonymous_clients,
    role_clients,
    sandbox_clients,
)
from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import pending_confirmations, topic_arn
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.sandbox_mailbox import MailboxMessage, alerts, count_alerts
from wavetank.core.clock import Clock, WallClock, floor_to_minute, rfc3339
from wavetank.core.findings import Finding
from wavetank.core.iam_report import RoleReport
from wavetank.core.naming import Names
from wavetank.core.reporter import Reporter
from wavetank.core.settings import SANDBOX_OTHER_ACCOUNT, read_settings
from wavetank.core.text import pluralize
from wavetank.deployment.cloudformation import ResourceEvent
from wavetank.deployment.deployed import find_pipeline
from wavetank.deployment.deployer import Deployer
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.inspection.access.bucket_access import (
    PROBE_PREFIX,
    AccessMatrix,
    Actor,
    probe_bucket,
)
from wavetank.inspection.access.role_policies import role_reports, stack_roles
from wavetank.inspection.event_watcher import Watcher
from wavetank.inspection.requirements import CheckedPipeline, check_requirements
from wavetank.inspection.requirements.freshness import WAITING, has_recent_tick, wait_until_fresh
from wavetank.inspection.stack_resources import PipelineStacks
from wavetank.live.change_targets import sandbox_target
from wavetank.live.changed_target import ChangedTarget
from wavetank.live.sandbox_pipeline import PipelineStatus
from wavetank.live.sandbox_records import memory_mb, running_record
from wavetank.ticker.observers import last_tick, read_prices

SANDBOX_PACE_SECONDS = 0.2


@dataclass(frozen=True)
class SandboxHealth:
    """The counts and the memory of a sandbox, for `status`.

    `memory_mb` is the resident memory of LocalStack and the functions; None if the sandbox was
    attached by its endpoint.
    """

    last_tick: str | None
    objects: int
    alerts: int
    memory_mb: int | None


@dataclass(frozen=True)
class RunningSandbox:
    """The ticker pipeline in a running sandbox: its clients, names, addresses and clock."""

    record: SandboxRecord
    names: Names
    addresses: tuple[str, ...]
    aws: AwsClients
    clock: Clock
    shipped_folder: Path
    custom_handler: bool = False
    """Whether a custom script is the streaming function."""

    alone: bool = True
    """Whether the sandbox has no other pipeline."""

    @property
    def stem(self) -> str:
        """The short name of the pipeline."""
        return self.names.stem

    def stacks(self) -> PipelineStacks:
        """Both of its stacks."""
        names = self.names
        return PipelineStacks(
            self.aws, names.pipeline_stack, (names.storage_stack, names.pipeline_stack)
        )

    def schedule(self) -> str:
        """How often it ticks."""
        return "a tick every 60 s"

    def watcher(self) -> Watcher:
        """A watcher of ticks, objects, failed attempts and alerts."""
        return Watcher(self.aws, self.names, self.record.endpoint, self.clock, self.alone)

    def status(self) -> PipelineStatus:
        """The last tick and the counts."""
        health = self.health()
        custom = ", with a custom handler" if self.custom_handler else ""
        none = "not in the table" if self.custom_handler else "none yet"
        return PipelineStatus(
            title=f"{self.names.full_name}'s at {self.record.endpoint} ({self.record.engine})"
            f"{custom}, log: {self.record.log}",
            state=f"last tick {health.last_tick or none}, {pluralize(health.objects, 'object')}, "
            f"{pluralize(health.alerts, 'alert')}, {health.memory_mb} MB resident",
            values=asdict(health),
        )

    def fire(self, reporter: Reporter) -> None:
        """Makes the tick of this minute."""
        minute = floor_to_minute(self.clock.now())
        with reporter.waiting("invoking the streaming function"):
            answer = StreamingInvoker(self.aws, self.names).fire_and_wait(minute)
        records = f"{answer['records']} records" if "records" in answer else "made"
        if answer.get("records") == 0:
            tick = last_tick(read_prices(self.aws, self.names.table))
            records += f", because the table is at {rfc3339(tick) if tick else 'no tick'}: "
            records += "this minute's records were put before, by the rule or by an earlier call"
        reporter.say(f"tick of {rfc3339(minute)}: {records}")
        reporter.emit("tick", at=rfc3339(minute), answer=answer)

    def findings(self) -> Iterator[Finding]:
        """The requirements of the assignment, one by one."""
        return check_requirements(self.checked())

    def wait_until_checkable(self, reporter: Reporter) -> None:
        """Waits for the first object after a start, as long as Firehose may buffer it."""
        with reporter.waiting(WAITING):
            wait_until_fresh(self.aws, self.names, self.clock, self._has_recent_tick)

    def target(self) -> ChangedTarget:
        """The pipeline as the target of temporary changes."""
        return sandbox_target(self.record, self.names, self.aws)

    def deployer(self, on_event: Callable[[ResourceEvent], None] = lambda _: None) -> Deployer:
        """A deployer of this project onto the sandbox."""
        return Deployer(self.aws, self.shipped_folder, self.clock, SANDBOX_PACE_SECONDS, on_event)

    def health(self) -> SandboxHealth:
        """The state now."""
        tick = last_tick(read_prices(self.aws, self.names.table))
        return SandboxHealth(
            last_tick=rfc3339(tick) if tick else None,
            objects=self._delivered_objects(),
            alerts=count_alerts(self.record.endpoint, topic_arn(self.aws, self.names)),
            memory_mb=memory_mb(self.record),
        )

    def _delivered_objects(self) -> int:
        """Without those of a probe of access that is under way."""
        held = SandboxControls(self.record.endpoint).bucket(self.names.bucket)
        probes = [each for each in held["newest"] if each["key"].startswith(PROBE_PREFIX)]
        return int(held["objects"]) - len(probes)

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
        return role_reports(self.aws, stack_roles(self.aws, self.names.pipeline_stack), found)

    def _has_recent_tick(self) -> bool:
        """From the table, or from the stream with a custom script, which writes no tick."""
        if self.custom_handler:
            streams = SandboxControls(self.record.endpoint).streams()
            return bool(streams.get(self.names.delivery_stream, {}).get("buffered_records"))
        return has_recent_tick(self.aws, self.names, self.clock)


def attach(
    record: SandboxRecord,
    names: Names,
    addresses: tuple[str, ...],
    *,
    custom_handler: bool = False,
    alone: bool = True,
) -> RunningSandbox:
    """The sandbox of the record, with the pipeline that is or will be deployed in it."""
    aws = sandbox_clients(record.endpoint)
    shipped = read_settings().shipped_folder
    return RunningSandbox(
        record, names, addresses, aws, WallClock(), shipped, custom_handler, alone
    )


def attach_to_deployed(record: SandboxRecord, name: str | None = None) -> RunningSandbox:
    """The sandbox with the only pipeline that is deployed in it, or with that of `name`.

    Raises:
        UsageError: none is, or several are.
    """
    pipeline = find_pipeline(sandbox_clients(record.endpoint), name)
    custom = pipeline.handler is not None
    return attach(record, pipeline.names, pipeline.addresses, custom_handler=custom)


def running_sandbox(endpoint: str | None = None, name: str | None = None) -> RunningSandbox:
    """The sandbox at the endpoint, or the one that runs from this project.

    `name` selects the pipeline if several are deployed.

    Raises:
        UsageError: no sandbox runs, or no pipeline is deployed in it.
        InfrastructureError: no sandbox answers at the endpoint.
    """
    return attach_to_deployed(running_record(endpoint), name)
