"""A user for each function, so that the kernel separates functions without namespaces.

The numbers are from a range that no account of the container or the host has; no entry in
/etc/passwd is needed to become one. All environments of a function share its user, as they share
its role: in a container they also share /tmp, where a file of one of them must not lock the others
out.
"""

import os
import shutil
import threading
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

FIRST_USER = 50_000
USERS = 999
"""The range of the numbers; the image names each of them sbx_user1051, like AWS's user."""
SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108 - where anyone may write
CODE_MODE = 0o750
PRIVATE_MODE = 0o700
PASSABLE_MODE = 0o711


class FunctionUsers:
    """Assigns an operating-system user to each function that has an environment."""

    def __init__(self, first: int = FIRST_USER, count: int = USERS) -> None:
        self._first = first
        self._count = count
        self._lock = threading.Lock()
        self._users: dict[str, int] = {}
        self._environments = Counter[str]()

    def take(self, function: str) -> int:
        """Assign the function's user to one more environment.

        A function gets the same number each time unless another one has it, so that two sandboxes
        rarely use the same; with more functions than numbers some share theirs.
        """
        with self._lock:
            self._environments[function] += 1
            if function not in self._users:
                start, taken = zlib.crc32(function.encode()), set(self._users.values())
                numbers = [self._first + (start + n) % self._count for n in range(self._count)]
                free = (number for number in numbers if number not in taken)
                self._users[function] = next(free, numbers[0])
            return self._users[function]

    def release(self, function: str) -> None:
        """Release the user of one environment; after the last one its files are removed."""
        with self._lock:
            self._environments[function] -= 1
            if self._environments[function] > 0:
                return
            del self._environments[function]
            user = self._users.pop(function)
            if user not in self._users.values():
                for path in files_in_shared_folders(user):
                    _remove(path)


FUNCTION_USERS = FunctionUsers()
"""Global, because LocalStack creates an executor for each environment without arguments."""


def files_in_shared_folders(user: int) -> Iterator[Path]:
    """The user's files in the folders where anyone may write."""
    for folder in map(Path, SHARED_FOLDERS):
        if folder.is_dir() and not folder.is_symlink():
            for entry in folder.iterdir():
                with suppress(FileNotFoundError):  # it was removed meanwhile
                    if entry.lstat().st_uid == user:
                        yield entry


def reserve_code(folder: Path, user: int) -> None:
    """Let only the function's user, besides LocalStack's, read the code; and not change it.

    If it has no user of its own, `user` is UNKNOWN.
    """
    os.chown(folder, -1, user)
    folder.chmod(CODE_MODE)


def reserve_scratch(folder: Path, user: int) -> None:
    """Let only the function's user use the folder."""
    os.chown(folder, user, user)
    folder.chmod(PRIVATE_MODE)


def hide_state(private: Iterable[Path], passable: Iterable[Path]) -> None:
    """Make folders of LocalStack private, and others searchable but not listable."""
    for folders, mode in ((private, PRIVATE_MODE), (passable, PASSABLE_MODE)):
        for folder in folders:
            if folder.is_dir():
                folder.chmod(mode)


def _remove(path: Path) -> None:
    """Remove a file, a folder, or a link without following it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
