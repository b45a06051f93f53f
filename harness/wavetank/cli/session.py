"""One sandbox from start to stop: LocalStack up, pipeline deployed, first tick, all down again."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox, attach
from wavetank.clock import WallClock, floor_to_minute
from wavetank.engines.embedded import SandboxFolder, SandboxRecord, start_localstack
from wavetank.engines.localstack_child import LocalStackChild, LocalStackOptions
from wavetank.errors import UsageError
from wavetank.naming import Names, StreamNameCase
from wavetank.settings import Settings
from wavetank.stack.deployment import DeploymentOptions
from wavetank.trigger import Trigger

RECORD_FORMATS = ("ndjson", "original")


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """A signal asked the sandbox to stop."""


@dataclass(frozen=True, kw_only=True)
class SandboxPlan:
    """What sandbox is wanted; `keep` takes up what the last one held, unless `fresh`."""

    names: Names
    stream_name_case: StreamNameCase
    addresses: tuple[str, ...]
    record_format: str
    retry_base_delay_seconds: int
    port: int | None
    schedule_enabled: bool = True
    keep: bool = True
    fresh: bool = False

    def __post_init__(self) -> None:
        if self.record_format not in RECORD_FORMATS:
            raise UsageError(
                f"a record format of {' or '.join(RECORD_FORMATS)}",
                repr(self.record_format),
                "correct --record-format",
            )


@dataclass(frozen=True)
class Session:
    """A sandbox that this process owns."""

    localstack: LocalStackChild
    sandbox: RunningSandbox


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
def running_session(
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
        )
        with output.waiting("starting LocalStack") as status:
            localstack = start_localstack(
                folder,
                options,
                WallClock(),
                lambda seconds: status.update(f"starting LocalStack, {seconds:.0f} s"),
            )
        try:
            sandbox = attach(_record(plan, localstack))
            _deploy(sandbox, plan, output)
            folder.write(sandbox.record)
            output.emit("ready", endpoint=sandbox.record.endpoint, names=sandbox.names.stem)
            yield Session(localstack, sandbox)
        finally:
            with output.waiting("stopping"):
                localstack.stop()


def _record(plan: SandboxPlan, localstack: LocalStackChild) -> SandboxRecord:
    return SandboxRecord(
        endpoint=localstack.endpoint,
        owner=os.getpid(),
        localstack=localstack.process_id(),
        first_name=plan.names.first_name,
        surname=plan.names.surname,
        prefix=plan.names.prefix,
        stream_name_case=plan.stream_name_case,
        addresses=list(plan.addresses),
        retry_base_delay_seconds=plan.retry_base_delay_seconds,
        log_file=str(localstack.log_file),
    )


def _deploy(sandbox: RunningSandbox, plan: SandboxPlan, output: Output) -> None:
    """Deploys, and fires the first tick by hand: the rule's own comes after its first minute."""
    options = DeploymentOptions(
        names=sandbox.names,
        addresses=sandbox.addresses,
        schedule_enabled=plan.schedule_enabled,
        record_format=plan.record_format,
    )
    with output.waiting("deploying") as status:
        deployer = sandbox.deployer(lambda e: status.update(f"deploying {e.resource} {e.status}"))
        deployer.deploy(options)
    if plan.schedule_enabled:
        Trigger(sandbox.aws, sandbox.names).fire(floor_to_minute(sandbox.clock.now()))
