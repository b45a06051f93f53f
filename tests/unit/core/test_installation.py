"""An installation knows its own files, and how its command is typed."""

from pathlib import Path

import pytest

from tests.rules.source import ROOT
from wavetank.core import installation
from wavetank.core.errors import InfrastructureError, UsageError
from wavetank.core.installation import as_typed, clone_folder, require_clone, shipped_folder


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package of an installed wheel, with its files."""
    folder = tmp_path / "site-packages" / "wavetank"
    (folder / "_shipped" / "init").mkdir(parents=True)
    (folder / "_shipped" / "init" / "pipeline.yaml").touch()
    monkeypatch.setattr(installation, "PACKAGE", folder)
    return folder


def test_in_a_clone_the_files_are_beside_the_package() -> None:
    """The folders at the top of the repository, and no copy of them."""
    assert clone_folder() == shipped_folder() == require_clone("a test") == ROOT


def test_installed_they_are_inside_it(package: Path) -> None:
    """Whatever the working folder is: here it is a clone."""
    assert shipped_folder() == package / "_shipped"
    assert clone_folder() is None


def test_what_needs_a_clone_says_so_in_one_line(package: Path) -> None:
    """With the command, the installation and what to do."""
    with pytest.raises(UsageError) as raised:
        require_clone("wavetank test")
    assert str(raised.value) == (
        "expected a clone of Wavetank's repository, which wavetank test needs; "
        f"found an installed package in {package}; clone the repository and use the launcher in it"
    )


def test_an_installation_without_its_files_is_an_error(package: Path) -> None:
    """And no traceback from the first template that is opened."""
    (package / "_shipped" / "init" / "pipeline.yaml").unlink()
    with pytest.raises(InfrastructureError, match=r"found none in .*install Wavetank again"):
        shipped_folder()


def test_messages_name_the_command_as_it_is_typed(package: Path) -> None:
    """An installed command has no path; paths that only look like the launcher stay."""
    assert package
    shown = '{"action": "start one with ./wavetank up"}, ./wavetank'
    assert as_typed(shown) == '{"action": "start one with wavetank up"}, wavetank'
    for path in ("../wavetank up", "./wavetank.toml", "/a/./wavetank/b", "./wavetank/x"):
        assert as_typed(path) == path


def test_messages_in_a_clone_name_the_launcher() -> None:
    """It is not on the search path."""
    assert as_typed("start one with ./wavetank up") == "start one with ./wavetank up"
