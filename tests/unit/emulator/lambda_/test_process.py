"""How a function's process ended, as its supervisor reports it."""

import os

from wavetank.emulator.lambda_.outcome import ExitStatus
from wavetank.emulator.lambda_.process import FunctionProcess


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
