"""A sandbox from start to stop: start LocalStack, deploy the pipeline, fire a tick, stop."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace

from wavetank.aws.observers import wait_until
from wavetank.core.clock import WallClock
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import require_clone
from wavetank.core.reporter import Reporter
from wavetank.core.settings import Settings, read_settings
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.engines.readiness import init_state
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_plans import SandboxOptions, SandboxPlan
from wavetank.live.sandbox_records import compose_sandbox

RECOVERY_SECONDS_MAX = 200.0


@dataclass(frozen=True)
class SandboxSession[P: SandboxPipeline]:
    """A sandbox that this process started and supervises.

    `recover` is for a sandbox that does not answer: it returns True once LocalStack, which had
    ended, answers again, and False if it has not ended: then it is slow or disconnected.
    """

    sandbox: P
    recover: Callable[[], bool]


def open_session[P: SandboxPipeline](
    engine: Engine,
    plan: SandboxOptions[P],
    folder: SandboxFolder,
    reporter: Reporter,
    *,
    leave: bool,
) -> AbstractContextManager[SandboxSession[P]]:
    """A sandbox on the engine; `leave` leaves a Compose project running after the body.

    Raises:
        UsageError: the engine cannot start such a sandbox.
    """
    match engine:
        case Engine.EMBEDDED:
            return embedded_session(folder, plan, read_settings(), reporter)
        case Engine.DOCKER if isinstance(plan, SandboxPlan) and plan.handler is not None:
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
def embedded_session[P: SandboxPipeline](
    folder: SandboxFolder, plan: SandboxOptions[P], settings: Settings, reporter: Reporter
) -> Iterator[SandboxSession[P]]:
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
            reporter.emit("ready", endpoint=sandbox.record.endpoint, names=sandbox.stem)
            yield SandboxSession(sandbox, child.recover)
        finally:
            with reporter.waiting("stopping"):
                child.stop()


class _EmbeddedLocalStack[P: SandboxPipeline]:
    """LocalStack as a child of this process: started, restarted when it dies, stopped."""

    def __init__(
        self,
        folder: SandboxFolder,
        plan: SandboxOptions[P],
        options: LocalStackOptions,
        reporter: Reporter,
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._options = options
        self._reporter = reporter
        self._child: LocalStackChild | None = None

    def start(self) -> P:
        """Starts LocalStack, deploys, fires a tick; then writes the record for other commands."""
        with self._reporter.waiting("starting LocalStack") as status:
            self._child = start_localstack(
                self._folder,
                self._options,
                WallClock(),
                lambda seconds: status.update(f"starting LocalStack, {seconds:.0f} s"),
            )
        sandbox = self._plan.deploy(self._record(self._child), self._reporter)
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
def docker_session[P: SandboxPipeline](
    plan: SandboxOptions[P], reporter: Reporter, *, leave: bool
) -> Iterator[SandboxSession[P]]:
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
            record = compose.up(plan.variables())
        sandbox = plan.attach_in_container(record, reporter)
        reporter.emit("ready", endpoint=record.endpoint, names=sandbox.stem)
        container = _ComposeLocalStack(
            compose, record, lambda: plan.attach_in_container(record, reporter)
        )
        yield SandboxSession(sandbox, container.recover)
    finally:
        if not leave:
            with reporter.waiting("stopping"):
                compose.down()


class _ComposeLocalStack:
    """LocalStack in a container, which Docker restarts when its program dies.

    `attach` deploys what the container's own scripts do not.
    """

    def __init__(
        self, compose: ComposeSandbox, record: SandboxRecord, attach: Callable[[], SandboxPipeline]
    ) -> None:
        self._compose = compose
        self._record = record
        self._attach = attach
        self._started = compose.started()

    def recover(self) -> bool:
        """Waits until the pipeline is there after a restart; returns False if there was none.

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
        self._attach()
        self._started = started
        return True
