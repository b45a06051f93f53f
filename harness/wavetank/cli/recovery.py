"""What an earlier command has left changed, because its process was killed: said, and reverted."""

import sys
from collections.abc import Sequence

from rich.prompt import Confirm

from wavetank.aws.clients import AwsClients, sandbox_clients
from wavetank.aws.sandbox_api import SandboxControls
from wavetank.aws.target import Target, TargetKind
from wavetank.cli.output import Output
from wavetank.cli.running import RunningSandbox, compose_sandbox, running_record, sandbox_record
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.naming import Names, derive_names
from wavetank.core.settings import read_settings
from wavetank.engines.host_faults import SandboxHost
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.change_journal import Journal
from wavetank.faults.changes import Change
from wavetank.live.changed_target import ChangedTarget, revert_unrecorded

RESTORE = "./wavetank drill --restore"
HOST = "host"
"""The journal of the machine under a sandbox, beside those of the pipelines in it."""
NO_PIPELINE = derive_names("Dora", "Explorer")
"""For changes of a machine, which need the names of no pipeline."""


def journal_of_sandbox(record: SandboxRecord, stem: str) -> Journal:
    """The pipeline's journal; a sandbox of this project's has the same by its endpoint."""
    known = sandbox_record() if record.engine == Engine.ATTACHED else None
    same = known if known and known.endpoint == record.endpoint else record
    settings = read_settings()
    match same.engine:
        case Engine.EMBEDDED:
            target = "embedded"
        case Engine.DOCKER:
            target = f"docker-{settings.compose_project}"
        case Engine.ATTACHED:
            target = same.endpoint
    return Journal(settings.state_folder, target, stem)


def journal_on_aws(account: str, stem: str) -> Journal:
    """The journal of a pipeline in an account."""
    return Journal(read_settings().state_folder, f"aws-{account}", stem)


def sandbox_target(
    record: SandboxRecord, names: Names, aws: AwsClients | None = None
) -> ChangedTarget:
    """A pipeline in a sandbox, to be changed for a while."""
    return ChangedTarget(
        aws=aws or sandbox_clients(record.endpoint),
        names=names,
        clock=WallClock(),
        journal=journal_of_sandbox(record, names.stem),
        endpoint=record.endpoint,
    )


def host_target(record: SandboxRecord) -> ChangedTarget:
    """The machine under a sandbox, which may not answer now."""
    return ChangedTarget(
        aws=sandbox_clients(record.endpoint),
        names=NO_PIPELINE,
        clock=WallClock(),
        journal=journal_of_sandbox(record, HOST),
        endpoint=record.endpoint,
        host=SandboxHost(record, compose_sandbox()),
    )


def aws_target_of(target: Target, names: Names) -> ChangedTarget:
    """A pipeline in an account of AWS, to be changed for a while."""
    journal = journal_on_aws(target.account, names.stem)
    return ChangedTarget(aws=target.aws, names=names, clock=WallClock(), journal=journal)


def target_of(target: Target, names: Names, record: SandboxRecord | None) -> ChangedTarget:
    """A pipeline on either; `record` is the sandbox's."""
    if record is None:
        return aws_target_of(target, names)
    return sandbox_target(record, names, target.aws)


def offer_host(record: SandboxRecord, output: Output, *, yes: bool = False) -> None:
    """As `offer`, of the machine: before anything is asked of a sandbox that may be paused."""
    offer(host_target(record), output, restore_command(record), yes=yes)


def offer_pipeline(
    target: Target,
    names: Names,
    record: SandboxRecord | None,
    output: Output,
    *,
    yes: bool = False,
) -> bool:
    """As `offer`, of a pipeline; `record` is the sandbox's that it is in."""
    changed = target_of(target, names, record)
    if record is not None:
        return offer(changed, output, restore_command(record, names.stem), yes=yes)
    command = f"{RESTORE} --target aws --name {names.stem}"
    command += f" --profile {target.profile}" if target.profile else ""
    return offer(changed, output, command, yes=yes)


