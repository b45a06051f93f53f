"""A lock has one owner, and a process that only looks at it is none."""

import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from wavetank.core.file_locks import is_locked, lock_exclusively


def test_a_lock_has_one_owner_until_its_file_is_closed(tmp_path: Path) -> None:
    """Each opening of the file counts, as each process would."""
    with (tmp_path / "lock").open("w") as other:
        with (tmp_path / "lock").open("w") as lock:
            lock_exclusively(lock)
            assert is_locked(other)
            with pytest.raises(BlockingIOError):
                lock_exclusively(other)
        assert not is_locked(other)
        lock_exclusively(other)


def test_a_probe_does_not_refuse_a_lock(tmp_path: Path) -> None:
    """A probe has a shared lock for an instant, which is longer here."""
    with (
        (tmp_path / "lock").open("w") as probe,
        (tmp_path / "lock").open("w") as lock,
        ThreadPoolExecutor(1) as pool,
    ):
        fcntl.flock(probe, fcntl.LOCK_SH)
        locking = pool.submit(lock_exclusively, lock)
        with pytest.raises(TimeoutError):
            locking.result(timeout=0.1)
        fcntl.flock(probe, fcntl.LOCK_UN)
        locking.result()
        assert is_locked(probe)
