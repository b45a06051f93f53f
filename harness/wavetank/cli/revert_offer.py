"""Changes that an earlier command could not revert: listed, and reverted if the user agrees."""

import sys
from collections.abc import Iterable

from rich.prompt import Confirm

from wavetank.aws.target import Target, TargetKind
from wavetank.cli.output import Output
from wavetank.core.naming import Names
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.live.change_targets import host_target, target_of
from wavetank.live.changed_target import ChangedTarget
from wavetank.live.revert_journal import RESTORE, revert_all
from wavetank.live.sandbox_pipeline import SandboxPipeline
from wavetank.live.sandbox_records import running_record


def offer_host(record: SandboxRecord, output: Output, *, yes: bool = False) -> None:
    """As `offer`, for the host; comes before any call to a sandbox that may be paused."""
    offer(host_target(record), output, restore_command(record), yes=yes)


def offer_pipeline(
    target: Target,
    names: Names,
    record: SandboxRecord | None,
    output: Output,
    *,
    yes: bool = False,
) -> bool:
    """As `offer`, for a pipeline; `record` is that of its sandbox, None on AWS."""
    changed = target_of(target, names, record)
    if record is not None:
        return offer(changed, output, restore_command(record, names.stem), yes=yes)
    command = f"{RESTORE} --target aws --name {names.stem}"
    command += f" --profile {target.profile}" if target.profile else ""
    return offer(changed, output, command, yes=yes)


def offer_running(running: SandboxPipeline, output: Output, *, yes: bool = False) -> bool:
    """As `offer`, for a pipeline in a sandbox."""
    command = restore_command(running.record, running.stem)
    return offer(running.target(), output, command, yes=yes)


def revert_after_start(running: SandboxPipeline, output: Output) -> None:
    """Reverts what killed commands left in the last sandbox: one that has started begins without.

    Most of it ended with that sandbox. Its record would have other commands say that the pipeline
    is changed, and drill refuse.
    """
    offer_host(running.record, output, yes=True)
    offer_running(running, output, yes=True)


def record_of(target: TargetKind, endpoint: str | None, output: Output) -> SandboxRecord | None:
    """The record of the sandbox, once its host was offered to be reverted; None on AWS."""
    if target is TargetKind.AWS:
        return None
    record = running_record(endpoint)
    offer_host(record, output)
    return record


def show_in_progress(targets: Iterable[ChangedTarget], output: Output) -> None:
    """Says that a drill or a run changes a target now, which explains what is found there."""
    for target in targets:
        if target.journal.is_held():
            changes = [change.describe() for change in target.journal.changes()]
            what = "; ".join(changes) or "nothing is changed at the moment"
            output.say(f"a drill or run is in progress ({what}); it reverts what it changes")
            output.emit("in-progress", changes=changes)


def restore_command(record: SandboxRecord, stem: str | None = None) -> str:
    """The command that reverts all changes in the sandbox."""
    endpoint = f" --endpoint {record.endpoint}" if record.engine == Engine.ATTACHED else ""
    return f"{RESTORE}{endpoint}{f' --name {stem}' if stem else ''}"


def offer(target: ChangedTarget, output: Output, command: str, *, yes: bool = False) -> bool:
    """Lists the changes that are in force, and reverts them if the user agrees.

    With `yes` there is no question; without a terminal `command`, which reverts them, is shown.
    Returns whether none remains in force.
    """
    remaining = target.journal.left_behind()
    if not remaining:
        return True
    output.emit("changed", changes=[change.describe() for change in remaining])
    output.say("a drill or run was killed before it could revert what it had changed:")
    for change in remaining:
        output.say(f"  {change.describe()}")
    if not yes and not _agrees(target, output):
        output.command("to revert all of it", command)
        return False
    revert_all(target, output)
    return True


def _agrees(target: ChangedTarget, output: Output) -> bool:
    """Asks; on AWS the default answer is no, because every change there needs consent."""
    if not sys.stdin.isatty():
        return False
    default = target.endpoint is not None
    return Confirm.ask("Revert all of it now?", console=output.progress, default=default)
