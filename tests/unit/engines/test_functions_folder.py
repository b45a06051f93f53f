"""The folder in which functions' users find their code, made by root in a folder of everyone's."""

import os
import stat
import sys
from pathlib import Path

import pytest

from wavetank.engines.functions_folder import (
    functions_folder,
    make_functions_folder,
    remove_functions_folder,
)


def test_only_root_has_one_and_each_sandbox_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ordinary user's functions are that user; the name says nothing of the sandbox."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "getuid", lambda: 0)
    first, second = functions_folder(tmp_path / "a"), functions_folder(tmp_path / "b")
    assert first != second
    assert first == functions_folder(tmp_path / "a")
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert functions_folder(tmp_path / "a") is None


@pytest.mark.parametrize("taken_by", ["nothing", "folder", "file", "link"])
def test_whatever_another_user_put_in_its_place_is_removed_and_not_followed(
    tmp_path: Path, taken_by: str
) -> None:
    """Anyone can make a name in a folder of everyone's."""
    folder, other = tmp_path / "functions", tmp_path / "other"
    other.mkdir(0o700)
    (other / "kept").touch()
    match taken_by:
        case "folder":
            folder.mkdir(0o777)
            (folder / "planted").symlink_to(other)
        case "file":
            folder.touch()
        case "link":
            folder.symlink_to(other)
    make_functions_folder(folder)
    assert not folder.is_symlink()
    assert list(folder.iterdir()) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o711
    remove_functions_folder(folder)
    remove_functions_folder(folder)
    assert [path.name for path in tmp_path.iterdir()] == ["other"]
    assert (other / "kept").exists()
    assert stat.S_IMODE(other.stat().st_mode) == 0o700
