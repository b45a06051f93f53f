"""A sandbox from start to stop: start LocalStack, deploy the pipeline, fire a tick, stop."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.core.clock import WallClock, floor_to_minute, minute_before
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import require_clone
from wavetank.core.naming import RECORD_FORMATS, Names, StreamNameCase, derive_names
from wavetank.core.reporter import Reporter
from wavetank.core.settings import Settings, read_settings
from wavetank.deployment.custom_handler import CustomHandler
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.engines.readiness import init_state
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.running_sandbox import (
    RunningSandbox,
    attach,
    attach_to_deployed,
    compose_sandbox,
)

RECOVERY_SECONDS_MAX = 200.0


@dataclass(frozen=True, kw_only=True)
class SandboxPlan:
    """The sandbox to start.

    `keep` restores the data of the last one, unless `fresh`; `handler` replaces the streaming
    function.
    """

    first_name: str
    surname: str
    prefix: str
    stream_name_case: StreamNameCase
    addresses: tuple[str, ...]
    record_format: str
    retry_base_delay_seconds: int
    port: int | None
    schedule_enabled: bool = True
    keep: bool = True
    fresh: bool = False
    confirm_emails: bool = False
    enforce_access: bool = True
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


@dataclass(frozen=True)
class SandboxSession:
    """A sandbox that this process supervises.

    `recover` is for a sandbox that does not answer: it returns True once LocalStack, which had
    ended, answers again, and False if it has not ended: then it is slow or disconnected.
    """

    sandbox: RunningSandbox
    recover: Callable[[], bool]


def open_session(
    engine: Engine, plan: SandboxPlan, folder: SandboxFolder, reporter: Reporter, *, leave: bool
) -> AbstractContextManager[SandboxSession]:
    """A sandbox on the engine; `leave` leaves a Compose project running after the body.

    Raises:
        UsageError: the engine cannot start such a sandbox.
    """
    match engine:
        case Engine.EMBEDDED:
            return embedded_session(folder, plan, read_settings(), reporter)
        case Engine.DOCKER if plan.handler is not None:
            raise UsageError(
                "--engine embedded with --handler",
                "docker, whose init scripts deploy the handler of this project",
                "omit --engine, or run ./wavetank deploy --handler once the sandbox is up",
            )
        case Engine.DOCKER:
            return docker_session(plan, reporter, leave=leave)
        case Engine.ATTACHED:
            raise UsageError(
                "--engine embedded or docker", "attached", "attach with check --endpoint"
            )


@contextmanager
def embedded_session(
    folder: SandboxFolder, plan: SandboxPlan, settings: Settings, reporter: Reporter
) -> Iterator[SandboxSession]:
    """Starts the sandbox with the pipeline in it; stops it after the body, whatever happens.

    Raises:
        UsageError: another sandbox runs, or the port is taken.
        InfrastructureError: LocalStack does not come up, or the deployment fails.
    """
    with folder.owned():
        if plan.fresh:
            folder.snapshot_file.unlink(missing_ok=True)
        options = LocalStackOptions(
            port=plan.port,
            folder=folder.path / "localstack",
            path=settings.path,
            retry_base_delay_seconds=plan.retry_base_delay_seconds,
            snapshot_file=folder.snapshot_file if plan.keep else None,
            enforce_access=plan.enforce_access,
            verify_signatures=settings.verify_signatures,
            confirm_emails=plan.confirm_emails,
            mail_server=settings.mail_server,
            isolation=settings.isolation,
            allowed_hosts=settings.allowed_hosts,
            allowed_origins=settings.allowed_origins,
        )
        child = _EmbeddedLocalStack(folder, plan, options, reporter)
        try:
            sandbox = child.start()
            reporter.emit("ready", endpoint=sandbox.record.endpoint, names=sandbox.names.stem)
            yield SandboxSession(sandbox, child.recover)
        finally:
            with reporter.waiting("stopping"):
                child.stop()


class _EmbeddedLocalStack:
    """LocalStack as a child of this process: started, restarted when it dies, stopped."""

    def __init__(
        self,
        folder: SandboxFolder,
        plan: SandboxPlan,
        options: LocalStackOptions,
        reporter: Reporter,
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._options = options
        self._reporter = reporter
        self._child: LocalStackChild | None = None

    def start(self) -> RunningSandbox:
        """Starts LocalStack, deploys, fires a tick; then writes the record for other commands."""
        with self._reporter.waiting("starting LocalStack") as status:
            self._child = start_localstack(
                self._folder,
                self._options,
                WallClock(),
                lambda seconds: status.update(f"starting LocalStack, {seconds:.0f} s"),
            )
        custom = self._plan.handler is not None
        record, names = self._record(self._child), self._plan.names
        sandbox = attach(record, names, self._plan.addresses, custom_handler=custom)
        _deploy(sandbox, self._plan, self._reporter)
        self._folder.write(sandbox.record)
        return sandbox

    def recover(self) -> bool:
        """Starts LocalStack again, at the same endpoint, if it ended by itself."""
        if self._child is None or not self._child.has_ended():
            return False
        port = self._child.port
        self._child.stop()
        # A restart would overwrite the log that says why LocalStack ended.
        self._child.log_file.replace(self._folder.path / "localstack-ended.log")
        self._options = replace(self._options, port=port)  # clients have the endpoint already
        self.start()
        return True

    def stop(self) -> None:
        if self._child is not None:
            self._child.stop()

    def _record(self, child: LocalStackChild) -> SandboxRecord:
        return SandboxRecord(
            engine=Engine.EMBEDDED,
            endpoint=child.endpoint,
            owner=os.getpid(),
            localstack=child.process_id(),
            retry_base_delay_seconds=self._plan.retry_base_delay_seconds,
            log=str(child.log_file),
        )


@contextmanager
def docker_session(
    plan: SandboxPlan, reporter: Reporter, *, leave: bool
) -> Iterator[SandboxSession]:
    """Starts the Compose project; stops it after the body unless `leave`.

    Raises:
        UsageError: this is an installed wheel, which has no docker-compose.yml.
        InfrastructureError: there is no Docker, or the sandbox did not come up.
    """
    require_clone("--engine docker")
    compose = compose_sandbox()
    try:
        with reporter.waiting("starting the sandbox in Docker; the first time the image is built"):
            if plan.fresh:
                compose.delete()
            record = compose.up(_compose_variables(plan))
        sandbox = attach_to_deployed(record)
        reporter.emit("ready", endpoint=record.endpoint, names=sandbox.names.stem)
        yield SandboxSession(sandbox, _ComposeLocalStack(compose, record).recover)
    finally:
        if not leave:
            with reporter.waiting("stopping"):
                compose.down()


class _ComposeLocalStack:
    """LocalStack in a container, which Docker restarts when its program dies."""

    def __init__(self, compose: ComposeSandbox, record: SandboxRecord) -> None:
        self._compose = compose
        self._record = record
        self._started = compose.started()

    def recover(self) -> bool:
        """Waits until LocalStack is ready after a restart; returns False if there was none.

        Raises:
            InfrastructureError: the container is gone.
            ConditionTimeoutError: it was restarted and does not become ready.
        """
        try:
            started = self._compose.started()
        except InfrastructureError:  # Docker is slow too; the sandbox may still run
            return False
        if started is None:
            raise InfrastructureError(
                "the sandbox's container", "none", "start it again with ./wavetank up"
            )
        if started == self._started:
            return False
        wait_until(
            lambda: init_state(self._record.endpoint),
            lambda state: state is not None and state.ready,
            expected=f"the sandbox at {self._record.endpoint} to be ready again",
            hint=f"read {self._record.log}",
            within_seconds=RECOVERY_SECONDS_MAX,
            clock=WallClock(),
        )
        self._started = started
        return True


def _compose_variables(plan: SandboxPlan) -> dict[str, str]:
    """The plan as the variables of docker-compose.yml."""
    variables = {
        "WAVETANK_NAME": plan.first_name,
        "WAVETANK_SURNAME": plan.surname,
        "WAVETANK_PREFIX": plan.prefix,
        "WAVETANK_STREAM_NAME_CASE": plan.stream_name_case,
        "WAVETANK_EMAILS": " ".join(plan.addresses),
        "WAVETANK_RECORD_FORMAT": plan.record_format,
        "WAVETANK_RETRY_BASE_DELAY": str(plan.retry_base_delay_seconds),
    }
    if plan.confirm_emails:
        variables["WAVETANK_CONFIRM_EMAILS"] = "yes"
    if not plan.enforce_access:
        variables["WAVETANK_ACCESS"] = "off"
    return variables | ({"WAVETANK_PORT": str(plan.port)} if plan.port else {})


def _deploy(sandbox: RunningSandbox, plan: SandboxPlan, reporter: Reporter) -> None:
    """Deploys, and fires the first tick, because the rule first fires after a minute."""
    options = DeploymentOptions(
        names=sandbox.names,
        addresses=sandbox.addresses,
        schedule_enabled=plan.schedule_enabled,
        record_format=plan.record_format,
        handler=plan.handler,
        since=minute_before(sandbox.clock.now()) if plan.schedule_enabled else None,
    )
    with reporter.waiting("deploying") as status:
        deployer = sandbox.deployer(lambda e: status.update(f"deploying {e.resource} {e.status}"))
        deployer.deploy(options)
    if plan.schedule_enabled:
        StreamingInvoker(sandbox.aws, sandbox.names).fire(floor_to_minute(sandbox.clock.now()))
