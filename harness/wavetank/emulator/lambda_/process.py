"""The operating system's side of an execution environment: one supervised process.

The process and its descendants end with this object, with LocalStack, or with the process itself,
whichever is first (see `supervisor`). Between invocations all of them are stopped (SIGSTOP), as AWS
freezes an environment: nothing makes progress until the next event.
"""

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from wavetank.core.errors import InfrastructureError
from wavetank.emulator.lambda_ import bootstrap, supervisor
from wavetank.emulator.lambda_.confinement import UNKNOWN, Confinement
from wavetank.emulator.lambda_.function_users import files_in_shared_folders
from wavetank.emulator.lambda_.isolation import (
    BOOTSTRAP,
    NODE_SCRIPT,
    FunctionFolders,
    Isolation,
    confinement,
    interpreter,
)
from wavetank.emulator.lambda_.namespaces import CONTINUE, STOP, STOPPED
from wavetank.emulator.lambda_.outcome import PYTHON, RUNTIME_SITE, TASK_ROOT, ExitStatus
from wavetank.emulator.lambda_.process_tree import (
    children,
    continue_descendants,
    descendants,
    signal_all,
    stop_descendants,
)
from wavetank.emulator.lambda_.runtimes import (
    ENTRY_POINT,
    NODE_CLIENT,
    OPT,
    RuntimeFamily,
    RuntimePaths,
    family_of,
    start_command,
)
from wavetank.emulator.lambda_.supervisor import FIXED_VARIABLES, Descriptors
from wavetank.emulator.lambda_.variables import WRAPPER

BLOCK_BYTES = 512
"""The unit of st_blocks. [stat(3type)]"""


def bytes_in_folders(folders: Iterable[Path], user: int) -> int:
    """Bytes on disk in the folders, and of the user's files in world-writable folders."""
    shared = files_in_shared_folders(user) if user != UNKNOWN else ()
    return sum(map(_bytes_of, (*folders, *shared)))


def _bytes_of(path: Path) -> int:
    """The bytes of a file or of a folder's contents; files removed meanwhile do not count."""
    total = 0
    waiting: list[Path | os.DirEntry[str]] = [path]
    while waiting:
        entry = waiting.pop()
        with suppress(OSError):
            is_folder = entry.is_dir(follow_symlinks=False)
            total += entry.stat(follow_symlinks=False).st_blocks * BLOCK_BYTES
            if is_folder:
                with os.scandir(entry) as entries:
                    waiting.extend(entries)
    return total


MEGABYTE = 1024 * 1024
ADDRESS_SPACE_ALLOWANCE = 4096 * MEGABYTE
ADDRESS_SPACE_ALLOWANCE_OTHERS = 64 * 1024 * MEGABYTE
"""For other languages: V8 reserves 10 GB for each WebAssembly memory, which `fetch` uses."""
READ_BYTES = 65536
KILL_DEADLINE_SECONDS = 10.0
SAMPLED_PROCESSES = 16
"""With more processes, memory is estimated from a sample of this size: reading shared memory waits
for each process that is about to fork, which took 40 s with a fork bomb."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The memory and the `/tmp` that one execution environment may use, in megabytes."""

    memory_mb: int
    tmp_mb: int


