"""The operating system's side of an execution environment: one guarded process.

The process and all it starts end with this object, with LocalStack, or with the process itself,
whichever is first (see `wavetank.guardian`). Between invocations it is stopped (SIGSTOP), as AWS
freezes an environment: background threads make no progress until the next event.
"""

import os
import pwd
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from wavetank import guardian
from wavetank.emulator.executor import bootstrap
from wavetank.emulator.executor.outcome import ExitStatus

MEGABYTE = 1024 * 1024
ADDRESS_SPACE_ALLOWANCE = 4096 * MEGABYTE
READ_BYTES = 65536
KILL_DEADLINE_SECONDS = 10.0
FUNCTION_USER = "sbx_user1051"
"""AWS's own. Where it exists (in our image) and LocalStack is root, functions run as it."""


def function_user() -> pwd.struct_passwd | None:
    """Whom functions run as; None where they run as whoever runs LocalStack."""
    if os.getuid() != 0:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(FUNCTION_USER)
    return None


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one environment may use, in megabytes."""

    memory_mb: int
    tmp_mb: int


@dataclass(frozen=True, kw_only=True)
class Command:
    """What to run and what it may see."""

    variables: dict[str, str]
    task_root: Path
    runtime_site: Path
    limits: Limits

    def arguments(self) -> list[str]:
        """The interpreter with nothing of the host's in it, and AWS's runtime as its program."""
        user = function_user()
        host_configuration = Path(pwd.getpwuid(os.getuid()).pw_dir) / ".aws"
        confinement = bootstrap.Confinement(
            tmp_megabytes=self.limits.tmp_mb,
            address_space_bytes=self.limits.memory_mb * MEGABYTE + ADDRESS_SPACE_ALLOWANCE,
            visible=(
                sys.prefix,
                sys.base_prefix,
                str(Path(__file__).parent),
                str(self.task_root),
                str(self.runtime_site),
            ),
            hidden=(str(host_configuration),) if host_configuration.is_dir() else (),
            user=user.pw_uid if user else -1,
            group=user.pw_gid if user else -1,
        )
        script = [bootstrap.__file__, confinement.to_json(), str(self.runtime_site)]
        return [sys.executable, "-S", *script]


class FunctionProcess:
    """A running process of a function: its output, its end, its memory."""

    def __init__(self, command: Command) -> None:
        status_read, status_write = os.pipe()
        self._guardian = subprocess.Popen(
            guardian.command_line(0.0, status_write, command.arguments()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=command.task_root,
            env=command.variables,
            pass_fds=(status_write,),
            start_new_session=True,
        )
        os.close(status_write)
        self.status_fd = status_read
        self._status = ""
        self._pid = int(self._status_line().removeprefix("pid "))
        self._peak_bytes = 0
        assert self._guardian.stdout is not None  # it was asked for
        self.output_fd = self._guardian.stdout.fileno()
        os.set_blocking(self.output_fd, False)
        os.set_blocking(self.status_fd, False)

    def read_output(self) -> bytes:
        """What was printed and not yet read; empty when there is nothing now."""
        with suppress(BlockingIOError):
            return os.read(self.output_fd, READ_BYTES)
        return b""

    def exit_status(self) -> ExitStatus | None:
        """How the process ended; None while it runs."""
        with suppress(BlockingIOError):
            while chunk := os.read(self.status_fd, 256):
                self._status += chunk.decode()
        if self._guardian.poll() is None and "\n" not in self._status:
            return None
        kind, number, peak_kb = self._status.split() or ["signal", str(int(signal.SIGKILL)), "0"]
        self._peak_bytes = max(self._peak_bytes, int(peak_kb) * 1024)
        if kind == "exit":
            return ExitStatus(exit_code=int(number))
        return ExitStatus(signal_number=int(number))

    def freeze(self) -> None:
        """Stops the process and its children where they are."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets them go on."""
        self._signal(signal.SIGCONT)

    def memory_bytes(self) -> int:
        """Resident memory of the process and its children now."""
        try:
            process = psutil.Process(self._pid)
            family = [process, *process.children(recursive=True)]
            used = sum(member.memory_info().rss for member in family)
            if len(family) > 1:  # forks share pages, which count once on AWS
                with suppress(psutil.AccessDenied):  # another user's, in a container
                    used = sum(member.memory_full_info().pss for member in family)
        except psutil.NoSuchProcess:
            used = 0
        self._peak_bytes = max(self._peak_bytes, used)
        return used

    def peak_memory_mb(self) -> int:
        """The most it has used since it started, in megabytes, as REPORT shows it."""
        with suppress(OSError):  # it has ended; what was sampled stands
            for line in Path(f"/proc/{self._pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    self._peak_bytes = max(self._peak_bytes, int(line.split()[1]) * 1024)
        return -(-self._peak_bytes // MEGABYTE)

    def kill(self) -> None:
        """Ends the process and everything it started, and waits until they are gone."""
        assert self._guardian.stdin is not None  # it was asked for
        self._guardian.stdin.close()
        try:
            self._guardian.wait(KILL_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self._signal(signal.SIGKILL)
            self._guardian.kill()
            self._guardian.wait()

    def close(self) -> None:
        """Kills it and gives back its descriptors."""
        self.kill()
        os.close(self.status_fd)
        assert self._guardian.stdout is not None  # it was asked for
        self._guardian.stdout.close()

    def _signal(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError, PermissionError):  # it has ended
            os.killpg(self._pid, number)

    def _status_line(self) -> str:
        """The guardian's first line, which it writes as soon as the process is forked."""
        line = b""
        while not line.endswith(b"\n") and (byte := os.read(self.status_fd, 1)):
            line += byte
        return line.decode().strip() or "pid 0"
