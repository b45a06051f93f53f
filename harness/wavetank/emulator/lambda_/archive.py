"""Unpacks a function's zip, which is untrusted, without writing outside of a folder.

An archive can name paths outside of the folder: with `..`, with an absolute path, or with a
symbolic link that later entries lead through. Such an archive is refused as a whole, before
anything is written. Links are created last, so that nothing that is written can follow one; those
that stay within the folder are created, as on AWS.
[APPNOTE.TXT 4.4; Lambda quotas: gettingstarted-limits]
"""

import ntpath
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from wavetank.emulator.lambda_.folders import mode_for_users
from wavetank.emulator.lambda_.function_users import PASSABLE_MODE

UNZIPPED_BYTES_MAX = 262_144_000
"""The unpacked size at which AWS refuses an archive."""
LINK_BYTES_MAX = 4096
"""The maximum length of a link's target: PATH_MAX. [limits.h(0p)]"""
LINKS_FOLLOWED_MAX = 40
"""Links that the kernel follows in one path. [path_resolution(7)]"""
NAME_BYTES_MAX = 255
PATH_BYTES_MAX = 3072
"""The maximum length of a path in the folder: PATH_MAX, less room for the folder's own path."""
METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Supported compression methods. LZMA may allocate any amount of memory."""
CHUNK_BYTES = 1 << 16
FOLDER_MODE = 0o755
"""The mode of files, also of programs."""
FILE_MODE = 0o644
EXECUTABLE_BITS = 0o111
ENCRYPTED = 0x1
UNIX_SYSTEMS = frozenset({3, 19})
"""Systems whose entries have a Unix mode: Unix and macOS. [APPNOTE.TXT 4.4.2]"""

type Parts = tuple[str, ...]


class ArchiveError(Exception):
    """A zip of a function that is damaged, or unsafe to unpack."""


class ArchiveSizeError(ArchiveError):
    """A zip of a function whose unpacked size exceeds AWS's limit."""

    def __init__(self) -> None:
        super().__init__(f"Unzipped size must be smaller than {UNZIPPED_BYTES_MAX} bytes")


@dataclass(frozen=True)
class _Entry:
    """One entry with a path in the folder; `target` is that of a link, None for others."""

    info: zipfile.ZipInfo
    parts: Parts
    is_folder: bool
    target: str | None

    @property
    def mode(self) -> int:
        """The mode of the file: readable for everyone, and executable if the archive says so."""
        is_executable = bool(_mode(self.info) & EXECUTABLE_BITS)
        return FOLDER_MODE if self.is_folder or is_executable else FILE_MODE


class _Budget:
    """Counts the bytes that are really unpacked, whatever the archive declares."""

    def __init__(self) -> None:
        self._left = UNZIPPED_BYTES_MAX

    def spend(self, size: int) -> None:
        self._left -= size
        if self._left <= 0:
            raise ArchiveSizeError


def check_archive(archive: IO[bytes]) -> None:
    """Read all of it, as `unpack` would.

    Raises:
        ArchiveError: `unpack` would refuse it.
    """
    with _opened(archive) as opened:
        budget = _Budget()
        for entry in _entries(opened):
            for chunk in _content(opened, entry):
                budget.spend(len(chunk))


def unpack(archive: IO[bytes], folder: Path) -> None:
    """Unpack it into a folder that appears as a whole or not at all; does nothing if it exists.

    The modes do not depend on the umask. The folders above can be searched by name, but not listed.

    Raises:
        ArchiveError: it is damaged, too large, or names paths outside of the folder.
    """
    if folder.exists():
        return
    _make_above(folder)
    fresh = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        with _opened(archive) as opened:
            _unpack_into(fresh, opened)
        fresh.chmod(FOLDER_MODE)
        fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh)
        raise


def _unpack_into(folder: Path, opened: zipfile.ZipFile) -> None:
    entries, budget = _entries(opened), _Budget()
    for entry in entries:
        path = folder.joinpath(*entry.parts)
        if entry.is_folder:
            _make_folder(path, folder)
        elif entry.target is None:
            _make_folder(path.parent, folder)
            with path.open("wb") as file:
                for chunk in _content(opened, entry):
                    budget.spend(len(chunk))
                    file.write(chunk)
            path.chmod(entry.mode)
    for entry in entries:
        if entry.target is not None:
            path = folder.joinpath(*entry.parts)
            _make_folder(path.parent, folder)
            path.symlink_to(entry.target)


def _make_folder(path: Path, root: Path) -> None:
    if path != root and not path.is_dir():
        _make_folder(path.parent, root)
        path.mkdir()
        path.chmod(FOLDER_MODE)


