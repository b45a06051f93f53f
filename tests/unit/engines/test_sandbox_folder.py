"""Whether a sandbox owns its folder is decided by a lock, not by a file."""

import os
from pathlib import Path

import pytest

from wavetank.core.clock import WallClock
from wavetank.core.errors import UsageError
from wavetank.engines.embedded import SandboxFolder
from wavetank.engines.sandbox_record import Engine, SandboxRecord


def _record(owner: int) -> SandboxRecord:
    return SandboxRecord(
        engine=Engine.EMBEDDED,
        endpoint="http://127.0.0.1:1",
        owner=owner,
        localstack=owner,
        log="log",
    )


def test_a_second_sandbox_of_a_folder_is_refused(tmp_path: Path) -> None:
    """It hears where the first one is and what can be done."""
    folder = SandboxFolder(tmp_path)
    with folder.owned():
        folder.write(_record(os.getpid()))
        with (
            pytest.raises(UsageError, match=r"one at http://127.0.0.1:1.*wavetank down"),
            SandboxFolder(tmp_path).owned(),
        ):
            pytest.fail("two owners")


def test_a_record_of_a_crashed_sandbox_is_ignored(tmp_path: Path) -> None:
    """The lock decides, not the file: a killed owner left the file but holds no lock."""
    folder = SandboxFolder(tmp_path)
    with folder.owned():
        pass
    folder.write(_record(os.getpid()))
    assert folder.running() is None
    assert folder.stop(WallClock()) is False


def test_a_sandbox_record_survives_a_round_trip(tmp_path: Path) -> None:
    """Other commands read it whole while the owner holds the folder."""
    folder = SandboxFolder(tmp_path)
    with folder.owned():
        folder.write(_record(os.getpid()))
        assert SandboxFolder(tmp_path).running() == _record(os.getpid())
    assert not (folder.path / "sandbox.json").exists()


def test_another_folder_has_a_sandbox_of_its_own(tmp_path: Path) -> None:
    """A sandbox of one clone is neither visible to the commands of another nor locked by it."""
    folder, other = SandboxFolder(tmp_path / "one"), SandboxFolder(tmp_path / "other")
    with folder.owned():
        folder.write(_record(os.getpid()))
        assert other.running() is None
        assert not other.is_owned()
        assert other.stop(WallClock()) is False
        other.require_free()


def test_a_sandbox_that_is_still_starting_holds_its_folder(tmp_path: Path) -> None:
    """Before it is ready it cannot be used, and no other one can be started."""
    folder = SandboxFolder(tmp_path)
    with folder.owned():
        assert folder.running() is None
        with pytest.raises(UsageError, match="one starting"):
            folder.require_free()
    folder.require_free()