@dataclass(frozen=True, kw_only=True)
class FunctionCommand:
    """What is needed to start a function's process: folders, variables, limits, user.

    `name` is the function's, for process listings. `task_root`, `layers` and `runtime_site` are the
    host's folders with the code, the layers and AWS's packages, `scratch` the folders where it may
    write, without its own /tmp. `user` is its user's number.
    """

    name: str
    isolation: Isolation
    variables: dict[str, str]
    task_root: Path
    runtime_site: Path
    limits: Limits
    scratch: tuple[Path, ...] = ()
    user: int = UNKNOWN
    runtime: str = PYTHON
    layers: Path | None = None

    def confinement(self) -> Confinement:
        """What the process may see and use."""
        is_python = family_of(self.runtime) is RuntimeFamily.PYTHON
        allowance = ADDRESS_SPACE_ALLOWANCE if is_python else ADDRESS_SPACE_ALLOWANCE_OTHERS
        return confinement(
            self.isolation,
            FunctionFolders(self.task_root, self.layers, family_of(self.runtime)),
            user=self.user,
            memory_bytes=self.limits.memory_mb * MEGABYTE + allowance,
            tmp_megabytes=self.limits.tmp_mb,
        )

    def arguments(self) -> list[str]:
        """The program of the runtime and its arguments."""
        paths = self._paths()
        return start_command(self.runtime, paths, self.name, self.variables.get(WRAPPER))

    def _paths(self) -> RuntimePaths:
        is_private = self.isolation.has_private_root
        task_root = TASK_ROOT if is_private else str(self.task_root)
        opt = OPT if is_private else str(self.layers or "")
        return RuntimePaths(
            task_root=task_root,
            opt=opt,
            entry_point=f"{opt if self._starts_in_layer() else task_root}/{ENTRY_POINT}",
            python=interpreter(),
            python_script=BOOTSTRAP if is_private else bootstrap.__file__,
            node_script=NODE_SCRIPT if is_private else str(NODE_CLIENT),
            site=RUNTIME_SITE if is_private else str(self.runtime_site),
        )

    def _starts_in_layer(self) -> bool:
        """Whether an OS-only runtime's entry point is in a layer, and not in the code."""
        is_there = self.layers is not None and (self.layers / ENTRY_POINT).is_file()
        return is_there and not (self.task_root / ENTRY_POINT).is_file()


