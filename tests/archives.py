"""Zips of any content, for tests of what unpacks them."""

import io
import stat
import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path

FILE = stat.S_IFREG | 0o600
PROGRAM = stat.S_IFREG | 0o700
FOLDER = stat.S_IFDIR | 0o700
LINK = stat.S_IFLNK | 0o777

type Entry = tuple[str, int, str]
"""Name, mode, and content or target."""


def zipped(entries: Sequence[Entry], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive with these entries, made without any check."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of two entries with one name
        for name, mode, text in entries:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = mode << 16
            info.compress_type = method
            archive.writestr(info, text)
    return content.getvalue()


def names_below(folder: Path) -> list[str]:
    """All that is in the folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))
