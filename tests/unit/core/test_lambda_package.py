"""A handler's folder as a zip: the same bytes anywhere, and within Lambda's limit."""

import io
import os
import zipfile
from pathlib import Path

import pytest

from wavetank.core import lambda_package
from wavetank.core.errors import UsageError
from wavetank.core.lambda_package import package_files, package_folder, package_path

PROJECT = Path(__file__).parents[3]


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


def test_nothing_of_the_machine_is_in_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine of another system, with other modes and lines' ends, they come out the same."""
    here = package_folder(_folder(tmp_path / "here", modified=1))
    there = _folder(tmp_path / "there", modified=2)
    (there / "walk.py").write_bytes(b"# walk.py\r\n")
    (there / "handler.py").chmod(0o600)
    monkeypatch.setattr(zipfile.sys, "platform", "win32")  # type: ignore[attr-defined]  # what zipfile asks
    assert zipfile.ZipInfo("any").create_system == 0
    assert package_folder(there).content == here.content


def test_the_bytes_are_the_ones_that_were_written_down() -> None:
    """Whatever another Python or zlib would do differently shows here, on the machine that does."""
    made = package_files("pinned", {"b.py": b"x = 1\n" * 1000, "a/\u00e9.txt": b"text"})
    assert made.code_sha256 == "al1Ui8yWb6MmblsLuinDQ9z2z8pew8dJSzV2VQ+VskY="
    with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == ["a/\u00e9.txt", "b.py"]
    assert {entry.compress_type for entry in entries} == {zipfile.ZIP_STORED}
    assert {entry.create_system for entry in entries} == {3}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}


def test_what_programs_leave_beside_the_source_is_not_packaged(tmp_path: Path) -> None:
    """Bytecode, backups and hidden files would make the same source another package."""
    clean = package_folder(_folder(tmp_path / "clean", modified=1))
    folder = _folder(tmp_path / "used", modified=1)
    for name in (
        ".DS_Store",
        "._walk.py",
        ".walk.py.swp",
        "#walk.py#",
        "walk.py~",
        "walk.py.orig",
        "walk.pyc",
    ):
        (folder / name).write_bytes(b"left over")
    (folder / ".idea").mkdir()
    (folder / ".idea" / "workspace.xml").write_text("")
    assert package_folder(folder).content == clean.content


def test_a_folder_below_a_hidden_one_is_packaged(tmp_path: Path) -> None:
    """What the folder is in, such as .wavetank, does not count."""
    assert package_folder(_folder(tmp_path / ".hidden" / "__pycache__", modified=1)).content


@pytest.mark.parametrize("function", ["streaming", "notification"])
def test_only_our_source_is_in_the_packages(function: str) -> None:
    """The SDK is in Lambda's runtime: no package holds a copy of it, or anything but our code."""
    packaged = package_folder(PROJECT / "lambdas" / function)
    with zipfile.ZipFile(io.BytesIO(packaged.content)) as archive:
        names = archive.namelist()
    assert {name.partition("/")[0] for name in names} == {function}
    assert {Path(name).suffix for name in names} == {".py"}
    assert f"{function}/handler.py" in names


def test_a_package_over_lambdas_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is uploaded, with both sizes."""
    monkeypatch.setattr(lambda_package, "UNZIPPED_BYTES_MAX", 10)
    with pytest.raises(UsageError, match=r"at most 10 bytes.*found \d+ bytes"):
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
    monkeypatch.setattr(lambda_package, "UNZIPPED_BYTES_MAX", 1)
    with pytest.raises(UsageError, match="for Tick"):
        package_path(_folder(tmp_path, modified=1), "Tick")