def _make_above(folder: Path) -> None:
    missing = [parent for parent in folder.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)  # another thread may unpack a function at the same time
        parent.chmod(mode_for_users(PASSABLE_MODE))


@contextmanager
def _opened(archive: IO[bytes]) -> Iterator[zipfile.ZipFile]:
    """The opened archive; errors in the body are raised as ArchiveError."""
    try:
        with zipfile.ZipFile(archive) as opened:
            yield opened
    except (
        zipfile.BadZipFile,
        zlib.error,
        struct.error,
        EOFError,
        NotImplementedError,  # an unsupported version of the format
        OSError,  # a name that this file system does not accept
        OverflowError,
        ValueError,
    ) as error:
        raise ArchiveError(f"cannot be unpacked: {error}") from error


def _entries(opened: zipfile.ZipFile) -> list[_Entry]:
    """All entries, after checking that each of them is inside the folder."""
    infos = opened.infolist()
    if sum(info.file_size for info in infos) >= UNZIPPED_BYTES_MAX:
        raise ArchiveSizeError
    entries = [entry for info in infos if (entry := _entry(opened, info)).parts]
    links = {entry.parts: entry.target for entry in entries if entry.target is not None}
    others = {entry.parts for entry in entries if not entry.is_folder}
    count = sum(entry.parts in links for entry in entries)
    if count != len(links):
        raise ArchiveError("has a link and something else under one name")
    for entry in entries:
        above = (entry.parts[:length] for length in range(1, len(entry.parts)))
        if (entry.is_folder and entry.parts in others) or any(parts in others for parts in above):
            raise ArchiveError(f"has {entry.info.filename!r} below a path that is not a folder")
    check_links(links)
    return entries


def _entry(opened: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Entry:
    parts = _parts(info.filename)
    kind = stat.S_IFMT(_mode(info))
    if info.flag_bits & ENCRYPTED or info.compress_type not in METHODS:
        raise ArchiveError(f"has {info.filename!r}, which is encrypted or not deflated")
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK}:
        raise ArchiveError(f"has {info.filename!r}, which is not a file, folder or link")
    if kind != stat.S_IFLNK:
        return _Entry(info, parts, kind == stat.S_IFDIR or info.is_dir(), None)
    if not parts or info.file_size > LINK_BYTES_MAX:
        raise ArchiveError(f"has {info.filename!r}, which is not a link")
    return _Entry(info, parts, is_folder=False, target=opened.read(info).decode())


def _mode(info: zipfile.ZipInfo) -> int:
    """Its Unix mode, 0 if it has none."""
    return info.external_attr >> 16 if info.create_system in UNIX_SYSTEMS else 0


def _parts(name: str) -> Parts:
    """The folders and the name; names with a backslash are refused."""
    drive, _ = ntpath.splitdrive(name)
    if name.startswith(("/", "\\")) or drive or ".." in name.replace("\\", "/").split("/"):
        raise ArchiveError(f"has {name!r}, which is outside of the folder")
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    longest = max((len(part.encode()) for part in parts), default=0)
    if longest > NAME_BYTES_MAX or len(name.encode()) > PATH_BYTES_MAX:
        raise ArchiveError(f"has {name[:NAME_BYTES_MAX]!r}, a name that is too long")
    return parts


def _content(opened: zipfile.ZipFile, entry: _Entry) -> Iterator[bytes]:
    if entry.is_folder or entry.target is not None:
        return
    with opened.open(entry.info) as content:
        while chunk := content.read(CHUNK_BYTES):
            yield chunk


def check_links(links: Mapping[Parts, str]) -> None:
    """Check all links of a folder, by path, with their targets.

    Raises:
        ArchiveError: one of them leads out of the folder, or to itself.
    """
    for parts, target in links.items():
        _require_inside(parts, target, links)


def _require_inside(parts: Parts, target: str, links: Mapping[Parts, str]) -> None:
    """Resolve a link as the kernel would, through further links, and refuse to leave the folder."""
    folders, waiting, followed = list(parts[:-1]), [target], 0
    while waiting:
        path = waiting.pop()
        if not path or path.startswith("/") or "\0" in path:
            raise ArchiveError(f"has the link {'/'.join(parts)!r}, which leads out of the folder")
        first, _, rest = path.partition("/")
        if rest.strip("/"):
            waiting.append(rest.lstrip("/"))
        if first == ".." and not folders:
            raise ArchiveError(f"has the link {'/'.join(parts)!r}, which leads out of the folder")
        if first == "..":
            folders.pop()
        elif first != ".":
            folders.append(first)
        if tuple(folders) in links:
            followed += 1
            if followed > LINKS_FOLLOWED_MAX:
                raise ArchiveError(f"has the link {'/'.join(parts)!r}, which leads to itself")
            waiting.append(links[tuple(folders)])
            folders.pop()
