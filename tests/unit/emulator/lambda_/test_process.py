"""How a function's process ended, as its supervisor reports it."""

import os
from collections import namedtuple

import psutil
import pytest

from wavetank.emulator.lambda_.outcome import ExitStatus
from wavetank.emulator.lambda_.process import FunctionProcess

Memory = namedtuple("Memory", "rss shared")  # noqa: PYI024 - as psutil's


class OthersProcess:
    """A process of a function's user, whose pages a container's root may not see."""

    def __init__(self, number: int) -> None:
        self._number = number

    def memory_full_info(self) -> None:
        """Is refused."""
        raise psutil.AccessDenied(self._number)

    def memory_info(self) -> Memory:
        """Nearly all that it has is shared with the others."""
        return Memory(rss=12, shared=10)


class EndingSupervisor:
    """A supervisor that writes the status and ends while it is being looked at."""

    def __init__(self, status_fd: int) -> None:
        self._status_fd = status_fd

    def poll(self) -> int:
        """Write the status at the last moment, as a real one may; it has ended."""
        os.write(self._status_fd, b"exit 1 2048\n")
        return 0


def test_a_status_that_is_written_at_the_last_moment_is_read() -> None:
    """A process that exits by itself is not taken for one that was killed."""
    status_read, status_write = os.pipe()
    os.set_blocking(status_read, False)
    process = object.__new__(FunctionProcess)
    process.__dict__.update(
        status_fd=status_read,
        _status="",
        _peak_bytes=0,
        _supervisor=EndingSupervisor(status_write),
    )
    assert process.exit_status() == ExitStatus(exit_code=1)
    os.close(status_read)
    os.close(status_write)


def test_shared_memory_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the kernel does not tell which pages those are: else many processes are ended."""
    monkeypatch.setattr(psutil, "Process", OthersProcess)
    process = object.__new__(FunctionProcess)
    process.__dict__.update(_peak_bytes=0, _family=lambda: list(range(8)))
    assert process.memory_bytes() == 8 * 2 + 10
    process.__dict__.update(_family=lambda: [1])
    assert process.memory_bytes() == 12
