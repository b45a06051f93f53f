"""A handler's folder as the zip that Lambda gets: the same bytes from the same source, anywhere.

What a machine would leave in it is taken out: names are sorted, times, modes and the maker's system
fixed, nothing is compressed (each build of zlib has bytes of its own), lines of code end as Python
reads them, and what editors, systems and Python leave beside the source stays there. The SDK is in
Lambda's runtime, so nothing else goes in.
"""

import base64
import hashlib
import io
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import UsageError

ZIP_BYTES_MAX = 50 * 1024 * 1024
"""Lambda's limit of a zip that is given. [Lambda developer guide, gettingstarted-limits]"""
UNZIPPED_BYTES_MAX = 250 * 1024 * 1024
"""Lambda's limit of it unzipped, and the only one of a zip that comes from S3."""
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
UNIX = 3
"""Who made the zip; Python would say 0 on Windows. [PKWARE's APPNOTE, version made by]"""
FILE_MODE = (stat.S_IFREG | 0o644) << 16
LEFT_OUT = frozenset({"__pycache__", ".DS_Store"})
LEFTOVERS = frozenset({".bak", ".orig", ".pyc", ".pyo", ".rej", ".swo", ".swp", ".tmp"})
"""Endings of what Python, editors and patches leave beside the source."""
SOURCE = ".py"


@dataclass(frozen=True)
class Package:
    """A zip; it is kept under its content's hash, so that a changed one is a new one."""

    name: str
    content: bytes

    @property
    def code_sha256(self) -> str:
        """As Lambda reports it in `CodeSha256`: base64 of the SHA-256."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    @property
    def key(self) -> str:
        """The object's key in the artifact bucket."""
        return f"{self.name}/{hashlib.sha256(self.content).hexdigest()}.zip"


def package_folder(folder: Path) -> Package:
    """Zips the source of the Python package `folder` as a folder of its own name.

    Raises:
        UsageError: there is nothing in it, or more than Lambda takes.
    """
    inside = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    files = {
        f"{folder.name}/{name.as_posix()}": _content(path)
        for name, path in inside.items()
        if not any(_is_left_over(part) for part in name.parts)
    }
    if not files:
        raise UsageError("a folder with a handler", f"nothing in {folder}", "check the path")
    return package_files(folder.name, files)


def _is_left_over(part: str) -> bool:
    """Whether a file or folder of that name is something that a program left there."""
    hidden = part.startswith((".", "#")) or part.endswith("~")
    return hidden or part in LEFT_OUT or Path(part).suffix in LEFTOVERS


def _content(path: Path) -> bytes:
    """Of code, with the lines' ends that Python makes of any: Git may write others on Windows."""
    content = path.read_bytes()
    if path.suffix != SOURCE:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def package_path(path: Path, name: str) -> Package:
    """Zips what a template names as code: a folder's content, or a file; a zip stays as it is.

    Raises:
        UsageError: there is nothing in it, or more than Lambda takes.
    """
    if path.is_dir():
        found = [p for p in path.rglob("*") if p.is_file()]
        kept = [p for p in found if not LEFT_OUT & set(p.relative_to(path).parts)]
        if not kept:
            raise UsageError("a folder with a handler", f"nothing in {path}", "check the path")
        _check_size(name, sum(p.stat().st_size for p in kept), UNZIPPED_BYTES_MAX)
        return package_files(name, {p.relative_to(path).as_posix(): p.read_bytes() for p in kept})
    if not zipfile.is_zipfile(path):
        return package_files(name, {path.name: path.read_bytes()})
    _check_size(name, path.stat().st_size, ZIP_BYTES_MAX)
    return Package(name, path.read_bytes())


def package_files(name: str, files: dict[str, bytes]) -> Package:
    """Zips the given contents by path.

    Raises:
        UsageError: they are more than Lambda takes.
    """
    _check_size(name, sum(len(content) for content in files.values()), UNZIPPED_BYTES_MAX)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=EARLIEST_ZIP_TIME)
            entry.create_system = UNIX
            entry.external_attr = FILE_MODE
            archive.writestr(entry, files[path])
    return Package(name, buffer.getvalue())


def _check_size(name: str, size: int, size_max: int) -> None:
    if size > size_max:
        raise UsageError(
            f"a package of at most {size_max:,} bytes for {name}",
            f"{size:,} bytes",
            "take out what the Lambda runtime already has, or data that belongs in S3",
        )