def offer_running(running: RunningSandbox, output: Output, *, yes: bool = False) -> bool:
    """As `offer`, of a pipeline in a sandbox."""
    target = sandbox_target(running.record, running.names, running.aws)
    return offer(target, output, restore_command(running.record, running.names.stem), yes=yes)


def record_of(target: TargetKind, endpoint: str | None, output: Output) -> SandboxRecord | None:
    """The sandbox that is meant, its machine offered to be reverted first; None on AWS."""
    if target is TargetKind.AWS:
        return None
    record = running_record(endpoint)
    offer_host(record, output)
    return record


def restore_command(record: SandboxRecord, stem: str | None = None) -> str:
    """What reverts all that is left in the sandbox."""
    endpoint = f" --endpoint {record.endpoint}" if record.engine == Engine.ATTACHED else ""
    return f"{RESTORE}{endpoint}{f' --name {stem}' if stem else ''}"


def offer(target: ChangedTarget, output: Output, command: str, *, yes: bool = False) -> bool:
    """Says what is left changed, if anything, and reverts it where the user wants that.

    With `yes` nobody is asked; without a terminal the command is shown that does it. Returns
    whether nothing is left.
    """
    left = target.journal.left_behind()
    if not left:
        return True
    output.emit("changed", changes=[change.describe() for change in left])
    output.say("a drill or run was killed before it could revert what it had changed:")
    for change in left:
        output.say(f"  {change.describe()}")
    if not yes and not _agrees(target, output):
        output.command("to revert all of it", command)
        return False
    revert_all(target, output)
    return True


def _agrees(target: ChangedTarget, output: Output) -> bool:
    """On AWS a blank answer is no, as every change there has to be asked for."""
    if not sys.stdin.isatty():
        return False
    default = target.endpoint is not None
    return Confirm.ask("Revert all of it now?", console=output.progress, default=default)


def revert_all(target: ChangedTarget, output: Output) -> Sequence[Change]:
    """Reverts what the journal has, the newest first; returns what was in force.

    Raises:
        NotRestoredError: something could not be reverted; it stays in the journal.
        UsageError: the changes are still under way.
    """
    reverted: list[Change] = []
    with target.journal.held(), output.waiting("restoring"):
        for change in reversed(target.journal.changes()):
            if target.revert(change):
                reverted.append(change)
                output.say(f"reverted: {change.describe()}")
            else:
                output.say(f"already reverted, or replaced since: {change.describe()}")
    output.emit("restored", changes=[change.describe() for change in reverted])
    return reverted


def restore(target: ChangedTarget, output: Output) -> bool:
    """Reverts what the journal has, and what a drill of another machine's has left.

    Returns whether anything had to be.
    """
    recorded = bool(target.journal.changes()) and bool(revert_all(target, output))
    with target.journal.held():
        code, concurrency = revert_unrecorded(target)
    name = target.names.streaming_function
    if code:
        output.say(f"put back the code of {name}: a drill had broken it")
    if concurrency:
        output.say(f"put back the concurrency of {name}: nothing of it could run")
    if code or concurrency:
        output.emit("restored", code=code, concurrency=concurrency)
    return recorded or code or concurrency


def revert_switched_on(record: SandboxRecord, output: Output) -> bool:
    """Reverts the faults that are switched on in the sandbox's live pages; whether any was.

    They are in LocalStack's memory and not in the journal. They come before what the journal has,
    whose reverts may need what such a fault has fail.

    Raises:
        InfrastructureError: the sandbox does not answer, or could not revert one.
    """
    faults = SandboxControls(record.endpoint).revert_faults()
    for fault in faults:
        given = ", ".join(f"{name} {value}" for name, value in fault["given"].items())
        output.say(f"reverted, switched on in the live pages: {fault['kind']} ({given})")
    if faults:
        output.emit("restored", switched_on=[fault["kind"] for fault in faults])
    return bool(faults)


def require_reverted(*, reverted: bool) -> None:
    """Before something is changed on purpose.

    Raises:
        UsageError: an earlier command's changes are still there.
    """
    if not reverted:
        raise UsageError(
            "a pipeline as it was deployed", "what an earlier command changed", f"run {RESTORE}"
        )
