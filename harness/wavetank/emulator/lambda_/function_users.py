"""A user for each function, so that the kernel keeps functions apart where there are no namespaces.

The numbers are from a range that no account of the container or the host has; no entry in
/etc/passwd is needed to become one. All environments of a function share its user, as they share
its role: in a container they also share /tmp, where a file that one of them leaves must not lock
the others out.
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
"""The range of the numbers; the image names each of them sbx_user1051, as AWS's user is called."""
SHARED_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm", "/run/lock")  # noqa: S108 - where anyone may write
CODE_MODE = 0o750
PRIVATE_MODE = 0o700
PASSABLE_MODE = 0o711


class FunctionUsers:
    """The users of the functions that have an environment."""

    def __init__(self, first: int = FIRST_USER, count: int = USERS) -> None:
        self._first = first
        self._count = count
        self._lock = threading.Lock()
        self._users: dict[str, int] = {}
        self._environments = Counter[str]()

    def take(self, function: str) -> int:
        """The function's user, for one more environment.

        A function gets the same number each time unless another one has it, so that two sandboxes
        rarely meet in one; with more functions than numbers some share theirs.
        """
        with self._lock:
            self._environments[function] += 1
            if function not in self._users:
                start, taken = zlib.crc32(function.encode()), set(self._users.values())
                numbers = [self._first + (start + n) % self._count for n in range(self._count)]
                free = (number for number in numbers if number not in taken)
                self._users[function] = next(free, numbers[0])
            return self._users[function]

    def give_back(self, function: str) -> None:
        """One environment of the function has ended; after the last, its files are removed."""
        with self._lock:
            self._environments[function] -= 1
            if self._environments[function] > 0:
                return
            del self._environments[function]
            user = self._users.pop(function)
            if user not in self._users.values():
                for path in left_in_shared_folders(user):
                    _remove(path)


FUNCTION_USERS = FunctionUsers()
"""LocalStack makes an executor for each environment, and hands nothing on to it."""


def left_in_shared_folders(user: int) -> Iterator[Path]:
    """What the user has in the folders where anyone may write."""
    for folder in map(Path, SHARED_FOLDERS):
        if folder.is_dir() and not folder.is_symlink():
            for entry in folder.iterdir():
                with suppress(FileNotFoundError):  # it has just been removed
                    if entry.lstat().st_uid == user:
                        yield entry


def reserve_code(folder: Path, user: int) -> None:
    """Only the function's user, besides LocalStack's, may read the code; and not change it.

    Where it has no user of its own, `user` is UNKNOWN.
    """
    os.chown(folder, -1, user)
    folder.chmod(CODE_MODE)


def reserve_scratch(folder: Path, user: int) -> None:
    """Only the function's user may use the folder."""
    os.chown(folder, user, user)
    folder.chmod(PRIVATE_MODE)


def hide_state(private: Iterable[Path], passable: Iterable[Path]) -> None:
    """Makes folders of LocalStack's private, and others such that only known names are found."""
    for folders, mode in ((private, PRIVATE_MODE), (passable, PASSABLE_MODE)):
        for folder in folders:
            if folder.is_dir():
                folder.chmod(mode)


def _remove(path: Path) -> None:
    """A link is removed and not followed."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
