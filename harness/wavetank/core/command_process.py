"""A command in a child process of its own, so that no end of it is taken for a verdict.

Handlers run in the simulator's process. What native code does to that process cannot be
intercepted: a segmentation fault, or an `exit` of C's with code 0. So the command forks before it
starts: the child does the work, and says on a pipe with which exit code it comes to its end; the
parent waits, and turns every other end into exit code 4 with a message.

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
WATCHED = PASSED_ON | {signal.SIGCHLD}
INTERRUPT = signal.SIGUSR2
"""In place of a SIGINT that is passed on, so that a child which got its own counts it once."""
SENT_BY_PROCESS = 0
"""SI_USER; a terminal's signals are the kernel's. [sigaction(2)]"""


class Supervision:
    """Whether commands of this process may fork, and what their child has to say."""

    def __init__(self) -> None:
        self.is_offered = False
        self._conclusion: int | None = None
        self._running: mmap.mmap | None = None

    def begin(self, what: str) -> None:
        """Returns in a child; the parent exits with what becomes of it.

        Only where the program runs as a command: not within pytest, or another program. `what` says
        what is done, for the message.
        """
        if not self.is_offered:
            return
        self._running = mmap.mmap(-1, NAME_BYTES_MAX)
        read_end, self._conclusion = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        previous = signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
        parent = os.getpid()
        child = os.fork()
        if child:
            os.close(self._conclusion)
            _exit_as(_Child(child, read_end, self._running, what))
        os.close(read_end)
        set_process_option(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it was killed before the kernel knew
            os._exit(ExitCode.INFRASTRUCTURE)
        _take_interrupts()
        signal.pthread_sigmask(signal.SIG_SETMASK, previous)

    def conclude(self, code: int) -> None:
        """The child comes to its end with that exit code, by its own decision."""
        if self._conclusion is not None:
            os.write(self._conclusion, bytes([code & 0xFF]))
            self._conclusion = None

    def note_running(self, function: str) -> None:
        """That function's handler has its turn; empty where none has."""
        if self._running is not None:
            self._running[:] = function.encode()[:NAME_BYTES_MAX].ljust(NAME_BYTES_MAX, b"\0")


SUPERVISION = Supervision()
"""This process's."""


@dataclass(frozen=True)
class _Child:
    process: int
    conclusion: int
    running: mmap.mmap
    what: str

    def message(self, how: str) -> str:
        """What there is instead of a verdict."""
        function = self.running[:].rstrip(b"\0").decode(errors="replace")
        running = f" while the handler of {function} ran" if function else ""
        error = InfrastructureError(
            f"{self.what} to come to its verdicts",
            f"the process ended by {how}{running}",
            "where native code of the handler did that, run it on --engine embedded, where "
            "functions are processes",
        )
        return f"wavetank: {error}\n"


def _take_interrupts() -> None:
    """A SIGINT to the group comes twice, by itself and from the parent, and counts once."""
    seen = {signal.SIGINT: 0, INTERRUPT: 0}

    def interrupt(number: int, _: FrameType | None) -> None:
        taken = max(seen.values())
        seen[signal.Signals(number)] += 1
        if seen[signal.Signals(number)] > taken:
            raise KeyboardInterrupt

    for number in seen:
        signal.signal(number, interrupt)


def _exit_as(child: _Child) -> NoReturn:
    """Waits in the parent, without running anything of what was to run at this process's end."""
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
    """The signal that came, passed on if the child has not got it; None for news of the child."""
    info = signal.sigwaitinfo(WATCHED)
    if info.si_signo == signal.SIGCHLD:
        return None
    if info.si_signo != signal.SIGINT:
        os.kill(child, info.si_signo)
    elif info.si_code == SENT_BY_PROCESS:
        os.kill(child, INTERRUPT)
    return info.si_signo


def _die_of(number: int) -> NoReturn:
    """As the child did, so that whoever waits sees the same."""
    signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
    os.kill(os.getpid(), number)
    os._exit(128 + number)
