"""New code is laid over the code that is deployed, which has the libraries."""

import io
import zipfile
from pathlib import Path

import pytest

from wavetank.core.lambda_package import package_files
from wavetank.faults.deployments import NewDeployment, overlaid

FILES = {"src/app.py": b"old", "src/lib.py": b"library", "boto/x.py": b"vendor"}
HANDLER = "src/app.handler"


def contents(archive: bytes) -> dict[str, bytes]:
    """The files of a zip."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


@pytest.fixture
def working() -> bytes:
    """The package that is deployed."""
    return package_files("f", FILES).content


def test_files_of_a_folder_replace_those_of_their_paths(working: bytes, tmp_path: Path) -> None:
    """All others stay, and the zip is the same each time."""
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "app.py").write_bytes(b"new")
    (tmp_path / "more.py").write_bytes(b"more")
    found = overlaid(working, HANDLER, tmp_path)
    assert contents(found) == FILES | {"src/app.py": b"new", "more.py": b"more"}
    assert overlaid(working, HANDLER, tmp_path) == found


def test_a_file_replaces_the_handlers(working: bytes, tmp_path: Path) -> None:
    """If it has its name; any other is put at the top."""
    for name, path in (("app.py", "src/app.py"), ("other.py", "other.py")):
        (tmp_path / name).write_bytes(b"new")
        assert contents(overlaid(working, HANDLER, tmp_path / name)) == FILES | {path: b"new"}


def test_a_zip_is_deployed_as_it_is(working: bytes, tmp_path: Path) -> None:
    """It is complete."""
    archive = package_files("g", {"app.py": b"new"}).content
    (tmp_path / "new.zip").write_bytes(archive)
    assert overlaid(working, HANDLER, tmp_path / "new.zip") == archive


def test_without_code_the_same_is_deployed() -> None:
    """The field has a default, so that the fault can be named without any."""
    assert NewDeployment.__dataclass_fields__["code"].default == ""
