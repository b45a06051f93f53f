"""What a function's private file system shows of the host."""

from pathlib import Path

import pytest

from wavetank.emulator.lambda_.isolation import node_mounts, python_paths
from wavetank.emulator.lambda_.outcome import PYTHON
from wavetank.emulator.lambda_.runtimes import NodeProgram


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's home, with a key and programs installed in it."""
    for name in (
        ".ssh/id",
        "bin/node",
        f"bin/{PYTHON}",
        f"lib/{PYTHON}/os.py",
        "lib/node_modules/m",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_node_in_the_home_does_not_show_the_home(home: Path) -> None:
    """Only the program and the modules that are installed with it."""
    mounts = node_mounts(NodeProgram(str(home / "bin/node"), "v22"))
    shown = {Path(source) for source, _ in mounts[1:]}
    assert shown == {home / "bin/node", home / "lib/node_modules"}


def test_a_link_to_node_shows_its_target(home: Path, tmp_path: Path) -> None:
    """Where the link is, and where it leads."""
    real = home / "versions/22/bin/node"
    real.parent.mkdir(parents=True)
    real.touch()
    link = tmp_path / "links/node"
    link.parent.mkdir()
    link.symlink_to(real)
    mounts = node_mounts(NodeProgram(str(link), "v22"))
    assert set(mounts[1:]) == {(str(real), str(link)), (str(real), str(real))}


def test_python_in_the_home_does_not_show_the_home(home: Path) -> None:
    """Only the interpreter and its standard library; another installation is shown as a whole."""
    assert set(python_paths(home)) == {home / "bin" / PYTHON, home / "lib" / PYTHON}
    assert set(python_paths(home.parent)).isdisjoint({home, home.parent})
    assert python_paths(home / "versions/3.13") == [home / "versions/3.13"]
