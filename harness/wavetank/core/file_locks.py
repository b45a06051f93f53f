"""Locks on files, which the kernel releases however their process ends.

[flock(2)]
"""

import fcntl
from typing import IO


def lock_exclusively(file: IO[str]) -> None:
    """Lock the open file until it is closed.

    Raises:
        BlockingIOError: another process has locked it.
    """
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # flock has no query, so `is_locked` takes a shared lock for an instant. That must not
            # count as another owner: only an exclusive lock refuses the shared one here.
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(file, fcntl.LOCK_UN)
        else:
            return


def is_locked(file: IO[str]) -> bool:
    """Whether a process has locked the file exclusively; `file` is another opening of it."""
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    fcntl.flock(file, fcntl.LOCK_UN)
    return False
