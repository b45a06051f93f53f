"""Runs a command so that it and its descendants end when their owner ends.

A program that starts servers or untrusted code must not leave them running when it is interrupted,
crashes, or is killed with SIGKILL and cannot clean up. So it never starts them directly: it starts
this supervisor, which starts the command in a session of its own and waits for either to end.

    owner ──(pipe: supervisor's stdin)── supervisor ──(session)── command ── its descendants

- The owner ends, in whatever way: the pipe closes. SIGTERM, `grace` seconds, SIGKILL.
- The command ends: its remaining descendants are killed, and the status descriptor reports how.
- The supervisor itself is killed: the kernel kills the command (Linux, PR_SET_PDEATHSIG).

Orphans are found because the supervisor is their subreaper (Linux, PR_SET_CHILD_SUBREAPER). On
other systems only the command's process group can be reached.

The file is run as a script by an isolated interpreter (`python -I -S`), so it imports the standard
library only and starts in about 10 ms.

Usage: process_supervisor.py GRACE_SECONDS STATUS_FD COMMAND [ARG ...]
"""

import contextlib
import ctypes
import os
import select
import signal
import sys
import time  # noqa: TID251 - runs alone (`python -I -S`): nothing of ours is in its reach
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
PR_SET_CHILD_SUBREAPER = 36
KILL_ROUNDS_MAX = 500
KILL_ROUND_SECONDS = 0.02
EXIT_NOT_STARTED = 127


def command_line(grace_seconds: float, status_fd: int, command: list[str]) -> list[str]:
    """The argument list that runs `command` under a supervisor.

    The owner keeps the write end of the supervisor's stdin open for as long as the command may run.
    From the other end of `status_fd` it reads two lines: `pid N`, then `exit N KB` or `signal N
    KB`, where KB is the most memory that the command itself had resident, in kilobytes.
    """
    return [sys.executable, "-I", "-S", __file__, str(grace_seconds), str(status_fd), *command]


def set_process_option(option: int, value: int) -> None:
    """Call prctl, which only Linux has."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _exec_command(
    command: list[str],
    status_fd: int,
    prepare: Callable[[], None],
    variables: Mapping[str, str],
) -> None:
    """In the forked child: a session of its own, an empty stdin, the command. Never returns."""
    try:
        os.setsid()
        set_process_option(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.close(status_fd)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        prepare()
        os.execvpe(command[0], command, variables)  # noqa: S606 - no shell is wanted
    except (OSError, ValueError) as error:  # a variable name or value that no process can have
        reason = error.strerror if isinstance(error, OSError) else error
        os.write(2, f"cannot start {command[0]}: {reason}\n".encode())
    os._exit(EXIT_NOT_STARTED)


def _parents() -> dict[int, int]:
    """Each process on the host and its parent, from /proc."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                fields = (entry / "stat").read_bytes().rpartition(b")")[2].split()
                parents[int(entry.name)] = int(fields[1])
    return parents


def _descendants() -> list[int]:
    if sys.platform != "linux":
        return []
    parents = _parents()
    found: list[int] = []
    generation = {os.getpid()}
    while generation := {child for child, parent in parents.items() if parent in generation}:
        found.extend(generation)
    return found


class Ended(NamedTuple):
    """How a child process ended: exit code (negative for a signal), and peak memory in kB.

    A NamedTuple, because importing `dataclasses` would take as long as everything else that starts
    a function.
    """

    code: int
    peak_kb: int

    def line(self) -> str:
        """The line that the owner reads."""
        kind = f"signal {-self.code}" if self.code < 0 else f"exit {self.code}"
        return f"{kind} {self.peak_kb}"