class FunctionProcess:
    """A running process of a function, with its output and its memory."""

    def __init__(self, command: FunctionCommand) -> None:
        self._command = command
        status_read, status_write = os.pipe()
        self._control, control_end = socket.socketpair()
        variables_read, variables_write = os.pipe()
        descriptors = Descriptors(status_write, control_end.detach(), variables_read)
        self._supervisor = subprocess.Popen(
            supervisor.command_line(command.confinement(), descriptors, command.arguments()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=supervisor.FOLDER,
            env=FIXED_VARIABLES,
            pass_fds=descriptors,
            start_new_session=True,
        )
        for descriptor in descriptors:
            os.close(descriptor)
        supervisor.send_variables(variables_write, command.variables)
        self.status_fd = status_read
        self._status = ""
        self._closing, self._is_closed = threading.Lock(), False
        assert self._supervisor.stdout is not None  # closing is intended
        self.output_fd = self._supervisor.stdout.fileno()
        self._pid = self._started_pid()
        self._peak_bytes = 0
        os.set_blocking(self.output_fd, False)
        os.set_blocking(self.status_fd, False)

    def read_output(self) -> bytes:
        """What was printed and not yet read; empty if there is nothing now."""
        with suppress(BlockingIOError):
            return os.read(self.output_fd, READ_BYTES)
        return b""

    def exit_status(self) -> ExitStatus | None:
        """How the process ended; None while it runs."""
        has_ended = self._supervisor.poll() is not None  # before reading: it writes, and then ends
        with suppress(BlockingIOError):
            while chunk := os.read(self.status_fd, 256):
                self._status += chunk.decode()
        if not has_ended and "\n" not in self._status:
            return None
        kind, number, peak_kb = self._status.split() or ["signal", str(int(signal.SIGKILL)), "0"]
        self._peak_bytes = max(self._peak_bytes, int(peak_kb) * 1024)
        if kind == "exit":
            return ExitStatus(exit_code=int(number))
        return ExitStatus(signal_number=int(number))

    def freeze(self) -> None:
        """Stop the process and its descendants, and return when none of their threads can run.

        Does nothing once it is closed.
        """
        self._send(STOP, stop_descendants)

    def thaw(self) -> None:
        """Continue them; does nothing once it is closed."""
        self._send(CONTINUE, continue_descendants)

    def memory_bytes(self) -> int:
        """Resident memory of the process and its current descendants."""
        family = self._family()
        sample = family[:: 1 + len(family) // SAMPLED_PROCESSES]
        used = shared = 0
        for member in sample:
            with suppress(psutil.NoSuchProcess):
                process = psutil.Process(member)
                own, with_others = _memory_bytes(process, alone=len(family) == 1)
                used, shared = used + own, max(shared, with_others)
        used = used * len(family) // max(1, len(sample)) + shared
        self._peak_bytes = max(self._peak_bytes, used)
        return used

    def scratch_is_full(self) -> bool:
        """Whether it has exceeded its ephemeral storage, if no file system limits it."""
        command = self._command
        if command.isolation.has_private_root:
            return False
        return bytes_in_folders(command.scratch, command.user) > command.limits.tmp_mb * MEGABYTE

    def peak_memory_mb(self) -> int:
        """The most memory it has used since it started, in megabytes, as in REPORT."""
        with suppress(OSError):  # it has ended: the sampled maximum is used
            for line in (
                Path(f"/proc/{self._pid}/status")
                .read_text(encoding="utf-8", errors="replace")
                .splitlines()
            ):
                if line.startswith("VmHWM:"):
                    self._peak_bytes = max(self._peak_bytes, int(line.split()[1]) * 1024)
        return -(-self._peak_bytes // MEGABYTE)

    def kill(self) -> None:
        """End the process and its descendants, and wait until they have ended."""
        assert self._supervisor.stdin is not None  # closing is intended
        self._supervisor.stdin.close()
        try:
            self._supervisor.wait(KILL_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            signal_all([*descendants(self._supervisor.pid), self._supervisor.pid], signal.SIGKILL)
            self._supervisor.wait()

    def close(self) -> None:
        """Kill it and close its descriptors."""
        self.kill()
        with self._closing:
            self._is_closed = True
            self._control.close()
        os.close(self.status_fd)
        assert self._supervisor.stdout is not None  # closing is intended
        self._supervisor.stdout.close()

    def _family(self) -> list[int]:
        """The function's processes, without the supervisor's first process of a PID namespace."""
        found = descendants(self._supervisor.pid)
        if not self._command.isolation.has_private_root:
            return found
        ours = {child for child in children(self._supervisor.pid) if child != self._pid}
        return [process for process in found if process not in ours]

    def _send(self, command: bytes, directly: Callable[[int], None]) -> None:
        """Stop or continue the processes, unless another thread has closed them.

        Once closed, its descriptor, and without namespaces its process id, may belong to others.
        """
        with self._closing:
            if self._is_closed:
                return
            if not self._command.isolation.has_private_root:
                directly(self._supervisor.pid)
                return
            with suppress(ConnectionError):  # all processes have ended
                self._control.sendall(command)
                if command == STOP:
                    self._control.recv(len(STOPPED))

    def _started_pid(self) -> int:
        """Read the supervisor's first line, which it writes as soon as the process is forked."""
        line = b""
        while not line.endswith(b"\n") and (byte := os.read(self.status_fd, 1)):
            line += byte
        if line:
            return int(line.removeprefix(b"pid "))
        reason = os.read(self.output_fd, READ_BYTES).decode(errors="replace").strip()
        self.close()
        raise InfrastructureError(
            f"a process at isolation level {self._command.isolation.level}",
            reason or "none, without a reason",
            "set WAVETANK_ISOLATION to a weaker level and restart the sandbox",
        )


def _memory_bytes(process: psutil.Process, *, alone: bool) -> tuple[int, int]:
    """Resident memory of a process, and what of it all of its function's processes share.

    Pages that several of them have count once in total, as on AWS.
    """
    if not alone:
        with suppress(psutil.AccessDenied):  # another user's process, in a container
            return int(process.memory_full_info().pss), 0
    memory = process.memory_info()
    shared = 0 if alone else memory.shared
    return memory.rss - shared, shared
