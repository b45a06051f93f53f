"""The options with which a sandbox is started, and the pipeline that it deploys."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from wavetank.aws.clients import sandbox_clients
from wavetank.aws.invoker import StreamingInvoker
from wavetank.core.clock import WallClock, floor_to_minute, minute_before
from wavetank.core.errors import UsageError
from wavetank.core.naming import RECORD_FORMATS, Names, StreamNameCase, derive_names
from wavetank.core.reporter import Reporter
from wavetank.deployment.custom_handler import CustomHandler
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.deployment.pipelines.sandbox_deployment import SandboxDeployment
from wavetank.deployment.pipelines.user_pipeline import TemplatesPipeline
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.live.running_sandbox import RunningSandbox, attach, attach_to_deployed
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.stack_sandbox import StackSandbox


@dataclass(frozen=True, kw_only=True)
class SandboxOptions[P: SandboxPipeline](ABC):
    """The options with which a sandbox is started.

    `keep` restores the data of the last one, unless `fresh`.
    """

    retry_base_delay_seconds: int
    port: int | None
    keep: bool = True
    fresh: bool = False
    confirm_emails: bool = False
    enforce_access: bool = True

    @abstractmethod
    def deploy(self, record: SandboxRecord, reporter: Reporter) -> P:
        """Deploys the pipeline to the sandbox."""

    def attach_in_container(self, record: SandboxRecord, reporter: Reporter) -> P:
        """The pipeline in a container that has started; deploys it, unless the container does."""
        return self.deploy(record, reporter)

    @abstractmethod
    def compose_variables(self) -> dict[str, str]:
        """What of the plan is a variable of docker-compose.yml, beside the common ones."""

    def variables(self) -> dict[str, str]:
        """The plan as the variables of docker-compose.yml."""
        variables = self.compose_variables()
        variables["WAVETANK_RETRY_BASE_DELAY"] = str(self.retry_base_delay_seconds)
        if self.confirm_emails:
            variables["WAVETANK_CONFIRM_EMAILS"] = "yes"
        if not self.enforce_access:
            variables["WAVETANK_ACCESS"] = "off"
        return variables | ({"WAVETANK_PORT": str(self.port)} if self.port else {})


@dataclass(frozen=True, kw_only=True)
class TemplatesPlan(SandboxOptions[StackSandbox]):
    """The options of a sandbox that deploys a pipeline of templates."""

    pipeline: TemplatesPipeline

    def deploy(self, record: SandboxRecord, reporter: Reporter) -> StackSandbox:
        """Deploys the stacks, and puts the first items of tables that are empty."""
        aws, clock = sandbox_clients(record.endpoint), WallClock()
        with reporter.waiting(f"deploying {self.pipeline.name}"):
            changes = SandboxDeployment(self.pipeline, aws, clock).deploy()
        reporter.note(f"deployed {self.pipeline.name}: {changes.text()}")
        for note in changes.notes():
            reporter.note(note)
        return StackSandbox(record, self.pipeline.name, aws, clock)

    def compose_variables(self) -> dict[str, str]:
        """Without the ticker, which the container's own script would deploy beside the stack."""
        return {"WAVETANK_TICKER": "no"}


@dataclass(frozen=True, kw_only=True)
class SandboxPlan(SandboxOptions[RunningSandbox]):
    """The options of a sandbox that deploys the ticker pipeline.

    `handler` replaces the streaming function.
    """

    first_name: str
    surname: str
    prefix: str
    stream_name_case: StreamNameCase
    addresses: tuple[str, ...]
    record_format: str
    schedule_enabled: bool = True
    handler: CustomHandler | None = None

    def __post_init__(self) -> None:
        _ = self.names  # raises before LocalStack is started
        if self.record_format not in RECORD_FORMATS:
            raise UsageError(
                f"a record format of {' or '.join(RECORD_FORMATS)}",
                repr(self.record_format),
                "correct --record-format",
            )

    @property
    def names(self) -> Names:
        """The resource names of the person's pipeline.

        Raises:
            UsageError: they cannot be derived.
        """
        return derive_names(
            self.first_name,
            self.surname,
            prefix=self.prefix,
            stream_name_case=self.stream_name_case,
        )

    def deploy(self, record: SandboxRecord, reporter: Reporter) -> RunningSandbox:
        """Deploys, and fires the first tick, because the rule first fires after a minute."""
        sandbox = attach(
            record, self.names, self.addresses, custom_handler=self.handler is not None
        )
        options = DeploymentOptions(
            names=sandbox.names,
            addresses=sandbox.addresses,
            schedule_enabled=self.schedule_enabled,
            record_format=self.record_format,
            handler=self.handler,
            since=minute_before(sandbox.clock.now()) if self.schedule_enabled else None,
        )
        with reporter.waiting("deploying") as status:
            deployer = sandbox.deployer(
                lambda e: status.update(f"deploying {e.resource} {e.status}")
            )
            deployer.deploy(options)
        if self.schedule_enabled:
            StreamingInvoker(sandbox.aws, sandbox.names).fire(floor_to_minute(sandbox.clock.now()))
        return sandbox

    def attach_in_container(self, record: SandboxRecord, reporter: Reporter) -> RunningSandbox:
        """The pipeline that the container's own script has deployed."""
        del reporter
        return attach_to_deployed(record)

    def compose_variables(self) -> dict[str, str]:
        """The names, addresses and format, which the container's own script reads."""
        return {
            "WAVETANK_TICKER": "yes",
            "WAVETANK_NAME": self.first_name,
            "WAVETANK_SURNAME": self.surname,
            "WAVETANK_PREFIX": self.prefix,
            "WAVETANK_STREAM_NAME_CASE": self.stream_name_case,
            "WAVETANK_EMAILS": " ".join(self.addresses),
            "WAVETANK_RECORD_FORMAT": self.record_format,
        }