def _reap() -> dict[int, Ended]:
    """Collect ended children by process id."""
    ended = {}
    with contextlib.suppress(ChildProcessError):
        while (child := os.wait4(-1, os.WNOHANG))[0]:
            process, status, usage = child
            ended[process] = Ended(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
    return ended


def reap_all() -> dict[int, Ended]:
    """Wait until every child has ended, and collect them by process id."""
    ended = {}
    with contextlib.suppress(ChildProcessError):
        while True:
            process, status, usage = os.wait4(-1, 0)
            ended[process] = Ended(os.waitstatus_to_exitcode(status), usage.ru_maxrss)
    return ended


class ProcessFamily(Protocol):
    """Interface to prepare a supervised command, and to kill it with all its processes."""

    def prepare(self) -> None:
        """Called in the forked child, before it executes the command."""
        ...

    def kill(self, main: int) -> dict[int, Ended]:
        """Kill all, and return when none is left, with how each child process ended."""
        ...


def _nothing() -> None:
    pass


class Descendants:
    """The process family of a command without namespaces: all descendants of its process."""

    def __init__(self, prepare: Callable[[], None] = _nothing) -> None:
        self.prepare = prepare

    def kill(self, main: int) -> dict[int, Ended]:
        """Kill in rounds, since processes that are not dead yet may still fork."""
        ended: dict[int, Ended] = {}
        seen: set[int] = set()
        for _ in range(KILL_ROUNDS_MAX):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(main, signal.SIGKILL)
            left = set(_descendants())
            for process in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            ended |= _reap()
            if not left:
                break
            if left <= seen:  # otherwise it forks faster than we search: search again at once
                time.sleep(KILL_ROUND_SECONDS)
            seen |= left
        return ended


class ProcessSupervisor:
    """Supervises one command, from its start until all its processes have ended.

    `variables` are the command's whole environment; None inherits the supervisor's.
    """

    def __init__(
        self,
        grace_seconds: float,
        status_fd: int,
        command: list[str],
        family: ProcessFamily,
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.grace_seconds = grace_seconds
        self.status_fd = status_fd
        self.family = family
        self.child_ended, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self.main = os.fork()
        if self.main == 0:
            own = os.environ  # noqa: TID251 - handed on to the command, unread
            chosen = own if variables is None else variables
            _exec_command(command, status_fd, family.prepare, chosen)

    def run(self) -> None:
        """Return when the command and all its descendants have ended."""
        self._report(f"pid {self.main}")
        ended = self._wait(deadline=None)
        if ended is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.main, signal.SIGTERM)
            ended = self._wait(deadline=time.monotonic() + self.grace_seconds)
        killed = self.family.kill(self.main)
        self._report((ended or killed.get(self.main, Ended(-signal.SIGKILL, 0))).line())

    def _wait(self, deadline: float | None) -> Ended | None:
        """The command's end; None if the owner has ended (no deadline) or time is up."""
        while True:
            wait_seconds = None if deadline is None else max(0.0, deadline - time.monotonic())
            watched = [self.child_ended] if deadline is not None else [self.child_ended, 0]
            ready = select.select(watched, [], [], wait_seconds)[0]
            if self.child_ended in ready:
                os.read(self.child_ended, 4096)
                ended = _reap()
                if self.main in ended:
                    return ended[self.main]
            elif not ready or os.read(0, 4096) == b"":
                return None

    def _report(self, line: str) -> None:
        with contextlib.suppress(BrokenPipeError):  # the owner has ended: nothing reads the pipe
            os.write(self.status_fd, f"{line}\n".encode())


def become_subreaper() -> None:
    """Make this process the parent of every orphan among its descendants (Linux)."""
    set_process_option(PR_SET_CHILD_SUBREAPER, 1)


def supervise(supervisor: ProcessSupervisor) -> None:
    """Run the supervisor, without standard output, so that its reader sees the command's end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    supervisor.run()


def main(arguments: list[str]) -> None:
    """Entry point of the script; see the module's docstring for the arguments."""
    grace_seconds, status_fd, *command = arguments
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    become_subreaper()
    supervise(ProcessSupervisor(float(grace_seconds), int(status_fd), command, Descendants()))


if __name__ == "__main__":
    main(sys.argv[1:])
