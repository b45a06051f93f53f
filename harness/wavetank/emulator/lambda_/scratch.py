"""How much a function has written, if no file system of its own limits it."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from wavetank.emulator.lambda_.confinement import UNKNOWN
from wavetank.emulator.lambda_.function_users import files_in_shared_folders

BLOCK_BYTES = 512
"""The unit of st_blocks. [stat(3type)]"""


def bytes_in_folders(folders: Iterable[Path], user: int) -> int:
    """Bytes on disk in the folders, and of the user's files in world-writable folders."""
    shared = files_in_shared_folders(user) if user != UNKNOWN else ()
    return sum(map(_bytes_of, (*folders, *shared)))


def _bytes_of(path: Path) -> int:
    """The bytes of a file or of a folder's contents; files removed meanwhile do not count."""
    total = 0
    waiting: list[Path | os.DirEntry[str]] = [path]
    while waiting:
        entry = waiting.pop()
        with suppress(OSError):
            is_folder = entry.is_dir(follow_symlinks=False)
            total += entry.stat(follow_symlinks=False).st_blocks * BLOCK_BYTES
            if is_folder:
                with os.scandir(entry) as entries:
                    waiting.extend(entries)
    return total
