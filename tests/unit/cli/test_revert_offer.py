"""What was left changed is said, and reverted only where the user wants that."""

import io
from dataclasses import dataclass
from pathlib import Path

import pytest
from rich.console import Console
from rich.prompt import Confirm

from tests.clocks import Leaping
from wavetank.aws.clients import sandbox_clients
from wavetank.cli.output import Output
from wavetank.cli.revert_offer import offer, revert_after_start, show_in_progress
from wavetank.core.errors import UsageError
from wavetank.core.naming import derive_names
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.change_journal import Journal
from wavetank.faults.changes import HostChange
from wavetank.faults.resources import HostFaultTarget
from wavetank.live.changed_target import ChangedTarget
from wavetank.live.stack_sandbox import StackSandbox

PAUSED = HostChange(fault="host-paused", process=1, born=0.0)
CUT_OFF = HostChange(fault="network-cut", process=0, born=0.0, networks=("one",))
COMMAND = "./wavetank drill --restore"


class LostContainer:
    """A host on which one of two faults is gone with its container."""

    def __init__(self, reverted: list[HostFaultTarget]) -> None:
        self._reverted = reverted

    def begin(self, change: HostFaultTarget) -> None:
        """Both have begun before."""
        raise AssertionError(change)

    def revert(self, change: HostFaultTarget) -> bool:
        """Note it."""
        self._reverted.append(change)
        return change != CUT_OFF


@pytest.fixture
def reverted() -> list[HostFaultTarget]:
    """What was reverted, in order."""
    return []


@pytest.fixture
def target(tmp_path: Path, reverted: list[HostFaultTarget]) -> ChangedTarget:
    """A machine that two faults were left on; of one the container is gone."""
    journal = Journal(tmp_path, "embedded", "host")
    journal.add(PAUSED)
    journal.add(CUT_OFF)
    return ChangedTarget(
        aws=sandbox_clients("http://127.0.0.1:1"),
        names=derive_names("Dora", "Explorer"),
        clock=Leaping(),
        journal=journal,
        endpoint="http://127.0.0.1:1",
        host=LostContainer(reverted),
    )


def _output() -> tuple[Output, io.StringIO]:
    text = io.StringIO()
    console = Console(file=text, width=200)
    return Output(as_json=False, console=console, progress=console), text


def _terminal(patch: pytest.MonkeyPatch, *, answer: bool) -> None:
    patch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    patch.setattr(Confirm, "ask", lambda *_, **__: answer)


def test_without_a_terminal_the_command_is_shown(
    target: ChangedTarget, reverted: list[HostFaultTarget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is reverted by a command that was asked for something else."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    output, text = _output()
    assert not offer(target, output, COMMAND)
    assert PAUSED.describe() in text.getvalue()
    assert f"to revert all of it: {COMMAND}" in text.getvalue()
    assert (reverted, target.journal.changes()) == ([], (PAUSED, CUT_OFF))


def test_with_yes_all_is_reverted_the_newest_first(
    target: ChangedTarget, reverted: list[HostFaultTarget]
) -> None:
    """What is gone already leaves the journal too; then there is nothing to say."""
    output, text = _output()
    assert offer(target, output, COMMAND, yes=True)
    assert reverted == [CUT_OFF, PAUSED]
    assert f"reverted: {PAUSED.describe()}" in text.getvalue()
    assert f"already reverted, or replaced since: {CUT_OFF.describe()}" in text.getvalue()
    assert target.journal.changes() == ()
    output, text = _output()
    assert offer(target, output, COMMAND)
    assert text.getvalue() == ""


@pytest.mark.parametrize("answer", [True, False])
def test_on_a_terminal_the_user_decides(
    target: ChangedTarget, monkeypatch: pytest.MonkeyPatch, *, answer: bool
) -> None:
    """And a command that changes something itself refuses to begin on what is left."""
    _terminal(monkeypatch, answer=answer)
    assert offer(target, _output()[0], COMMAND) is answer
    assert bool(target.journal.changes()) is not answer
    if not answer:
        with pytest.raises(UsageError, match="the host of the sandbox has the fault host-paused"):
            target.require_unchanged()


def test_changes_that_are_under_way_are_not_offered(target: ChangedTarget) -> None:
    """Their own process reverts them."""
    output, text = _output()
    with target.journal.held():
        assert offer(target, output, COMMAND)
    assert text.getvalue() == ""


def test_a_drill_in_progress_is_said_with_what_it_has_changed(
    target: ChangedTarget, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only while its process holds the journal; there is nothing to offer then."""
    monkeypatch.setattr("sys.stdin", io.StringIO())
    output, text = _output()
    show_in_progress([target], output)
    assert text.getvalue() == ""
    with target.journal.held():
        show_in_progress([target], output)
        assert offer(target, output, COMMAND)
    assert text.getvalue().startswith(f"a drill or run is in progress ({PAUSED.describe()}; ")
    assert "it reverts what it changes" in text.getvalue()
    assert COMMAND not in text.getvalue()


def test_a_drill_between_two_changes_is_in_progress_too(tmp_path: Path) -> None:
    """It has the journal, which is empty."""
    journal = Journal(tmp_path, "embedded", "host")
    with journal.held():
        assert journal.is_held()
        assert journal.changes() == ()
    assert not journal.is_held()


@dataclass(frozen=True)
class StartedSandbox(StackSandbox):
    """A sandbox that has started, with the records of a killed command about the last one."""

    changed: ChangedTarget

    def target(self) -> ChangedTarget:
        return self.changed


def test_a_sandbox_that_starts_begins_without_the_records_of_a_killed_drill(
    target: ChangedTarget, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command says afterwards that the new pipeline is broken, and a drill can begin."""
    monkeypatch.setenv("WAVETANK_STATE", str(tmp_path / "state"))
    record = SandboxRecord(engine=Engine.EMBEDDED, endpoint="", log="", retry_base_delay_seconds=60)
    output, text = _output()
    revert_after_start(StartedSandbox(record, "stem", target.aws, Leaping(), target), output)
    assert "already reverted, or replaced since" in text.getvalue()
    target.require_unchanged()
