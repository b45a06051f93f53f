"""Files that only their owner can read: what a sandbox holds, what was sent, what was recorded.

A command makes all its files with `use_private_umask`; what a user asks for by name, such as a
picture or a table, is made with `users_umask`. A folder of the state is private whatever the umask,
and also where it was made before, so that what is in it cannot be reached.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

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
_USERS: list[int] = []
"""The umask with which the command was started."""


def private_folder(folder: Path) -> None:
    """Makes the folder, or takes others' rights to it away; its state folder's too.

    A state folder may be any folder that the user names, such as one of all users' temporary
    files: it is left as it is where it holds anything else.

    Raises:
        OSError: it cannot be made.
    """
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for path in reversed(missing):
        with suppress(FileExistsError):  # another process makes it at the same time
            path.mkdir(FOLDER_MODE)
    _take_rights(folder, FOLDER_MODE)
    if _is_state(folder.parent):
        _take_rights(folder.parent, FOLDER_MODE)


def private_file(file: Path) -> None:
    """Makes an empty file, or takes others' rights to it away.

    Raises:
        OSError: it cannot be made.
    """
    os.close(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, FILE_MODE))
    _take_rights(file, FILE_MODE)


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
