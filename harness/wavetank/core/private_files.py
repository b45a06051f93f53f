"""Files that only their owner can read: a sandbox's data, requests, recordings.

A command creates all its files with `use_private_umask`; files that a user requests by name, such
as a picture or a table, are created with `users_umask`. A folder of the state is private whatever
the umask, even if it existed before, so that its contents cannot be reached. A folder that another
user owns is refused: its owner could read and replace its contents.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from wavetank.core.errors import InfrastructureError, UsageError

PRIVATE_UMASK = 0o077
FOLDER_MODE = 0o700
FILE_MODE = 0o600
STATE = ".wavetank"
"""The name of a project's state folder."""
GIT_IGNORE = ".gitignore"
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
"""The entries of a state folder."""
ROOT = 0
"""root, who has all permissions anyway, and creates the folders of containers."""
_USERS: list[int] = []
"""The umask with which the command was started."""


def private_folder(folder: Path, *, of_any_user: bool = False) -> None:
    """Create the folder, or remove others' permissions on it; also of its state folder.

    A state folder may be any folder that the user names, such as a shared temporary folder: it is
    left unchanged if it contains anything else. `of_any_user`: it is the host's, seen by root in a
    container.

    Raises:
        OSError: it cannot be created.
        UsageError: it, or its state folder, belongs to another user.
    """
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for path in reversed(missing):
        with suppress(FileExistsError):  # another process may create it at the same time
            path.mkdir(FOLDER_MODE)
            if path.name == STATE:  # no part of the repository that it is in
                (path / GIT_IGNORE).write_text("*\n", encoding="utf-8")
    if not of_any_user:
        require_own(folder)
    _restrict(folder, FOLDER_MODE)
    if _is_state(folder.parent):
        _restrict(folder.parent, FOLDER_MODE)


def not_writable(path: Path, error: OSError) -> InfrastructureError:
    """The error of a state folder that cannot be written to, with what helps: room, or another."""
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    action = "free disk space" if full else "change to a folder that you can write to"
    return InfrastructureError(
        f"to write to {path}", error.strerror or str(error), f"{action}, or set WAVETANK_STATE"
    )


def require_own(folder: Path) -> None:
    """Check that the folder and its state folder belong to this user, or are missing.

    Raises:
        UsageError: one of them belongs to another user, or is a link that another user made.
    """
    for path in (folder.parent, folder) if folder.name in STATE_NAMES else (folder,):
        for follows in (False, True):
            with suppress(
                FileNotFoundError, NotADirectoryError
            ):  # writing to it will report the error
                owner = path.stat(follow_symlinks=follows).st_uid
                if owner not in {os.geteuid(), ROOT}:
                    raise UsageError(
                        f"{path} to be a folder of yours (user {os.geteuid()})",
                        f"one of user {owner}, who could read and replace its contents",
                        "set WAVETANK_STATE to a folder that only you can write to",
                    )


def private_file(file: Path) -> None:
    """Create an empty file, or remove others' permissions on it.

    Raises:
        OSError: it cannot be created.
        UsageError: it is a link.
    """
    os.close(_open_no_link(os.fspath(file), os.O_CREAT | os.O_WRONLY))
    _restrict(file, FILE_MODE)


def open_private(file: Path, mode: str) -> IO[str]:
    """Open a text file of the state, such as a lock.

    Raises:
        OSError: it cannot be opened.
        UsageError: it is a link.
    """
    return open(file, mode, encoding="utf-8", opener=_open_no_link)


def _open_no_link(file: str, flags: int) -> int:
    """Refuse links: a link could lead to any file of the user's, which would be overwritten."""
    try:
        return os.open(file, flags | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise UsageError(f"{file} to be a file", "a link", "remove the link") from error


def use_private_umask() -> None:
    """Give other users no permissions on files that this process and its children create."""
    _USERS[:] = [os.umask(PRIVATE_UMASK)]


@contextmanager
def users_umask() -> Iterator[None]:
    """Create files with the user's own umask while the body runs."""
    previous = os.umask(_USERS[0]) if _USERS else None
    try:
        yield
    finally:
        if previous is not None:
            os.umask(previous)


def umask_of_user() -> int:
    """The umask with which the command was started; -1, as for subprocess, if unchanged."""
    return _USERS[0] if _USERS else -1


def _is_state(folder: Path) -> bool:
    if folder.stat().st_mode & stat.S_ISVTX:  # a folder with files of all users, such as /tmp
        return False
    return folder.name == STATE or {path.name for path in folder.iterdir()} <= STATE_NAMES


def _restrict(path: Path, mode: int) -> None:
    """Remove others' permissions, if there are any and this user owns the file."""
    found = path.stat()
    if stat.S_IMODE(found.st_mode) & PRIVATE_UMASK and found.st_uid == os.geteuid():
        path.chmod(mode)
