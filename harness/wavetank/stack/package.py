"""A handler's folder as the zip that Lambda gets: the same bytes from the same source, anywhere.

Names are sorted, times and modes fixed. The SDK is in Lambda's runtime, so nothing else goes in.
"""

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path

from wavetank.errors import UsageError

ZIP_BYTES_MAX = 50 * 1024 * 1024
"""Lambda's limit of a zipped deployment package. [Lambda developer guide, gettingstarted-limits]"""
UNZIPPED_BYTES_MAX = 250 * 1024 * 1024
"""Lambda's limit of it unzipped."""
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o644 << 16
LEFT_OUT = frozenset({"__pycache__", ".DS_Store"})


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
    """Zips the Python package `folder` as a folder of its own name.

    Raises:
        UsageError: there is nothing in it, or more than Lambda takes.
    """
    files = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not LEFT_OUT & set(path.parts)
    }
    if not files:
        raise UsageError("a folder with a handler", f"nothing in {folder}", "check the path")
    return package_files(folder.name, files)


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
        UsageError: the zip is larger than Lambda takes.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, date_time=EARLIEST_ZIP_TIME)
            entry.external_attr = FILE_MODE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[path])
    _check_size(name, buffer.tell(), ZIP_BYTES_MAX)
    return Package(name, buffer.getvalue())


def _check_size(name: str, size: int, size_max: int) -> None:
    if size > size_max:
        raise UsageError(
            f"a package of at most {size_max:,} bytes for {name}",
            f"{size:,} bytes",
            "take out what the Lambda runtime already has, or data that belongs in S3",
        )
