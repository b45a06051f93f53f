"""What a sandbox leaves on disk is its owner's alone, whatever the umask, and also from before."""

import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from wavetank.core import private_files
from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.core.private_files import (
    private_file,
    private_folder,
    umask_of_user,
    use_private_umask,
    users_umask,
)
from wavetank.emulator.snapshot.file import SnapshotFile
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine, SandboxRecord
from wavetank.faults.change_journal import Journal
from wavetank.faults.changes import RuleChange
from wavetank.scenario.run_store import RunStore

STRANGER = 12345


@pytest.fixture(autouse=True, params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """The shell's, from the most open to the most closed."""
    previous = os.umask(request.param)
    yield request.param
    private_files._USERS.clear()  # noqa: SLF001 - of this process, which is the test run
    os.umask(previous)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _open_to_others(folder: Path) -> list[Path]:
    return [path for path in (folder, *folder.rglob("*")) if _mode(path) & 0o077]


def test_a_new_folder_and_its_parents_are_private(tmp_path: Path) -> None:
    """The state folder among them."""
    private_folder(tmp_path / "state" / "sandbox")
    assert _open_to_others(tmp_path / "state") == []


def test_a_folder_from_before_is_closed_with_its_state_folder(tmp_path: Path) -> None:
    """An earlier version left both open."""
    folder = tmp_path / "state" / "sandbox"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    folder.parent.chmod(0o755)
    private_folder(folder)
    assert (_mode(folder), _mode(folder.parent)) == (0o700, 0o700)


def test_a_state_folder_that_holds_other_things_is_left_as_it_is(tmp_path: Path) -> None:
    """WAVETANK_STATE may name one that is shared: only what is ours in it is closed."""
    shared = tmp_path / "shared"
    (shared / "others").mkdir(parents=True)
    shared.chmod(0o755)
    private_folder(shared / "sandbox")
    assert (_mode(shared), _mode(shared / "sandbox")) == (0o755, 0o700)


def test_a_file_from_before_is_closed_and_keeps_what_it_has(tmp_path: Path) -> None:
    """As a snapshot of an earlier version."""
    file = tmp_path / "file"
    file.write_text("kept", encoding="utf-8")
    file.chmod(0o644)
    private_file(file)
    assert (_mode(file), file.read_text(encoding="utf-8")) == (0o600, "kept")


def test_all_that_is_written_of_a_sandbox_is_private(tmp_path: Path) -> None:
    """Its record, its snapshot, the journal of changes and runs."""
    state = tmp_path / "state"
    folder = SandboxFolder(state)
    with folder.owned():
        folder.write(SandboxRecord(engine=Engine.EMBEDDED, endpoint="", log=""))
        SnapshotFile(folder.snapshot_file).prepare(WallClock().now())
        journal = Journal(state, "embedded", "stem")
        with journal.held():
            journal.add(RuleChange(rule="r"))
        RunStore(state / "runs").new("s", 1, "text")
        found = [path for path in _open_to_others(state) if "runs" not in path.parts]
        assert found == []
        assert _mode(state / "runs") == 0o700
    aged = SnapshotFile(folder.snapshot_file)
    folder.snapshot_file.chmod(0o644)
    assert aged.prepare(datetime(2026, 11, 24, tzinfo=UTC)) is None
    assert _mode(folder.snapshot_file) == 0o600


@pytest.mark.parametrize("place", ["state", "state/sandbox"])
def test_a_state_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """Who owns it could put a link or a record there; neither is followed or read."""
    state = tmp_path / "state"
    folder = SandboxFolder(state)
    with folder.owned():
        assert folder.is_owned()
    _give_away(monkeypatch, tmp_path / place)
    for use in (folder.is_owned, folder.require_free, folder.running, folder.owned().__enter__):
        with pytest.raises(UsageError, match="WAVETANK_STATE"):
            use()
    with pytest.raises(UsageError, match="who could read and replace"):
        private_folder(folder.path)
    private_folder(folder.path, of_any_user=True)


def _give_away(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Makes the path another user's; who is not root becomes another user instead."""
    if os.geteuid() == 0:
        os.chown(path, STRANGER, STRANGER)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: STRANGER)


def test_a_journal_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says would be done to the pipeline."""
    journal = Journal(tmp_path, "embedded", "stem")
    with journal.held():
        journal.add(RuleChange(rule="r"))
    _give_away(monkeypatch, tmp_path / "changes")
    for use in (journal.changes, journal.held().__enter__):
        with pytest.raises(UsageError, match="WAVETANK_STATE"):
            use()


def test_no_lock_or_record_is_written_through_a_link(tmp_path: Path) -> None:
    """What the link leads to stays as it is."""
    target = tmp_path / "precious"
    target.write_text("kept", encoding="utf-8")
    folder = SandboxFolder(tmp_path / "state")
    private_folder(folder.path)
    record = SandboxRecord(engine=Engine.EMBEDDED, endpoint="", log="")
    for name, use in (
        ("lock", folder.owned().__enter__),
        ("lock", folder.is_owned),
        ("sandbox.new", partial(folder.write, record)),
    ):
        link = folder.path / name
        link.symlink_to(target)
        with pytest.raises(UsageError, match="a link"):
            use()
        link.unlink()
    assert target.read_text(encoding="utf-8") == "kept"


def test_a_command_makes_private_files_and_what_is_asked_for_as_the_user_does(
    tmp_path: Path, umask: int
) -> None:
    """A picture that goes into a repository has the rights of its neighbours."""
    assert umask_of_user() == -1
    use_private_umask()
    (tmp_path / "ours").touch()
    with users_umask():
        (tmp_path / "asked").touch()
    (tmp_path / "again").touch()
    modes = [_mode(tmp_path / name) for name in ("ours", "asked", "again")]
    assert modes == [0o600, 0o666 & ~umask, 0o600]
    assert umask_of_user() == umask
