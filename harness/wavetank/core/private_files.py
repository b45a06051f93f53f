"""Files that only their owner can read: what a sandbox holds, what was sent, what was recorded.

A command makes all its files with `use_private_umask`; what a user asks for by name, such as a
picture or a table, is made with `users_umask`. A folder of the state is private whatever the umask,
and also where it was made before, so that what is in it cannot be reached. A folder that another
user owns is refused: its owner could read and replace what is put there.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from wavetank.core.errors import UsageError

PRIVATE_UMASK = 0o077
FOLDER_MODE = 0o700
FILE_MODE = 0o600
STATE_NAMES = frozenset(
    {
        "attestation.jsonl",
        "cache",
        "campaigns",
        "changes",
        "check",
        "notebooks",
        "peers",
        "runs",
        "sandbox",
        "uv",
    }
)
"""All that a state folder holds."""
ROOT = 0
"""Who can do everything anyway, and makes the folders of containers."""
_USERS: list[int] = []
"""The umask with which the command was started."""


def private_folder(folder: Path, *, of_any_user: bool = False) -> None:
    """Makes the folder, or takes others' rights to it away; its state folder's too.

    A state folder may be any folder that the user names, such as one of all users' temporary
    files: it is left as it is where it holds anything else. `of_any_user`: it is the host's, seen
    by root in a container.

    Raises:
        OSError: it cannot be made.
        UsageError: it, or its state folder, is another user's.
    """
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for path in reversed(missing):
        with suppress(FileExistsError):  # another process makes it at the same time
            path.mkdir(FOLDER_MODE)
    if not of_any_user:
        require_own(folder)
    _take_rights(folder, FOLDER_MODE)
    if _is_state(folder.parent):
        _take_rights(folder.parent, FOLDER_MODE)


def require_own(folder: Path) -> None:
    """Returns where the folder and the state folder that it is in are this user's, or missing.

    Raises:
        UsageError: one of them is another user's, or a link that another user made.
    """
    for path in (folder.parent, folder) if folder.name in STATE_NAMES else (folder,):
        for follows in (False, True):
            with suppress(
                FileNotFoundError, NotADirectoryError
            ):  # as whoever writes to it will find
                owner = path.stat(follow_symlinks=follows).st_uid
                if owner not in {os.geteuid(), ROOT}:
                    raise UsageError(
                        f"{path} to be a folder of yours (user {os.geteuid()})",
                        f"one of user {owner}, who could read and replace what is put there",
                        "set WAVETANK_STATE to a folder that only you can write to",
                    )


def private_file(file: Path) -> None:
    """Makes an empty file, or takes others' rights to it away.

    Raises:
        OSError: it cannot be made.
        UsageError: it is a link.
    """
    os.close(_open_no_link(os.fspath(file), os.O_CREAT | os.O_WRONLY))
    _take_rights(file, FILE_MODE)


def open_private(file: Path, mode: str) -> IO[str]:
    """Opens a text file of the state, such as a lock.

    Raises:
        OSError: it cannot be opened.
        UsageError: it is a link.
    """
    return open(file, mode, encoding="utf-8", opener=_open_no_link)


def _open_no_link(file: str, flags: int) -> int:
    """A link could lead to any file of the user's, which would then be written over."""
    try:
        return os.open(file, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise UsageError(f"{file} to be a file", "a link", "remove the link") from error


def use_private_umask() -> None:
    """From now on nobody else has rights to what this process, and those it starts, makes."""
    _USERS[:] = [os.umask(PRIVATE_UMASK)]


@contextmanager
def users_umask() -> Iterator[None]:
    """For the body, files are made as the user's other programs make them."""
    previous = os.umask(_USERS[0]) if _USERS else None
    try:
        yield
    finally:
        if previous is not None:
            os.umask(previous)


def umask_of_user() -> int:
    """With which the command was started; -1, as for subprocess, where it was not changed."""
    return _USERS[0] if _USERS else -1


def _is_state(folder: Path) -> bool:
    if folder.stat().st_mode & stat.S_ISVTX:  # where all users have files, such as /tmp
        return False
    return folder.name == ".wavetank" or {path.name for path in folder.iterdir()} <= STATE_NAMES


def _take_rights(path: Path, mode: int) -> None:
    """Only where there are any, and where it is ours to take: root's own files in a container."""
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & PRIVATE_UMASK and found.st_uid == os.geteuid():
        path.chmod(mode)
