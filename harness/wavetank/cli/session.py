"""One sandbox from start to stop: LocalStack up, pipeline deployed, first tick, all down again."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

from wavetank.aws.invoker import StreamingInvoker
from wavetank.aws.observers import wait_until
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox, attach, attach_to_deployed, compose_sandbox
from wavetank.core.clock import WallClock, floor_to_minute, minute_before
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.naming import Names, StreamNameCase, derive_names
from wavetank.core.settings import Settings
from wavetank.deployment.custom_handler import OwnHandler
from wavetank.deployment.deployer import DeploymentOptions
from wavetank.engines.docker import ComposeSandbox
from wavetank.engines.embedded import SandboxFolder, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.engines.readiness import init_state
from wavetank.engines.sandbox_record import Engine, SandboxRecord

RECORD_FORMATS = ("ndjson", "original")
RECOVERY_SECONDS_MAX = 200.0


class Stopped(BaseException):
    """A signal asked the sandbox to stop.

    No Exception, as KeyboardInterrupt is none: the SDK takes those that come in the middle of a
    call for a lost connection, tries again, and nothing would stop.
    """


@dataclass(frozen=True, kw_only=True)
class SandboxPlan:
    """What sandbox is wanted; `keep` takes up what the last one held, unless `fresh`.

    `handler` takes the streaming function's place.
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
    handler: OwnHandler | None = None

    def __post_init__(self) -> None:
        _ = self.names  # said now, not once LocalStack is up
        if self.record_format not in RECORD_FORMATS:
            raise UsageError(
                f"a record format of {' or '.join(RECORD_FORMATS)}",
                repr(self.record_format),
                "correct --record-format",
            )

    @property
    def names(self) -> Names:
        """Those of the person's pipeline.

        Raises:
            UsageError: there can be none.
        """
        return derive_names(
            self.first_name,
            self.surname,
            prefix=self.prefix,
            stream_name_case=self.stream_name_case,
        )


@dataclass(frozen=True)
class Session:
    """A sandbox that this process looks after.

    `recover` is for when the sandbox does not answer: it returns True once LocalStack, which had
    ended, answers again, and False where it never ended: then it is only slow, or cut off.
    """

    sandbox: RunningSandbox
    recover: Callable[[], bool]


@contextmanager
def stop_on_signal() -> Iterator[None]:
    """SIGTERM and Ctrl-C end the body by `Stopped`; a second one while it cleans up is ignored."""

    def stop(_: int, __: FrameType | None) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        raise Stopped

    previous = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextmanager
def embedded_session(
    folder: SandboxFolder, plan: SandboxPlan, settings: Settings, output: Output
) -> Iterator[Session]:
    """Starts the sandbox with the pipeline in it; whatever happens, nothing of it is left after.

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
        keeper = _Embedded(folder, plan, options, output)
        try:
            sandbox = keeper.start()
            output.emit("ready", endpoint=sandbox.record.endpoint, names=sandbox.names.stem)
            yield Session(sandbox, keeper.recover)
        finally:
            with output.waiting("stopping"):
                keeper.stop()


class _Embedded:
    """LocalStack as this process's child: started, started again when it dies, stopped."""

    def __init__(
        self, folder: SandboxFolder, plan: SandboxPlan, options: LocalStackOptions, output: Output
    ) -> None:
        self._folder = folder
        self._plan = plan
        self._options = options
        self._output = output
        self._child: LocalStackChild | None = None

    def start(self) -> RunningSandbox:
        """LocalStack up, pipeline deployed, first tick; known to other commands only then."""
        with self._output.waiting("starting LocalStack") as status:
            self._child = start_localstack(
                self._folder,
                self._options,
                WallClock(),
                lambda seconds: status.update(f"starting LocalStack, {seconds:.0f} s"),
            )
        own = self._plan.handler is not None
        record, names = self._record(self._child), self._plan.names
        sandbox = attach(record, names, self._plan.addresses, own_handler=own)
        _deploy(sandbox, self._plan, self._output)
        self._folder.write(sandbox.record)
        return sandbox

    def recover(self) -> bool:
        """Starts LocalStack again, at the same endpoint, where it ended by itself."""
        if self._child is None or not self._child.has_ended():
            return False
        port = self._child.port
        self._child.stop()
        self._child.log_file.replace(self._folder.path / "localstack-ended.log")
        self._options = replace(self._options, port=port)
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
def docker_session(plan: SandboxPlan, output: Output, *, leave: bool) -> Iterator[Session]:
    """Brings up the Compose project; takes it down again unless it is to be left running.

    Raises:
        InfrastructureError: there is no Docker, or the sandbox did not come up.
    """
    compose = compose_sandbox()
    try:
        with output.waiting("starting the sandbox in Docker; the first time the image is built"):
            if plan.fresh:
                compose.forget()
            record = compose.up(_compose_variables(plan))
        sandbox = attach_to_deployed(record)
        output.emit("ready", endpoint=record.endpoint, names=sandbox.names.stem)
        yield Session(sandbox, _InDocker(compose, record).recover)
    finally:
        if not leave:
            with output.waiting("stopping"):
                compose.down()


class _InDocker:
    """LocalStack in a container, which Docker starts again by itself when its program dies."""

    def __init__(self, compose: ComposeSandbox, record: SandboxRecord) -> None:
        self._compose = compose
        self._record = record
        self._started = compose.started()

    def recover(self) -> bool:
        """Waits until it is ready again where it was started again; False where it never ended.

        Raises:
            InfrastructureError: the container is gone.
            ConditionTimeoutError: it was started again and does not become ready.
        """
        try:
            started = self._compose.started()
        except InfrastructureError:  # Docker is slow too: that is not the end of the sandbox
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
            expected=f"the sandbox at {self._record.endpoint} to come back",
            hint=f"see: {self._record.log}",
            within_seconds=RECOVERY_SECONDS_MAX,
            clock=WallClock(),
        )
        self._started = started
        return True


def _compose_variables(plan: SandboxPlan) -> dict[str, str]:
    """The options as docker-compose.yml takes them."""
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


def _deploy(sandbox: RunningSandbox, plan: SandboxPlan, output: Output) -> None:
    """Deploys, and fires the first tick by hand: the rule's own comes after its first minute."""
    options = DeploymentOptions(
        names=sandbox.names,
        addresses=sandbox.addresses,
        schedule_enabled=plan.schedule_enabled,
        record_format=plan.record_format,
        handler=plan.handler,
        since=minute_before(sandbox.clock.now()) if plan.schedule_enabled else None,
    )
    with output.waiting("deploying") as status:
        deployer = sandbox.deployer(lambda e: status.update(f"deploying {e.resource} {e.status}"))
        deployer.deploy(options)
    if plan.schedule_enabled:
        StreamingInvoker(sandbox.aws, sandbox.names).fire(floor_to_minute(sandbox.clock.now()))
