"""Revert changes that a killed command left behind."""

from collections.abc import Sequence

from wavetank.aws.sandbox_api import SandboxControls
from wavetank.core.errors import UsageError
from wavetank.core.reporter import Reporter
from wavetank.engines.sandbox_record import SandboxRecord
from wavetank.faults.changes import Change
from wavetank.live.changed_target import ChangedTarget, revert_unrecorded

RESTORE = "./wavetank drill --restore"


def revert_all(target: ChangedTarget, reporter: Reporter) -> Sequence[Change]:
    """Reverts the changes in the journal, newest first; returns those that were in force.

    Raises:
        NotRestoredError: a change could not be reverted; it remains in the journal.
        UsageError: another command is making these changes now.
    """
    reverted: list[Change] = []
    with target.journal.held(), reporter.waiting("restoring"):
        for change in reversed(target.journal.changes()):
            if target.revert(change):
                reverted.append(change)
                reporter.say(f"reverted: {change.describe()}")
            else:
                reporter.say(f"already reverted, or replaced since: {change.describe()}")
    reporter.emit("restored", changes=[change.describe() for change in reverted])
    return reverted


def restore(target: ChangedTarget, reporter: Reporter) -> bool:
    """Reverts the changes in the journal, and those of a drill that ran on another host.

    Returns whether anything was reverted.
    """
    recorded = bool(target.journal.changes()) and bool(revert_all(target, reporter))
    with target.journal.held():
        code, concurrency = revert_unrecorded(target)
    name = target.names.streaming_function
    if code:
        reporter.say(f"restored the code of {name}, which a drill had broken")
    if concurrency:
        reporter.say(f"restored the concurrency of {name}, which had been 0")
    if code or concurrency:
        reporter.emit("restored", code=code, concurrency=concurrency)
    return recorded or code or concurrency


def revert_active_faults(record: SandboxRecord, reporter: Reporter) -> bool:
    """Reverts the faults that the sandbox's live pages injected; returns whether there was one.

    They are in LocalStack's memory and not in the journal. They are reverted before the changes in
    the journal, because reverting those may need calls that such a fault makes fail.

    Raises:
        InfrastructureError: the sandbox does not answer, or could not revert one.
    """
    faults = SandboxControls(record.endpoint).revert_faults()
    for fault in faults:
        given = ", ".join(f"{name} {value}" for name, value in fault["given"].items())
        reporter.say(f"reverted, injected in the live pages: {fault['kind']} ({given})")
    if faults:
        reporter.emit("restored", faults=[fault["kind"] for fault in faults])
    return bool(faults)


def require_reverted(*, reverted: bool) -> None:
    """Returns if no change of an earlier command remains.

    Raises:
        UsageError: one does.
    """
    if not reverted:
        raise UsageError(
            "a pipeline as it was deployed", "a change of an earlier command", f"run {RESTORE}"
        )
