"""Requirements of functions: installed once for each list, and named where they do not install.

The lists name a folder of wheels, so that no index is asked.
"""

import zipfile
from pathlib import Path

import pytest

from wavetank.deployment.python_requirements import RequirementsCache


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with one wheel of two lines."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tide-1.0-py3-none-any.whl", "w") as archive:
        info = "tide-1.0.dist-info"
        archive.writestr("tide.py", "HIGH = 7\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tide\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", "")
    return folder


def listed(folder: Path, wheels: Path, *entries: str) -> Path:
    """A list of requirements in a folder of its own."""
    folder.mkdir(exist_ok=True)
    path = folder / "requirements.txt"
    path.write_text("\n".join(["--no-index", f"--find-links {wheels}", *entries, ""]))
    return path


def test_a_list_is_installed_once(tmp_path: Path, wheels: Path) -> None:
    """An equal list of another function has the same folder, without another installation."""
    cache = RequirementsCache(tmp_path / "cache")
    first, problems = cache.installed(listed(tmp_path / "one", wheels, "tide==1.0  # high"))
    assert problems == []
    assert first is not None
    assert (first / "tide.py").read_text() == "HIGH = 7\n"
    (wheels / "tide-1.0-py3-none-any.whl").unlink()
    again, _ = cache.installed(listed(tmp_path / "two", wheels, "tide==1.0  # high"))
    assert again == first


def test_each_requirement_that_does_not_install_is_named(tmp_path: Path, wheels: Path) -> None:
    """With its line and the installer's reason, in one line each; nothing is cached."""
    path = listed(tmp_path / "one", wheels, "nowhere-a==1", "tide", "nowhere-b")
    found, problems = RequirementsCache(tmp_path / "cache").installed(path)
    assert found is None
    texts = [problem.found for problem in problems]
    assert [text.partition(": ")[0] for text in texts] == [
        f"nowhere-a==1 at {path}:3",
        f"nowhere-b at {path}:5",
    ]
    assert all("nowhere" in text.partition(": ")[2] and "\n" not in text for text in texts)
    assert list((tmp_path / "cache").iterdir()) == []
