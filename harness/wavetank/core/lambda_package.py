"""Packages a handler's folder as a zip for Lambda: the same bytes from the same source, anywhere.

Everything that depends on the host is removed: names are sorted, times, modes and the creating
system are fixed, nothing is compressed (versions of zlib differ in their output), line endings of
code are normalised as Python reads them, and files that editors, systems and Python leave beside
the source are omitted. The SDK is in Lambda's runtime, so nothing else is included.
"""

import base64
import hashlib
import io
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from wavetank.core.errors import UsageError
from wavetank.core.python_syntax import syntax_problem
from wavetank.core.text import file_position

ZIP_BYTES_MAX = 50 * 1024 * 1024
"""Lambda's limit for a directly uploaded zip. [Lambda developer guide, gettingstarted-limits]"""
UNZIPPED_BYTES_MAX = 250 * 1024 * 1024
"""Lambda's limit for the unzipped size, and the only one for a zip from S3."""
EARLIEST_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
UNIX = 3
"""The creating system; Python would write 0 on Windows. [PKWARE's APPNOTE, version made by]"""
FILE_MODE = (stat.S_IFREG | 0o644) << 16
NOT_CODE = frozenset({".aws-sam", ".git", ".venv", ".wavetank", "cdk.out"})
"""Folders beside a function's source that tools write, and that `sam build` does not package."""
EXCLUDED = frozenset({"__pycache__", ".DS_Store"})
LEFTOVERS = frozenset({".bak", ".orig", ".pyc", ".pyo", ".rej", ".swo", ".swp", ".tmp"})
"""Suffixes of files that Python, editors and patches leave beside the source."""
SOURCE = ".py"


@dataclass(frozen=True)
class Package:
    """A function's deployment package: a zip, stored under the hash of its content."""

    name: str
    content: bytes

    @property
    def code_sha256(self) -> str:
        """The hash in Lambda's `CodeSha256` format: base64 of the SHA-256."""
        return base64.b64encode(hashlib.sha256(self.content).digest()).decode()

    @property
    def key(self) -> str:
        """The object's key in the artifact bucket."""
        return f"{self.name}/{hashlib.sha256(self.content).hexdigest()}.zip"


def package_folder(folder: Path) -> Package:
    """Zip the source of the Python package `folder` as a folder of its own name.

    Raises:
        UsageError: it is empty, larger than Lambda accepts, or has a file with a syntax error.
    """
    inside = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    files = {
        f"{folder.name}/{name.as_posix()}": _content(path)
        for name, path in inside.items()
        if not any(_is_leftover(part) for part in name.parts)
    }
    if not files:
        raise UsageError("a folder with a handler", f"nothing in {folder}", "check the path")
    for name, content in files.items():
        _check_syntax(folder.parent / name, content)
    return package_files(folder.name, files)


def _check_syntax(path: Path, content: bytes) -> None:
    found = syntax_problem(content) if path.suffix == SOURCE else None
    if found is not None:
        sentence = f"{file_position(path, found.line)}: {found.message}"
        raise UsageError("Python", sentence, "correct that line", sentence=sentence)


def _is_leftover(part: str) -> bool:
    """Whether a file or folder of that name was left there by a program."""
    hidden = part.startswith((".", "#")) or part.endswith("~")
    return hidden or part in EXCLUDED or Path(part).suffix in LEFTOVERS


def _content(path: Path) -> bytes:
    """The content, with normalised line endings for code: Git may write others on Windows."""
    content = path.read_bytes()
    if path.suffix != SOURCE:
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def package_path(path: Path, name: str) -> Package:
    """Zip what a template names as code: a folder's content, or a file; a zip stays unchanged.

    Raises:
        UsageError: it is empty, or larger than Lambda accepts.
    """
    if path.is_dir():
        found = [p for p in path.rglob("*") if p.is_file()]
        kept = [p for p in found if not EXCLUDED & set(p.relative_to(path).parts)]
        if not kept:
            raise UsageError("a folder with a handler", f"nothing in {path}", "check the path")
        _check_size(name, sum(p.stat().st_size for p in kept), UNZIPPED_BYTES_MAX)
        return package_files(name, {p.relative_to(path).as_posix(): p.read_bytes() for p in kept})
    if not zipfile.is_zipfile(path):
        return package_files(name, {path.name: path.read_bytes()})
    _check_size(name, path.stat().st_size, ZIP_BYTES_MAX)
    return Package(name, path.read_bytes())


def package_folders(name: str, folders: Iterable[Path], under: str = "") -> Package:
    """Zip the content of all folders, below the folder `under`; of equal names the last counts.

    Raises:
        UsageError: they are larger than Lambda accepts.
    """
    prefix = f"{under}/" if under else ""
    found = {
        f"{prefix}{path.relative_to(folder).as_posix()}": path
        for folder in folders
        for path in files_of_source(folder)
    }
    _check_size(name, sum(path.stat().st_size for path in found.values()), UNZIPPED_BYTES_MAX)
    return package_files(name, {entry: path.read_bytes() for entry, path in found.items()})


def files_of_source(folder: Path) -> Iterator[Path]:
    """The files of a folder of source, without what tools leave there."""
    for root, folders, files in folder.walk():
        folders[:] = [name for name in folders if name not in EXCLUDED | NOT_CODE]
        yield from (root / name for name in files if name not in EXCLUDED)


def code_digest(path: Path) -> str:
    """The SHA-256 in hexadecimal of a file, or of the names and contents of a folder of source."""
    if not path.is_dir():
        return hashlib.sha256(path.read_bytes() if path.is_file() else b"").hexdigest()
    digest = hashlib.sha256()
    for file in sorted(files_of_source(path)):
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        digest.update(f"{file.relative_to(path).as_posix()}\n{content}\n".encode())
    return digest.hexdigest()


def package_files(name: str, files: dict[str, bytes]) -> Package:
    """Zip the given contents by path.

    Raises:
        UsageError: they are larger than Lambda accepts.
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
