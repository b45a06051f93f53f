"""Runs a command in a child process, so that a crash is never mistaken for a result.

Handlers run in the simulator's process. What native code does to that process cannot be
intercepted: a segmentation fault, or C's `exit` with code 0. So the command forks before it starts:
the child does the work, and reports on a pipe the exit code with which it finishes; the parent
waits, and turns every other end into exit code 4 with a message.

Both are in one process group, so Ctrl-C, Ctrl-Z and the terminal's size reach the child from the
terminal. A signal that was sent to the parent alone is passed on. If the parent is killed, the
kernel kills the child (Linux, PR_SET_PDEATHSIG).
"""

import mmap
import os
import signal
import sys
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

from wavetank.core.errors import ExitCode, InfrastructureError
from wavetank.core.process_supervisor import PR_SET_PDEATHSIG, set_process_option

NAME_BYTES_MAX = 256
PASSED_ON = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT})
AWAITED_SIGNALS = PASSED_ON | {signal.SIGCHLD}
INTERRUPT = signal.SIGUSR2
"""Sent instead of a SIGINT that is passed on, so that the child counts an interrupt only once."""
SENT_BY_PROCESS = 0
"""SI_USER; a terminal's signals are the kernel's. [sigaction(2)]"""


class CommandSupervisor:
    """Runs a command in a forked child, and keeps the exit code that the child reports."""

    def __init__(self) -> None:
        self.is_offered = False
        self.is_interrupted = False
        """Whether Ctrl-C has come, also where native code swallowed the KeyboardInterrupt."""
        self.ignores_interrupts = False
        """Whether Ctrl-C does nothing, as at the prompt of a debugger."""
        self._conclusion: int | None = None
        self._running: mmap.mmap | None = None

    def begin(self, what: str) -> None:
        """Return in a child; the parent exits with the child's result.

        Only if the program runs as a command: not within pytest, or another program. `what` names
        the work for the message.
        """
        if not self.is_offered:
            return
        self._running = mmap.mmap(-1, NAME_BYTES_MAX)
        read_end, self._conclusion = os.pipe()
        # A fork copies what is buffered, and both processes would print it.
        sys.stdout.flush()
        sys.stderr.flush()
        # A signal that comes before its handler is set, or while the parent does not wait, would
        # end the process or be lost. Blocked, it stays pending: in the child until the mask is
        # restored, in the parent until `sigwaitinfo`, which requires it. [sigwaitinfo(2)]
        previous = signal.pthread_sigmask(signal.SIG_BLOCK, AWAITED_SIGNALS)
        parent = os.getpid()
        child = os.fork()
        if child:
            os.close(self._conclusion)
            _exit_as(_Child(child, read_end, self._running, what))
        os.close(read_end)
        set_process_option(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # the parent was killed before prctl
            os._exit(ExitCode.INFRASTRUCTURE)
        _handle_interrupts()
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)

    def conclude(self, code: int) -> None:
        """Report from the child that it finishes with this exit code."""
        if self._conclusion is not None:
            os.write(self._conclusion, bytes([code & 0xFF]))
            self._conclusion = None

    def note_running(self, function: str) -> None:
        """Store the name of the function whose handler is running; empty if none is."""
        if self._running is not None:
            self._running[:] = function.encode()[:NAME_BYTES_MAX].ljust(NAME_BYTES_MAX, b"\0")


SUPERVISION = CommandSupervisor()
"""This process's."""


@dataclass(frozen=True)
class _Child:
    process: int
    conclusion: int
    running: mmap.mmap
    what: str

    def message(self, how: str) -> str:
        """The error if the child ended without a result."""
        function = self.running[:].rstrip(b"\0").decode(errors="replace")
        running = f" while the handler of {function} ran" if function else ""
        error = InfrastructureError(
            f"{self.what} to finish",
            f"the process ended by {how}{running}",
            "where native code of the handler did that, run it on --engine embedded, where "
            "functions are processes",
        )
        return f"wavetank: {error}\n"


def _handle_interrupts() -> None:
    """Count a SIGINT to the group once, although it also arrives from the parent."""
    seen = {signal.SIGINT: 0, INTERRUPT: 0}

    def interrupt(number: int, _: FrameType | None) -> None:
        taken = max(seen.values())
        seen[signal.Signals(number)] += 1
        if seen[signal.Signals(number)] > taken and not SUPERVISION.ignores_interrupts:
            SUPERVISION.is_interrupted = True
            raise KeyboardInterrupt

    for number in seen:
        signal.signal(number, interrupt)


def _exit_as(child: _Child) -> NoReturn:
    """Wait in the parent, without running this process's exit handlers."""
    sent: set[int] = set()
    while True:
        number = _wait_for_signal(child.process)
        if number is not None:
            sent.add(number)
            continue
        ended, status = os.waitpid(child.process, os.WNOHANG)
        if ended:
            break
    concluded = os.read(child.conclusion, 1)
    code = os.waitstatus_to_exitcode(status)
    if concluded:
        os._exit(concluded[0])
    if -code in PASSED_ON and (-code in sent or -code == signal.SIGINT):
        _die_of(-code)
    how = f"signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"exit code {code}"
    if code == -signal.SIGKILL:
        how += ", as the system does where memory is short"
    os.write(2, child.message(how).encode())
    os._exit(ExitCode.INFRASTRUCTURE)


def _wait_for_signal(child: int) -> int | None:
    """The received signal, passed on unless the child has it; None if the child has changed."""
    info = signal.sigwaitinfo(AWAITED_SIGNALS)
    if info.si_signo == signal.SIGCHLD:
        return None
    if info.si_signo != signal.SIGINT:
        os.kill(child, info.si_signo)
    elif info.si_code == SENT_BY_PROCESS:
        os.kill(child, INTERRUPT)
    return info.si_signo


def _die_of(number: int) -> NoReturn:
    """End by the child's signal, so that the caller sees the same status."""
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)
