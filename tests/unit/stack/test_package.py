"""A handler's folder as a zip: the same bytes anywhere, and within Lambda's limit."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from wavetank.errors import UsageError
from wavetank.stack import package
from wavetank.stack.package import package_folder, package_path


def _folder(root: Path, modified: int) -> Path:
    folder = root / "streaming"
    (folder / "__pycache__").mkdir(parents=True)
    (folder / "__pycache__" / "handler.pyc").write_bytes(b"bytecode")
    for name in ("walk.py", "handler.py"):
        (folder / name).write_text(f"# {name}\n")
        os.utime(folder / name, (modified, modified))
    return folder


def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    """Times, modes and order of files on this machine do not show in the package."""
    one = package_folder(_folder(tmp_path / "a", modified=1))
    (tmp_path / "a" / "streaming" / "walk.py").chmod(0o700)
    other = package_folder(_folder(tmp_path / "b", modified=10**9))
    assert one.content == other.content
    assert one.key == other.key


def test_the_package_is_importable_under_its_own_name(tmp_path: Path) -> None:
    """The zip has the folder as a package, and no bytecode."""
    content = package_folder(_folder(tmp_path, modified=1)).content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.namelist() == ["streaming/handler.py", "streaming/walk.py"]


def test_a_package_over_lambdas_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is uploaded, with both sizes."""
    monkeypatch.setattr(package, "ZIP_BYTES_MAX", 100)
    with pytest.raises(UsageError, match=r"at most 100 bytes.*found \d+ bytes"):
        package_folder(_folder(tmp_path, modified=1))


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A function without code would only fail later."""
    with pytest.raises(UsageError, match="a folder with a handler"):
        package_folder(tmp_path)


def test_a_template_names_a_folder_a_file_or_a_zip(tmp_path: Path) -> None:
    """The folder's content is the root; a file is alone in it; a zip is taken as it is."""
    folder = _folder(tmp_path, modified=1)
    (folder / "deep").mkdir()
    (folder / "deep" / "more.py").write_text("")
    made = package_path(folder, "Tick")
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        assert archive.namelist() == ["deep/more.py", "handler.py", "walk.py"]
    alone = package_path(folder / "walk.py", "Tick")
    with zipfile.ZipFile(io.BytesIO(alone.content)) as archive:
        assert archive.namelist() == ["walk.py"]
    (tmp_path / "made.zip").write_bytes(made.content)
    assert package_path(tmp_path / "made.zip", "Tick") == made


def test_nothing_and_too_much_are_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An empty folder, and one that is larger than Lambda takes before it is read."""
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="nothing in"):
        package_path(tmp_path / "empty", "Tick")
    monkeypatch.setattr(package, "UNZIPPED_BYTES_MAX", 1)
    with pytest.raises(UsageError, match="for Tick"):
        package_path(_folder(tmp_path, modified=1), "Tick")
