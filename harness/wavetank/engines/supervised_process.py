"""A supervised program: started with a log, monitored, and stopped with all its descendants.

It and its descendants end with this process, however this process ends; see
`wavetank.core.process_supervisor`.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from wavetank.core import process_supervisor
from wavetank.core.private_files import private_file

LOG_LINES_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Program:
    """A program to start: command, folder, log file and environment.

    `variables` are its whole environment; None inherits this process's, for the user's own tools.
    `grace_seconds` is how long it may take to shut down when it is asked to. `descriptors` are
    inherited under their numbers. `umask` is as for `os.umask`; -1 inherits this process's.
    """

    command: list[str]
    folder: Path
    log_file: Path
    variables: Mapping[str, str] | None
    grace_seconds: float
    descriptors: tuple[int, ...] = ()
    umask: int = -1


class SupervisedProcess:
    """A running program that ends with this process, together with its descendants."""

    def __init__(self, program: Program) -> None:
        self._log_file = program.log_file
        read_end, write_end = os.pipe()
        private_file(program.log_file)
        with program.log_file.open("wb") as log:
            self._supervisor = subprocess.Popen(
                process_supervisor.command_line(program.grace_seconds, write_end, program.command),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=program.folder,
                env=program.variables,
                pass_fds=(write_end, *program.descriptors),
                start_new_session=True,
                umask=program.umask,
            )
        os.close(write_end)
        self._status = os.fdopen(read_end, "rb")
        self.process_id = int(self._status.readline().removeprefix(b"pid ") or 0)

    def stop(self) -> None:
        """Ask it to shut down, and make sure that it and all its descendants have ended."""
        assert self._supervisor.stdin is not None  # stopping is intended
        self._supervisor.stdin.close()
        self._supervisor.wait()
        self._status.close()

    def wait(self) -> bool:
        """Wait until it ends by itself; returns whether its exit code was 0."""
        self._supervisor.wait()
        return self._status.readline().startswith(b"exit 0 ")

    def exit_description(self) -> str:
        """Wait until it ends by itself, and return how: `exit 1`, `signal 9`."""
        self._supervisor.wait()
        return " ".join(self._status.readline().decode().split()[:2])

    def has_ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._supervisor.poll() is not None

    def processor_seconds(self) -> float:
        """The processor time of the program itself; zero if it has ended."""
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(self.process_id).cpu_times()
            return times.user + times.system
        return 0.0

    def listens(self, port: int) -> bool:
        """Whether this program, and not another one, listens on the port."""
        with suppress(psutil.NoSuchProcess):
            connections = psutil.Process(self.process_id).net_connections("tcp4")
            return any(
                connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
                for connection in connections
            )
        return False

    def last_log_lines(self) -> str:
        """The end of its log, for error messages."""
        return last_lines(self._log_file)


@contextmanager
def supervised(program: Program) -> Iterator[SupervisedProcess]:
    """Run the program while the body runs, at most."""
    child = SupervisedProcess(program)
    try:
        yield child
    finally:
        child.stop()


def last_lines(log_file: Path) -> str:
    """The end of a log in one line; empty if it does not exist."""
    with suppress(FileNotFoundError):
        lines = log_file.read_text(encoding="utf-8", errors="replace").splitlines()
        return " | ".join(line.strip() for line in lines[-LOG_LINES_SHOWN:] if line.strip())
    return ""
